import * as autoscaling from "@pulumi/kubernetes/autoscaling/v2";
import type * as k8s from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { ResolvedKubernetesArgs } from "./kubernetesModelServiceArgs";
import { metadataOf } from "./metadata";

type Autoscaling = NonNullable<ResolvedKubernetesArgs["autoscaling"]>;

/** Lets the number of replicas follow their CPU use, where that is asked for; canary replicas stay. */
export function createAutoscaling(
  name: string,
  args: ResolvedKubernetesArgs,
  deploymentName: pulumi.Input<string>,
  parent: pulumi.Resource,
): void {
  if (args.autoscaling) {
    new autoscaling.HorizontalPodAutoscaler(
      name,
      {
        metadata: metadataOf("replica", args),
        spec: renderAutoscaler(args.autoscaling, deploymentName),
      },
      { parent },
    );
  }
}

/**
 * Scaling by CPU use, in percent of what the replicas request.
 *
 * A window takes the largest number of replicas that was asked for in it, or on the way up the
 * smallest, so that a short dip stops nothing and a short peak starts nothing.
 *
 * @see https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#stabilization-window
 */
function renderAutoscaler(
  scaling: Autoscaling,
  deploymentName: pulumi.Input<string>,
): k8s.autoscaling.v2.HorizontalPodAutoscalerSpec {
  return {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: deploymentName },
    minReplicas: scaling.minReplicas,
    maxReplicas: scaling.maxReplicas,
    metrics: [
      {
        type: "Resource",
        resource: {
          name: "cpu",
          target: { type: "Utilization", averageUtilization: scaling.cpuPercent },
        },
      },
    ],
    behavior: {
      scaleDown: { stabilizationWindowSeconds: scaling.scaleDownSeconds },
      scaleUp: { stabilizationWindowSeconds: scaling.scaleUpSeconds },
    },
  };
}
