import { execFileSync } from "child_process";
import * as pulumi from "@pulumi/pulumi";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { root } from "../../cli/setup/folders";
import { renderBalancerConfig } from "../../components/core/serving/balancer/config";
import {
  balancerFiles,
  configFile,
  type ServedCertificate,
} from "../../components/core/serving/balancer/files";
import { balancerCpus } from "../../components/core/serving/balancer/ports";
import type { BalancerSettings } from "../../components/core/serving/balancer/settings";
import { valueOf } from "../../components/core/arguments/valueOf";
import { edgeOf } from "../../components/core/serving/edge/edge";
import type { EdgeArgs } from "../../components/core/serving/edge/edgeArgs";
import { balancerCommand } from "../../components/core/serving/balancer/script";
import type { ServerOptions } from "../../components/core/tfserving/serverOptions";
import { balancerMemoryMb } from "../../components/core/serving/balancer/size";
import { modelServiceDefaults } from "@tf-model-serving/core";
import { docker, statisticsOf } from "./docker";
import { freePorts } from "./freePorts";
import { until } from "./until";

/** HAProxy's image, from Debian; it is built where it is missing. */
export function balancerImage(): string {
  const airgap = path.join(root, "airgap");
  execFileSync(path.join(airgap, "engine/start"), { stdio: "ignore" });
  execFileSync(path.join(airgap, "images/build"), ["haproxy"], { stdio: "ignore" });
  return "tfserving-airgap/haproxy:3.2";
}

/** Arguments of a service that its balancer's files are made of. */
export interface BalancerEdge extends EdgeArgs {
  served?: ServedCertificate;
  cpus?: number;
  server?: ServerOptions;
}

/** A balancer before replicas of `replica.mjs`, in containers and with no more around it. */
export interface Balancer {
  /** Its container. */
  id: string;
  restPort: number;
  grpcPort: number;
  /** gRPC of the first replica, without the balancer. */
  directPort: number;
  /** Writes other files, which the balancer takes over by itself. */
  configure: (times: BalancerSettings["times"], edge?: BalancerEdge) => Promise<void>;
  /** Adds a replica on which nothing listens yet. */
  addDeaf: () => void;
  remove: () => void;
}

/**
 * @param image - of HAProxy; the replicas run in it too
 * @param replicas - environment of each
 * @param edge - who may call, and how much. @default - as in a stack that sets nothing
 */
export async function startBalancer(
  image: string,
  times: BalancerSettings["times"],
  replicas: Record<string, string>[] = [{}],
  edge: BalancerEdge = {},
): Promise<Balancer> {
  const [restPort, grpcPort, directPort] = await freePorts(3);
  const name = `tfserving-test-balancer-${grpcPort}`;
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-balancer-"));
  const containers: string[] = [];
  const start = (...args: string[]) => {
    containers.push(docker("run", "--detach", "--network", name, ...args));
    return containers.at(-1)!;
  };
  const configure = (given: BalancerSettings["times"], changed = edge) =>
    writeBalancerFiles(folder, given, changed);
  const addDeaf = () => start("--network-alias", "replica", "--entrypoint", "sleep", image, "600");
  const remove = () => {
    if (containers.length > 0) docker("rm", "--force", ...containers);
    docker("network", "rm", name);
    fs.rmSync(folder, { recursive: true, force: true });
  };
  docker("network", "create", name);
  try {
    replicas.forEach((env, index) =>
      start(
        // As a replica of a stack that sets nothing.
        ...["--network-alias", "replica", "--cpus", String(modelServiceDefaults.cpus)],
        ...["--volume", `${fs.realpathSync(process.execPath)}:/node:ro`],
        ...["--volume", `${path.join(__dirname, "replica.mjs")}:/replica.mjs:ro`],
        ...(index === 0 ? ["--publish", `127.0.0.1:${directPort}:8500`] : []),
        ...Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
        ...["--entrypoint", "/node", image, "/replica.mjs"],
      ),
    );
    await configure(times);
    fs.chmodSync(folder, 0o755);
    const published = { [restPort]: 8501, [grpcPort]: 8500 };
    const id = start(...haproxyArguments(image, folder, edge, published));
    await until("the balancer has found its replicas", () => hasFound(id, replicas.length), 30_000);
    return { id, restPort, grpcPort, directPort, configure, addDeaf, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Writes what a balancer before `replica` reads, each file in one step and the configuration last. */
export async function writeBalancerFiles(
  folder: string,
  times: BalancerSettings["times"],
  { served, ...args }: BalancerEdge,
): Promise<void> {
  const owner = { cpus: modelServiceDefaults.cpus, ...args };
  const place = { replicaAlias: "replica" };
  const { open, secret } = balancerFiles(place, owner, served);
  const config = renderBalancerConfig({ ...place, times, edge: edgeOf(owner) });
  const files = { ...secret, ...open, [configFile]: config };
  for (const [name, content] of Object.entries(files).reverse()) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(`${file}.new`, (await valueOf(pulumi.output(content)))!);
    fs.renameSync(`${file}.new`, file);
  }
}

/**
 * What `docker run` needs for a balancer as a stack has it.
 *
 * @param folder - with its files
 * @param published - ports of the container by those of 127.0.0.1
 */
export function haproxyArguments(
  image: string,
  folder: string,
  edge: BalancerEdge,
  published: Record<number, number>,
): string[] {
  const [shell, ...script] = balancerCommand();
  return [
    ...["--cpus", String(balancerCpus), "--memory", `${balancerMemoryMb(edge)}m`],
    ...["--volume", `${folder}:/config:ro`, "--env", `BALANCER_CONFIG_FILE=/config/${configFile}`],
    ...Object.entries(published).flatMap(([here, port]) => [
      ...["--publish", `127.0.0.1:${here}:${port}`],
    ]),
    ...["--entrypoint", shell, image, ...script],
  ];
}

/** Whether a balancer has found so many replicas, for both APIs. */
export function hasFound(id: string, replicas: number): boolean {
  return (
    statisticsOf(id).match(/^(rest|grpc)_replicas,replica\d+,.*,UP,/gm)?.length === 2 * replicas
  );
}
