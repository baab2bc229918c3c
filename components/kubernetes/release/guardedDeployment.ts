import * as apps from "@pulumi/kubernetes/apps/v1";
import type * as k8s from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { KubernetesPart, LabelledArgs, selectorFor } from "../labels";
import { metadataOf } from "../metadata";
import { joinSeconds } from "../replicaPods";
import { GuardedRelease, ReleaseGuard } from "./releaseGuard";
import { guardedAnnotations } from "./wantedRelease";

/** ReplicaSets of releases before that are kept, to go back to. */
const revisionHistoryLimit = 3;

/** Arguments of a Deployment whose releases are guarded. */
export interface GuardedArgs extends LabelledArgs, GuardedRelease {
  part: KubernetesPart;
  namespace: pulumi.Input<string>;
  /** How long a new pod is ready before it counts, in seconds. */
  minReadySeconds: number;
}

/**
 * Creates a Deployment whose releases are guarded.
 *
 * @param batches - how many times a rollout waits for new pods, one after the other
 */
export function createGuardedDeployment(
  name: string,
  args: GuardedArgs,
  batches: number,
  spec: Pick<k8s.apps.v1.DeploymentSpec, "replicas" | "strategy" | "template">,
  parent: pulumi.Resource,
): { deployment: apps.Deployment; guard: ReleaseGuard } {
  const { part, serviceName, cluster, namespace, minReadySeconds } = args;
  const labels = selectorFor(part, serviceName);
  const timeout = `${batches * progressSeconds(args)}s`;
  const guard = new ReleaseGuard(name, args, parent);
  const deployment = new apps.Deployment(
    name,
    {
      metadata: {
        ...metadataOf(part, args),
        annotations: guardedAnnotations(cluster, { namespace, labels }),
      },
      spec: {
        ...spec,
        selector: { matchLabels: labels },
        minReadySeconds,
        progressDeadlineSeconds: progressSeconds(args),
        revisionHistoryLimit,
      },
    },
    { parent, customTimeouts: { create: timeout, update: timeout }, ...guard.options },
  );
  return { deployment, guard };
}

/** Longest time between two steps of a rollout that goes on. */
function progressSeconds(args: GuardedArgs): number {
  const { schedulingTimeoutSeconds, stopGraceSeconds, startTimeoutSeconds, minReadySeconds } = args;
  const started = schedulingTimeoutSeconds + stopGraceSeconds + startTimeoutSeconds;
  return started + joinSeconds + minReadySeconds;
}
