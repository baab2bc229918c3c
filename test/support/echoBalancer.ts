import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { BalancerEdge, haproxyArguments, hasFound, writeBalancerFiles } from "./balancer";
import { docker } from "./docker";
import { addressOf, Echo, EchoSettings, startEcho } from "./echo";
import { freePorts } from "./freePorts";
import { until } from "./until";

/** A balancer before replicas that only answer. */
export interface EchoBalancer {
  /** Its container. */
  id: string;
  /** Of its container, which this machine reaches without a port in between. */
  address: string;
  /** Ports of 127.0.0.1. */
  restPort: number;
  grpcPort: number;
  /** The first replicas. */
  replicas: Echo[];
  /** Starts one more, which the balancer finds by itself. */
  addReplica: () => Promise<Echo>;
  remove: () => void;
}

const times = { restMs: 31_000, grpcMs: 60_000 };

/**
 * @param image - of HAProxy; the replicas run in it too
 * @param replicas - how each behaves
 * @param edge - who may call, and how much
 * @param config - a configuration of HAProxy in place of the one that `edge` makes
 */
export async function startEchoBalancer(
  image: string,
  replicas: EchoSettings[],
  edge: BalancerEdge = {},
  config?: string,
): Promise<EchoBalancer> {
  const [restPort, grpcPort] = await freePorts(2);
  const network = `tfserving-test-echo-${grpcPort}`;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-echo-"));
  fs.chmodSync(folder, 0o755);
  const containers: string[] = [];
  const remove = () => {
    if (!fs.existsSync(folder)) return;
    if (containers.length > 0) docker("rm", "--force", ...containers);
    docker("network", "rm", network);
    fs.rmSync(folder, { recursive: true, force: true });
  };
  const addReplica = async (settings = replicas[0]) => {
    const echo = await startEcho(image, network, settings);
    containers.push(echo.id);
    return echo;
  };
  docker("network", "create", network);
  try {
    const started: Echo[] = [];
    for (const settings of replicas) started.push(await addReplica(settings));
    await writeBalancerFiles(folder, times, edge);
    if (config !== undefined) fs.writeFileSync(path.join(folder, "haproxy.cfg"), config);
    const published = { [restPort]: 8501, [grpcPort]: 8500 };
    const id = docker(
      ...["run", "--detach", "--network", network],
      ...haproxyArguments(image, folder, edge, published),
    );
    containers.push(id);
    if (config === undefined) {
      const found = () => hasFound(id, replicas.length);
      await until("the balancer has found its replicas", found, 30_000);
    }
    const address = addressOf(id);
    return { id, address, restPort, grpcPort, replicas: started, addReplica, remove };
  } catch (error) {
    remove();
    throw error;
  }
}
