// @ts-check

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
const homes = { apiVersion: "v1", kind: "PersistentVolumeClaim" };

/**
 * What a cluster still has of a stack.
 *
 * @typedef {object} Leftovers
 * @property {string[]} objects - as `kind/name`
 * @property {string[]} homes - claims with notebooks, which stay on purpose
 */

/**
 * @param {import("./cluster.mjs").Cluster} cluster
 * @param {import("./place.mjs").Place} place
 * @returns {Promise<Leftovers>}
 */
export async function findLeftovers({ objects }, { namespace, selector }) {
  const named = async (
    /** @type {{ apiVersion: string, kind: string }} */ { apiVersion, kind },
  ) => {
    const { items } = await objects.list(
      ...[apiVersion, kind, namespace, undefined],
      ...[undefined, undefined, undefined, selector],
    );
    return (
      items
        // What is on its way out, such as a pod that drains, is none.
        .filter(({ metadata }) => !metadata?.deletionTimestamp)
        .map(({ metadata }) => `${kind.toLowerCase()}/${metadata?.name}`)
    );
  };
  return { objects: (await Promise.all(kinds.map(named))).flat(), homes: await named(homes) };
}
