import { codeOf, messageOf } from "@tf-model-serving/kubernetes/facts";
import { note } from "../../output/console";
import { Failure } from "../../output/failure";
import { created } from "../record";
import type { Deployment, Fact, Leftovers } from "../target";
import type { Cluster, Place } from "./cluster";

/** Kinds of objects that a stack makes, and the one that is left on purpose. */
const kinds = [
  { apiVersion: "apps/v1", kind: "Deployment" },
  { apiVersion: "apps/v1", kind: "StatefulSet" },
  { apiVersion: "v1", kind: "Pod" },
  { apiVersion: "v1", kind: "Service" },
  { apiVersion: "v1", kind: "ConfigMap" },
  { apiVersion: "v1", kind: "Secret" },
  { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler" },
  { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" },
  { apiVersion: "networking.k8s.io/v1", kind: "Ingress" },
  { apiVersion: "policy/v1", kind: "PodDisruptionBudget" },
];
const home = { apiVersion: "v1", kind: "PersistentVolumeClaim" };

/** An object of a cluster, by what finds it. */
interface ObjectName {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
}

/** What a cluster still has of a stack. */
export async function leftoversOf(cluster: Cluster, place: Place | undefined): Promise<Leftovers> {
  if (!place) {
    return { strays: [], stays: [] };
  }
  const { namespace, selector } = place;
  const objects = cluster.library.KubernetesObjectApi.makeApiClient(cluster.config);
  const named = async ({ apiVersion, kind }: { apiVersion: string; kind: string }) => {
    const { items } = await objects.list(
      ...([apiVersion, kind, namespace, undefined] as const),
      ...([undefined, undefined, undefined, selector] as const),
    );
    return (
      items
        // What is on its way out, such as a pod that drains, is none.
        .filter(({ metadata }) => !metadata?.deletionTimestamp)
        .map(({ metadata }) => `${kind.toLowerCase()}/${metadata?.name}`)
    );
  };
  const found = (await Promise.all(kinds.map(named))).flat();
  const homes = await named(home);
  return {
    strays: found.length > 0 ? [`kubectl delete -n ${namespace} ${found.join(" ")}`] : [],
    stays: [
      ...(await namespaceFacts(cluster, place)),
      ...homes.map((claim) => ({ subject: "notebook", text: `${claim} keeps its files` })),
    ],
  };
}

/** A namespace that goes with its stack is gone by then, or on its way. */
async function namespaceFacts({ core }: Cluster, place: Place): Promise<Fact[]> {
  const { namespace } = place;
  const stays = { subject: "namespace", text: `${namespace} stays` };
  try {
    const { metadata } = await core.readNamespace({ name: namespace });
    if (metadata?.deletionTimestamp) {
      return [];
    }
    const labels = Object.entries(metadata?.labels ?? {});
    return labels.some(([name, value]) => `${name}=${value}` === place.selector)
      ? [
          { ...stays, text: `${namespace} stays; to remove it with all that is in it:` },
          { subject: "", text: `kubectl delete namespace ${namespace}` },
        ]
      : [stays];
  } catch (error) {
    // One that the user may not look at is nobody's to remove.
    return codeOf(error) === 404 ? [] : [stays];
  }
}

/**
 * Objects that an interrupted update may have made without it being on record. A namespace stays:
 * what is in it may be on record.
 */
export function interruptedObjects(deployment: Deployment): ObjectName[] {
  return created(deployment)
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .flatMap(({ inputs }) => {
      const { apiVersion, kind, metadata } = inputs ?? {};
      const { name, namespace } = metadata ?? {};
      return apiVersion && name && kind !== "Namespace"
        ? [{ apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}) } }]
        : [];
    });
}

/** Removes an object that an interrupted update made; its pods go with it, each with its time to drain. */
export async function removeInterrupted(
  { library, config }: Cluster,
  object: ObjectName,
): Promise<void> {
  const { kind, metadata } = object;
  const named = `${kind.toLowerCase()}/${metadata.name}`;
  const objects = library.KubernetesObjectApi.makeApiClient(config);
  try {
    await objects.delete(object, undefined, undefined, undefined, undefined, "Background");
    note("recovery", `${named}, left by an update that broke off: removed`);
  } catch (error) {
    if (codeOf(error) !== 404) {
      throw new Failure(
        `${named}, left by an update that broke off, cannot be removed: ` +
          `${codeOf(error) ?? messageOf(error)}.`,
        `kubectl delete ${kind.toLowerCase()} ${metadata.name} -n ${metadata.namespace ?? "default"}.`,
      );
    }
  }
}
