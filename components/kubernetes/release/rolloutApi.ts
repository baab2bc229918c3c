import { setTimeout as pause } from "timers/promises";
import { lastLines } from "@tf-model-serving/core/internal/serving/lastWords";
import { LiveObject } from "../cluster/appliedConfiguration";
import { ifFound, ifPossible } from "../cluster/apiErrors";
import { ClusterClient } from "../cluster/connectCluster";
import type { Pod, ReplicaSet } from "./podVerdict";
import type { Undo } from "./undo";

const autoscalingManager = "tfserving-autoscaling";

/** A Deployment by name. */
export interface DeploymentName {
  namespace: string;
  name: string;
}

/**
 * What the guard of a release asks of the cluster: `get`, `list` and `patch` of Deployments, `get`
 * and `list` of ReplicaSets, `list` of Pods, `get` of pods/log.
 */
export interface RolloutApi {
  /** The Deployment; undefined where there is none. */
  deployment(of: DeploymentName): Promise<LiveObject | undefined>;
  deployments(namespace: string, labels: Record<string, string>): Promise<LiveObject[]>;
  replicaSets(namespace: string, labels: Record<string, string>): Promise<ReplicaSet[]>;
  pods(namespace: string, labels: Record<string, string>): Promise<Pod[]>;
  /** What a container, or the one before it, said last. */
  lastLines(pod: Pod, container: string, previous: boolean): Promise<string>;
  /** What a ReplicaSet's pods are made from. */
  template(replicaSet: string, namespace: string): Promise<Record<string, unknown>>;
  /** Changes a Deployment under the name of a field manager. */
  undo(undo: Undo): Promise<void>;
  /**
   * Makes a field manager of its own hold a Deployment's number of replicas.
   *
   * @param force - sets another number than there is, whoever has set that one
   */
  holdReplicas(of: DeploymentName, replicas: number, force: boolean): Promise<void>;
}

/** The questions as requests to the API server of a cluster. */
export function rolloutApi({ core, apps, api, library }: ClusterClient): RolloutApi {
  // The typed client would drop fields that are younger than it, and an undo would miss them.
  const untyped = api((all) => all.CustomObjectsApi);
  const deployments = { group: "apps", version: "v1", plural: "deployments" };
  const as = (strategy: keyof typeof library.PatchStrategy) =>
    library.setHeaderOptions("Content-Type", library.PatchStrategy[strategy]);
  return {
    deployment: (of) => ifFound(untyped.getNamespacedCustomObject({ ...deployments, ...of })),
    deployments: async (namespace, labels) => {
      const labelSelector = selectorOf(labels);
      const found = { ...deployments, namespace, labelSelector };
      return ((await untyped.listNamespacedCustomObject(found)) as { items: LiveObject[] }).items;
    },
    replicaSets: async (namespace, labels) => {
      const labelSelector = selectorOf(labels);
      return (await apps.listNamespacedReplicaSet({ namespace, labelSelector })).items;
    },
    pods: async (namespace, labels) => {
      const labelSelector = selectorOf(labels);
      return (await core.listNamespacedPod({ namespace, labelSelector })).items;
    },
    lastLines: ({ metadata }, container, previous) => {
      const of = { namespace: metadata!.namespace!, name: metadata!.name!, container };
      return saidBy(
        (before) => core.readNamespacedPodLog({ ...of, previous: before, tailLines: lastLines }),
        previous,
      );
    },
    template: async (name, namespace) => {
      const found = await untyped.getNamespacedCustomObject({
        ...{ group: "apps", version: "v1", plural: "replicasets" },
        ...{ namespace, name },
      });
      return (found as LiveObject).spec.template as Record<string, unknown>;
    },
    undo: async ({ manager, operation, body }) => {
      const { namespace, name } = body.metadata;
      const call = { ...deployments, namespace, name, body, fieldManager: manager };
      await (operation === "Apply"
        ? untyped.patchNamespacedCustomObject({ ...call, force: true }, as("ServerSideApply"))
        : untyped.patchNamespacedCustomObject(call, as("StrategicMergePatch")));
    },
    holdReplicas: async (of, replicas, force) => {
      const kind = { apiVersion: "apps/v1", kind: "Deployment" };
      const body = { ...kind, metadata: of, spec: { replicas } };
      const call = { ...deployments, ...of, body, fieldManager: autoscalingManager, force };
      await untyped.patchNamespacedCustomObject(call, as("ServerSideApply"));
    },
  };
}

function selectorOf(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}

/**
 * What one container of two said. Right after one has ended or begun, the kubelet may not find the one
 * that it names: then what the other one says counts, which fails alike, as soon as that is anything.
 */
async function saidBy(
  ask: (previous: boolean) => Promise<string>,
  previous: boolean,
): Promise<string> {
  for (let tries = 1; ; tries++) {
    const said = (await ifKept(ask(previous))) ?? ((await ifKept(ask(!previous))) || undefined);
    if (said !== undefined || tries === 10) {
      return said ?? "";
    }
    await pause(1000);
  }
}

/** What the kubelet has of a container; undefined where it has no such container any more, or not yet. */
async function ifKept(answer: Promise<string>): Promise<string | undefined> {
  const said = await ifPossible(answer);
  // An answer without an error.
  return said?.startsWith("unable to retrieve container logs") ? undefined : said;
}
