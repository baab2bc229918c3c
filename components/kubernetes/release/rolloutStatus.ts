import type { LiveObject } from "../cluster/appliedConfiguration";

/** What a Deployment's controller counts. */
export interface RolloutStatus {
  wanted: number;
  /** Pods that are not being deleted, of whatever template. */
  replicas: number;
  /** Pods of the template of now. */
  updated: number;
  /** Pods that have been ready for `minReadySeconds`, of whatever template. */
  available: number;
}

const defaultProgressSeconds = 600;

/** Counts of a Deployment. @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/#DeploymentStatus */
export function rolloutStatus({ spec, status = {} }: LiveObject): RolloutStatus {
  return {
    wanted: Number(spec.replicas ?? 1),
    replicas: Number(status.replicas ?? 0),
    updated: Number(status.updatedReplicas ?? 0),
    available: Number(status.availableReplicas ?? 0),
  };
}

/** Whether the controller has seen the last change, and has made all of it true. */
export function isComplete(live: LiveObject): boolean {
  const { wanted, replicas, updated, available } = rolloutStatus(live);
  return isSeen(live) && updated === wanted && replicas === wanted && available === wanted;
}

/** Whether the counts are those of the last change. */
export function isSeen({ metadata, status }: LiveObject): boolean {
  return Number(status?.observedGeneration ?? 0) >= metadata.generation;
}

/** How long a rollout may stand still, in seconds. */
export function progressSecondsOf({ spec }: LiveObject): number {
  return Number(spec.progressDeadlineSeconds ?? defaultProgressSeconds);
}

/**
 * Why the controller has given a rollout up; undefined while it may go on. What it said of the
 * rollout before can stand there for a moment longer.
 *
 * @param before - the Deployment before the rollout
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#failed-deployment
 */
export function stalled(live: LiveObject, before: LiveObject | undefined): string | undefined {
  const givenUp = givenUpAt(live);
  return givenUp !== undefined && givenUp !== (before && givenUpAt(before))
    ? standsStill(live)
    : undefined;
}

function givenUpAt({ status }: LiveObject): string | undefined {
  const conditions = (status?.conditions ?? []) as { reason?: string; lastUpdateTime?: string }[];
  const found = conditions.find(({ reason }) => reason === "ProgressDeadlineExceeded");
  return found && (found.lastUpdateTime ?? "");
}

/** A sentence for a rollout that has stood still for as long as it may. */
export function standsStill(live: LiveObject): string {
  const { wanted, updated, available } = rolloutStatus(live);
  return (
    `The Deployment ${live.metadata.namespace}/${live.metadata.name} has made no progress for ` +
    `${progressSecondsOf(live)} s: of ${wanted} pods, ${updated} are new and ${available} are available.`
  );
}

/** The release that a Deployment or a ReplicaSet is, as its controller counts them. */
export function revisionOf({
  metadata,
}: {
  metadata?: { annotations?: Record<string, string> };
}): string | undefined {
  return metadata?.annotations?.["deployment.kubernetes.io/revision"];
}
