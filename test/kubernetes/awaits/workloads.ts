import { type Await, conditionOf, conditionText, NeverReadyError } from "./look";
import { isOwnedBy } from "./look";
import { podTroubles } from "./pods";

const revision = "deployment.kubernetes.io/revision";

/**
 * Deployment: available, and the newest ReplicaSet has all its pods ready. A progress deadline that
 * passed is named among the reasons, but ends nothing: the official provider waits for its own
 * timeout.
 *
 * @see https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/await/deployment.go
 */
export const deployment: Await = {
  notReady: async (look) => {
    const { api, live } = look;
    const { generation, namespace, annotations } = live.metadata;
    if (live.status?.observedGeneration !== generation) {
      return ["The Deployment controller has not seen the change yet"];
    }
    const sets = await api.list({ apiVersion: "apps/v1", kind: "ReplicaSet", namespace });
    const newest = sets.find(
      (set) =>
        isOwnedBy(set, live) && set.metadata.annotations?.[revision] === annotations?.[revision],
    );
    const [available, progressing] = ["Available", "Progressing"].map((type) =>
      conditionOf(live, type),
    );
    const replicas = newest?.spec.replicas ?? 1;
    const isReady = newest && (newest.status?.readyReplicas ?? 0) >= replicas;
    const isRolledOut =
      annotations?.[revision] === "1" ||
      (progressing?.status === "True" && progressing.reason === "NewReplicaSetAvailable");
    if (available?.status === "True" && isRolledOut && isReady) {
      return [];
    }
    const failure = conditionOf(live, "ReplicaFailure");
    return [
      ...[available, progressing].flatMap((one) =>
        one?.status === "False" ? [conditionText(one)] : [],
      ),
      ...(failure?.status === "True" ? [conditionText(failure)] : []),
      available?.status === "True"
        ? "Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live"
        : "Minimum number of live Pods was not attained",
      ...(newest ? await podTroubles(look, newest) : []),
    ];
  },
};

/** @see https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/await/statefulset.go */
export const statefulSet: Await = {
  notReady: async (look) => {
    const { metadata, spec, status = {} } = look.live;
    const replicas = spec.replicas ?? 1;
    const seen = status.observedGeneration === metadata.generation;
    const ready = (status.readyReplicas ?? 0) >= replicas;
    const updated =
      spec.updateStrategy?.type === "OnDelete" || status.currentRevision === status.updateRevision;
    return seen && ready && updated
      ? []
      : [
          `${status.readyReplicas ?? 0} of ${replicas} Pods are ready`,
          ...(await podTroubles(look, look.live)),
        ];
  },
};

/** @see https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/await/daemonset.go */
export const daemonSet: Await = {
  notReady: async (look) => {
    const { metadata, status = {} } = look.live;
    const { desiredNumberScheduled: wanted = 0, updatedNumberScheduled = 0 } = status;
    const seen = status.observedGeneration === metadata.generation;
    return seen && updatedNumberScheduled >= wanted && (status.numberReady ?? 0) >= wanted
      ? []
      : [
          `${status.numberReady ?? 0} of ${wanted} Pods are ready`,
          ...(await podTroubles(look, look.live)),
        ];
  },
};

/** @see https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/await/job.go */
export const job: Await = {
  notReady: async (look) => {
    const failed = conditionOf(look.live, "Failed");
    if (failed?.status === "True") {
      const pods = await podTroubles(look, look.live);
      throw new NeverReadyError([conditionText(failed), ...pods].join("; "));
    }
    return conditionOf(look.live, "Complete")?.status === "True"
      ? []
      : ["The Job has not ended yet", ...(await podTroubles(look, look.live))];
  },
};
