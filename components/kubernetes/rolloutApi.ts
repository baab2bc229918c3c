import { lastLines } from "../docker/lastWords";
import { AppliedConfiguration, LiveObject } from "./appliedConfiguration";
import { ClusterClient } from "./connectCluster";
import type { Pod, ReplicaSet } from "./podVerdict";

/** A Deployment by name. */
export interface DeploymentName {
  namespace: string;
  name: string;
}

/**
 * What the watch of a release asks of the cluster: `get` and `patch` of Deployments, `list` of
 * ReplicaSets and Pods, `get` of pods/log.
 */
export interface RolloutApi {
  /** The Deployment; undefined where there is none. */
  deployment(of: DeploymentName): Promise<LiveObject | undefined>;
  replicaSets(namespace: string, labels: Record<string, string>): Promise<ReplicaSet[]>;
  pods(namespace: string, labels: Record<string, string>): Promise<Pod[]>;
  /** What a container, or the one before it, said last. */
  lastLines(pod: Pod, container: string, previous: boolean): Promise<string>;
  /** Applies a manifest on the server's side, under the name of a field manager. */
  apply(applied: AppliedConfiguration): Promise<void>;
}

/** The questions as requests to the API server of a cluster. */
export function rolloutApi({ core, apps, api, library }: ClusterClient): RolloutApi {
  // The typed client would drop fields that are younger than it, and an undo would miss them.
  const untyped = api((all) => all.CustomObjectsApi);
  const deployments = { group: "apps", version: "v1", plural: "deployments" };
  return {
    deployment: async ({ namespace, name }) => {
      try {
        return await untyped.getNamespacedCustomObject({ ...deployments, namespace, name });
      } catch (error) {
        if ((error as { code?: number }).code === 404) {
          return undefined;
        }
        throw error;
      }
    },
    replicaSets: async (namespace, labels) => {
      const labelSelector = selectorOf(labels);
      return (await apps.listNamespacedReplicaSet({ namespace, labelSelector })).items;
    },
    pods: async (namespace, labels) => {
      const labelSelector = selectorOf(labels);
      return (await core.listNamespacedPod({ namespace, labelSelector })).items;
    },
    lastLines: ({ metadata }, container, previous) =>
      core.readNamespacedPodLog({
        namespace: metadata!.namespace!,
        name: metadata!.name!,
        container,
        previous,
        tailLines: lastLines,
      }),
    apply: async ({ manager, manifest }) => {
      const { namespace, name } = manifest.metadata;
      await untyped.patchNamespacedCustomObject(
        { ...deployments, namespace, name, body: manifest, fieldManager: manager, force: true },
        library.setHeaderOptions("Content-Type", library.PatchStrategy.ServerSideApply),
      );
    },
  };
}

function selectorOf(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}
