import {
  endedBeforeReady,
  notReadyInTime,
} from "@tf-model-serving/core/internal/serving/startFailure";
import { ClusterClient } from "../cluster/connectCluster";

export type Pod = Awaited<ReturnType<ClusterClient["core"]["readNamespacedPod"]>>;
export type ReplicaSet = Awaited<ReturnType<ClusterClient["apps"]["readNamespacedReplicaSet"]>>;
type ContainerState = NonNullable<
  NonNullable<NonNullable<Pod["status"]>["containerStatuses"]>[number]["state"]
>;

/** How long new pods may take. */
export interface PodLimits {
  /** Name of the container that serves. */
  container: string;
  /** From the start of the container until the server is ready, in seconds. */
  startTimeoutSeconds: number;
  /** From the creation of the pod until the container starts, in seconds. */
  schedulingTimeoutSeconds: number;
  /** How long old pods may hold on to what a new one needs, in seconds. */
  stopGraceSeconds: number;
}

/** Why a pod cannot serve. */
export interface PodVerdict {
  /** Follows the pod's name in a sentence. */
  why: string;
  /** Whose last lines tell more: the container's that runs or ran last, or the one's before. */
  said?: "last" | "previous";
}

// The kubelet tries again: by then it has done so at least once.
const retriedSeconds = 30;

/**
 * Why a pod of a release cannot serve; undefined while it may still.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/
 */
export function podVerdict(pod: Pod, limits: PodLimits, now: Date): PodVerdict | undefined {
  const { phase, conditions = [], containerStatuses = [] } = pod.status ?? {};
  // One that was evicted or is being deleted is replaced by its ReplicaSet.
  if (pod.metadata?.deletionTimestamp || phase === "Failed") {
    return undefined;
  }
  const scheduled = conditions.find(({ type }) => type === "PodScheduled");
  const waited = secondsSince(pod.metadata?.creationTimestamp, now);
  const { schedulingTimeoutSeconds, stopGraceSeconds } = limits;
  const isOverdue = waited > schedulingTimeoutSeconds + stopGraceSeconds;
  if (scheduled?.status !== "True") {
    return isOverdue ? { why: whyUnscheduled(scheduled) } : undefined;
  }
  const server = containerStatuses.find(({ name }) => name === limits.container);
  const { state = {}, lastState = {} } = server ?? {};
  const ended = state.terminated ?? lastState.terminated;
  const ready = conditions.find(({ type }) => type === "Ready");
  if (ended) {
    const joined = (ready?.lastTransitionTime ?? 0) > (ended.startedAt ?? now);
    return { why: whyEnded(ended, joined, limits), said: state.running ? "previous" : "last" };
  }
  if (state.waiting?.reason && state.waiting.reason !== "ContainerCreating") {
    return secondsSince(scheduled.lastTransitionTime, now) > retriedSeconds
      ? { why: whyWaiting(state.waiting) }
      : undefined;
  }
  if (!state.running && isOverdue) {
    return { why: whyNotStarted(schedulingTimeoutSeconds) };
  }
  const running = secondsSince(state.running?.startedAt, now);
  const { startTimeoutSeconds } = limits;
  if (!server?.started && running > startTimeoutSeconds) {
    return { why: notReadyInTime(startTimeoutSeconds), said: "last" };
  }
  return undefined;
}

/**
 * Why a ReplicaSet gets no pods; undefined while it may still.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/replica-set-v1/#ReplicaSetStatus
 */
export function replicaSetVerdict(
  { status }: ReplicaSet,
  { stopGraceSeconds }: Pick<PodLimits, "stopGraceSeconds">,
  now: Date,
): string | undefined {
  const failure = status?.conditions?.find(
    ({ type, status }) => type === "ReplicaFailure" && status === "True",
  );
  // A quota counts an old pod until it has ended.
  return failure && secondsSince(failure.lastTransitionTime, now) > stopGraceSeconds
    ? `cannot be created: ${failure.message}`
    : undefined;
}

function whyUnscheduled(condition: { message?: string } | undefined): string {
  return (
    `finds no node: ${condition?.message ?? "no scheduler has looked at it."} Make room for it, ask ` +
    "for less (cpus, memoryMb, gpus), or replace replicas in place (strategy inPlace). Where nodes " +
    "are added on demand, raise schedulingTimeoutSeconds to what that takes"
  );
}

function whyNotStarted(seconds: number): string {
  return (
    `has a node, and no container ${seconds} s after it was created: see with kubectl describe whether ` +
    "the node still pulls the image or waits for a volume, and raise schedulingTimeoutSeconds to what " +
    "that takes"
  );
}

function whyEnded(
  ended: NonNullable<ContainerState["terminated"]>,
  joined: boolean,
  { startTimeoutSeconds }: PodLimits,
): string {
  const outOfMemory = ended.reason === "OOMKilled";
  if (joined) {
    return outOfMemory
      ? "ran out of memory: raise memoryMb"
      : `ended with code ${ended.exitCode} soon after it was ready`;
  }
  // The kubelet kills what its startup probe has given up.
  const lived = ended.startedAt ? secondsSince(ended.startedAt, ended.finishedAt) : 0;
  return !outOfMemory && lived >= startTimeoutSeconds
    ? notReadyInTime(startTimeoutSeconds)
    : endedBeforeReady(ended.exitCode, outOfMemory);
}

/** @see https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff */
function whyWaiting({ reason = "", message = "" }: NonNullable<ContainerState["waiting"]>): string {
  const said = message ? `${reason}: ${message}` : reason;
  return ["ErrImagePull", "ImagePullBackOff"].includes(reason)
    ? `cannot pull its image (${said}). See whether the nodes reach the registry and ` +
        "imagePullSecrets has a login for it"
    : `cannot start (${said})`;
}

function secondsSince(then: Date | undefined, now: Date | undefined): number {
  return then && now ? (now.getTime() - then.getTime()) / 1000 : 0;
}
