import * as fs from "fs";
import * as path from "path";
import { parseAllDocuments } from "yaml";
import { cpuQuantity, memoryQuantity } from "../../components/kubernetes/quantities";
import { renderServer } from "../../components/core/tfserving/serverOptions";
import { Cluster } from "../../test/cluster/cluster";
import { ServiceName } from "../../test/support/outsideService";
import { until } from "../../test/support/until";
import { gone, kubectl, podNames, served } from "./cluster";
import { peers } from "./compose";
import { modelName } from "./model";

/** What replicas have on both sides. */
export interface ReplicaSettings {
  replicas: number;
  /** Request and limit. */
  cpus: number;
  /** Request and limit. */
  memoryMb: number;
}

/** Where the peer's service lies. */
export const theirs: ServiceName = { namespace: "peer", name: "tf-model-serving" };
const theirReplicas = { app: "serving" };
const deployment = "deployment/serving";

/**
 * Deploys the peer and waits until every replica serves.
 *
 * @param image - by digest
 * @param probed - whether its replicas have a readiness probe on the model's status
 * @returns seconds that a replica took to start
 */
export async function deployPeer(
  cluster: Cluster,
  image: string,
  settings: ReplicaSettings,
  probed = false,
): Promise<number> {
  const before = await podsOf(cluster);
  cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: theirs.namespace } });
  cluster.apply(...peerObjects(image, settings, probed));
  await rolledOut(cluster, before);
  return served(cluster, theirs.namespace, theirReplicas);
}

/** Releases another image, as `kubectl set image` does, until the last old pod has ended. */
export async function releasePeer(cluster: Cluster, image: string): Promise<void> {
  const before = await podsOf(cluster);
  await kubectl(cluster, "-n", theirs.namespace, "set", "image", deployment, `serving=${image}`);
  await rolledOut(cluster, before);
}

/** Ends the peer's pods at once, to give their room to others. */
export async function stopPeer(cluster: Cluster): Promise<void> {
  await kubectl(cluster, "-n", theirs.namespace, "scale", deployment, "--replicas=0");
  await until("the peer has no pods", async () => (await podsOf(cluster)).length === 0, 30_000);
  // Else they would be there for their grace.
  const now = ["--all", "--force", "--grace-period=0"];
  await kubectl(cluster, "-n", theirs.namespace, "delete", "pod", ...now);
}

function podsOf(cluster: Cluster): Promise<string[]> {
  return podNames(cluster, theirs.namespace, theirReplicas);
}

async function rolledOut(cluster: Cluster, before: string[]): Promise<void> {
  await kubectl(cluster, "-n", theirs.namespace, "rollout", "status", deployment, "--timeout=180s");
  const after = await podsOf(cluster);
  await gone(
    cluster,
    theirs.namespace,
    before.filter((pod) => !after.includes(pod)),
  );
}

function peerObjects(image: string, settings: ReplicaSettings, probed: boolean): object[] {
  const { replicas, cpus, memoryMb } = settings;
  const amounts = { cpu: cpuQuantity(cpus), memory: memoryQuantity(memoryMb) };
  const { flags } = renderServer(undefined, { cpus });
  const values: Record<string, string> = {
    SERVING_IMAGE: image,
    MODEL_NAME: modelName,
    REPLICAS: String(replicas),
    THREAD_FLAGS: JSON.stringify(flags.filter((flag) => /threads|parallelism/.test(flag))),
    RESOURCES: JSON.stringify({ requests: amounts, limits: amounts }),
  };
  const text = fs.readFileSync(path.join(peers, "kubernetes.yaml"), "utf8");
  const filled = text.replace(/\$\{(\w+)\}/g, (_, name: string) => values[name]);
  const [serving, service] = parseAllDocuments(filled).map((document) => document.toJS());
  serving.metadata.namespace = service.metadata.namespace = theirs.namespace;
  if (probed) {
    const httpGet = { path: `/v1/models/${modelName}`, port: 8501 };
    serving.spec.template.spec.containers[0].readinessProbe = { httpGet, periodSeconds: 2 };
  }
  return [serving, service];
}
