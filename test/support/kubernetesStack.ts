import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { inject } from "vitest";
import { root } from "../../cli/setup/folders";
import { Cluster, clusterEnv, sharedCluster } from "../cluster/cluster";
import { Load, startLoad } from "./load";
import { machineOf, openOutside } from "./outsideService";
import { configure, createStack, TestStack } from "./stack";
import { Tunnel } from "./tunnel";

/** A pod, as far as tests look at it. */
export interface Pod {
  metadata: {
    name: string;
    uid: string;
    labels: Record<string, string>;
    deletionTimestamp?: string;
  };
  status: {
    conditions?: { type: string; status: string }[];
    containerStatuses?: { restartCount: number }[];
  };
}

export const namespace = "models";
export const serviceName = "scale";
/** Multiplies by 2. */
export const request = JSON.stringify({ inputs: { x: [[1, 2, 3]], notes: "none" } });

const source = path.join(root, "test/unit/tfserving/testdata/scale/1");

/** A stack with target kubernetes, on the cluster that all tests share. */
export class KubernetesStack {
  private readonly models = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-models-"));
  private readonly tunnels: Tunnel[] = [];
  private config: Record<string, unknown> = {};
  private constructor(
    readonly cluster: Cluster,
    readonly stack: TestStack,
  ) {}

  /** @param name - of the stack, unique among tests */
  static async start(name: string): Promise<KubernetesStack> {
    const cluster = sharedCluster();
    const stack = await createStack(name, {}, undefined, clusterEnv(cluster));
    const started = new KubernetesStack(cluster, stack);
    const { baseImage, balancerImage } = inject("images");
    // The layers that all releases share.
    cluster.push(baseImage, "serving");
    started.config = {
      target: "kubernetes",
      balancerImage: cluster.push(balancerImage, "haproxy"),
      modelFolder: started.models,
      modelName: "scale",
      serviceName,
      replicas: 2,
      // Two cores are the node's, and everything else's.
      cpus: "0.35",
      memoryMb: 1024,
      notebook: false,
      kubernetesCluster: { namespace },
      kubernetesService: {
        maxSurge: "1",
        minReadySeconds: 3,
        // This machine, from where `openService` leads to the Service.
        network: { clients: [{ cidr: `${machineOf(cluster)}/32` }] },
      },
      registry: cluster.registry,
      registryPlainHttp: true,
    };
    return started;
  }

  /** The configuration kubernetesService. */
  get service(): object {
    return this.config.kubernetesService as object;
  }

  async stop(): Promise<void> {
    this.tunnels.forEach((tunnel) => tunnel.close());
    await this.stack.remove();
    fs.rmSync(this.models, { recursive: true, force: true });
  }

  /** Changes some of the configuration and updates. */
  async up(changes: Record<string, unknown> = {}) {
    Object.assign(this.config, changes);
    await configure(this.stack.stack, this.config);
    return this.stack.stack.up();
  }

  /** Adds a model version; gives its folder. */
  addVersion(version: number): string {
    const folder = path.join(this.models, "scale", String(version));
    fs.cpSync(source, folder, { recursive: true });
    // A canary has to differ from the others in something.
    fs.mkdirSync(path.join(folder, "assets.extra"));
    fs.writeFileSync(path.join(folder, "assets.extra/note.txt"), String(version));
    return folder;
  }

  removeVersion(version: number): void {
    fs.rmSync(path.join(this.models, "scale", String(version)), { recursive: true });
  }

  /** What kubectl says of the namespace, as JSON. */
  get<T>(...args: string[]): T {
    return JSON.parse(this.cluster.kubectl("-n", namespace, "get", ...args, "-o", "json"));
  }

  /** Pods of a part that are not being deleted, by name. */
  pods(part: string): Pod[] {
    const { items } = this.get<{ items: Pod[] }>(
      "pods",
      "-l",
      `app.kubernetes.io/component=${part}`,
    );
    return items
      .filter(({ metadata }) => !metadata.deletionTimestamp)
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  podNames(part: string): string[] {
    return this.pods(part).map(({ metadata }) => metadata.name);
  }

  readyPods(part: string): string[] {
    return this.pods(part)
      .filter(({ status }) =>
        status.conditions?.some(({ type, status }) => type === "Ready" && status === "True"),
      )
      .map(({ metadata }) => metadata.name);
  }

  /**
   * A port of 127.0.0.1 that leads to the Service as a client outside of the cluster would reach it:
   * each connection goes to one of the balancers that are in rotation.
   */
  async openService(port: 8500 | 8501): Promise<number> {
    const tunnel = await openOutside(this.cluster, { namespace, name: serviceName }, port);
    this.tunnels.push(tunnel);
    return tunnel.port;
  }

  /** A steady load of predictions on a port of `openService`. */
  startLoad(port: number, perSecond = 20): Load {
    const url = `http://127.0.0.1:${port}/v1/models/scale:predict`;
    return startLoad({ target: { api: "rest", url, body: request }, perSecond });
  }

  /** Versions that answer at a port of `openService`. */
  async versions(port: number): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/models/scale`);
    const { model_version_status: versions } = await answer.json();
    return versions.map(({ version }: { version: string }) => version).join();
  }
}
