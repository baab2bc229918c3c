import { Cluster, clusterEnv, startCluster } from "../../test/cluster/cluster";
import { openOutside, ServiceName } from "../../test/support/outsideService";
import { imageName } from "./images";
import { modelName } from "./model";
import { run } from "./process";
import { Ports } from "./releaseLoad";
import { openService, Service } from "./service";

/** Where the stack's service lies. */
export const ours: ServiceName = { namespace: "models", name: "tf-model-serving" };

/** Labels of the pods that hold its models. */
export const ourReplicas: Labels = { "app.kubernetes.io/component": "replica" };

/** By their names. */
export type Labels = Record<string, string>;

const answerSeconds = 120;

/** Starts a cluster; `later` gets its end. */
export async function openCluster(later: (cleanUp: () => unknown) => void): Promise<Cluster> {
  const cluster = await startCluster();
  later(() => cluster.stop());
  return cluster;
}

/** Creates an empty stack for the cluster; `later` gets its removal. */
export function openClusterService(
  cluster: Cluster,
  name: string,
  config: Record<string, unknown>,
  later: (cleanUp: () => unknown) => void,
): Promise<Service> {
  // The layers that all releases share.
  cluster.push(imageName("baseImage"), "serving");
  const all = {
    target: "kubernetes",
    balancerImage: cluster.push(imageName("balancerImage"), "haproxy"),
    modelName,
    serviceName: ours.name,
    notebook: false,
    kubernetesCluster: { namespace: ours.namespace },
    registry: cluster.registry,
    registryPlainHttp: true,
    ...config,
  };
  return openService(name, all, later, clusterEnv(cluster));
}

/** Opens a way to both ports of a Service; `at` is the node's port for REST, the next is for gRPC. */
export async function openWays(
  cluster: Cluster,
  service: ServiceName,
  at: number,
  later: (cleanUp: () => unknown) => void,
): Promise<Ports> {
  const rest = await openOutside(cluster, service, 8501, at);
  later(() => rest.close());
  const grpc = await openOutside(cluster, service, 8500, at + 1);
  later(() => grpc.close());
  return { restPort: rest.port, grpcPort: grpc.port };
}

/** A pod, as far as the bench looks at it. */
interface Pod {
  metadata: { name: string; deletionTimestamp?: string };
  status: { containerStatuses?: { state: { running?: { startedAt: string } } }[] };
}

/**
 * kubectl in a process beside: a load through a tunnel of this one would wait for
 * `cluster.kubectl`.
 */
export async function kubectl(cluster: Cluster, ...args: string[]): Promise<string> {
  const { output } = await run(cluster.program, ["--kubeconfig", cluster.kubeconfig, ...args]);
  return output;
}

/** Names of pods that are not being deleted. */
export async function podNames(
  cluster: Cluster,
  namespace: string,
  selector: Labels,
): Promise<string[]> {
  const found = await pods(cluster, namespace, selector);
  return found
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .map(({ metadata }) => metadata.name);
}

async function pods(cluster: Cluster, namespace: string, selector: Labels): Promise<Pod[]> {
  const labels = Object.entries(selector).map((label) => label.join("="));
  const args = ["-n", namespace, "get", "pods", "-l", labels.join(), "-o", "json"];
  return JSON.parse(await kubectl(cluster, ...args)).items;
}

/** Waits until these pods have ended. */
export async function gone(cluster: Cluster, namespace: string, pods: string[]): Promise<void> {
  if (pods.length === 0) return;
  const names = pods.map((pod) => `pod/${pod}`);
  await kubectl(cluster, "-n", namespace, "wait", "--for=delete", "--timeout=120s", ...names);
}

/** What a pod's REST port says, by way of the API server. */
export function askPod(
  cluster: Cluster,
  namespace: string,
  pod: string,
  path: string,
): Promise<string> {
  const place = `/api/v1/namespaces/${namespace}/pods/${pod}:8501/proxy`;
  return kubectl(cluster, "get", "--raw", `${place}${path}`);
}

/**
 * Waits until every one of these pods serves the model.
 *
 * @returns seconds from a container's start to its first answer, of the slowest one; Kubernetes
 * gives starts in whole seconds
 */
export async function served(
  cluster: Cluster,
  namespace: string,
  selector: Labels,
): Promise<number> {
  const end = Date.now() + answerSeconds * 1000;
  const answered = new Map<string, number>();
  let waiting = await podNames(cluster, namespace, selector);
  while (waiting.length > 0) {
    for (const pod of waiting) {
      if (await available(cluster, namespace, pod)) answered.set(pod, Date.now());
    }
    waiting = waiting.filter((pod) => !answered.has(pod));
    if (Date.now() > end)
      throw new Error(`${waiting.join()} serve nothing after ${answerSeconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const found = await pods(cluster, namespace, selector);
  const seconds = found
    .filter(({ metadata }) => answered.has(metadata.name))
    .map(({ metadata, status }) => {
      const [{ state }] = status.containerStatuses!;
      return (answered.get(metadata.name)! - Date.parse(state.running!.startedAt)) / 1000;
    });
  return Math.max(...seconds);
}

async function available(cluster: Cluster, namespace: string, pod: string): Promise<boolean> {
  const status = askPod(cluster, namespace, pod, `/v1/models/${modelName}`);
  return status.then(
    (text) => text.includes('"AVAILABLE"'),
    () => false,
  );
}
