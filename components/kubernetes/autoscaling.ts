import * as autoscaling from "@pulumi/kubernetes/autoscaling/v2";
import type * as k8s from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { maxReplicas } from "../serving/balancerConfig";
import { Problem, wholeNumber } from "../core/problem";
import { ResolvedKubernetesArgs } from "./kubernetesModelServiceArgs";
import { metadataOf } from "./metadata";

/** Longest stabilization window that the API takes, in seconds. */
const longestWindow = 3600;
const metricsGroup = "metrics.k8s.io/";

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
export function renderAutoscaler(
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

/** Everything about autoscaling that the cluster would refuse, or accept and never do. */
export function checkAutoscaling({
  autoscaling: scaling,
  replicas,
  cluster,
}: Pick<ResolvedKubernetesArgs, "autoscaling" | "replicas" | "cluster">): Problem[] {
  if (!scaling) {
    return [];
  }
  const { minReplicas, maxReplicas: most } = scaling;
  const problems = [
    ...wholeNumber("autoscaling.minReplicas", minReplicas, 1, maxReplicas),
    ...wholeNumber("autoscaling.maxReplicas", most, 1, maxReplicas),
    ...wholeNumber("autoscaling.cpuPercent", scaling.cpuPercent, 1, 100),
    ...wholeNumber("autoscaling.scaleDownSeconds", scaling.scaleDownSeconds, 0, longestWindow),
    ...wholeNumber("autoscaling.scaleUpSeconds", scaling.scaleUpSeconds, 0, longestWindow),
  ];
  if (replicas !== undefined) {
    problems.push({
      propertyPath: "replicas",
      reason: `is ${replicas}, and autoscaling decides on their number: give one of the two`,
    });
  }
  if (most < minReplicas) {
    problems.push({
      propertyPath: "autoscaling.maxReplicas",
      reason: `is ${most}, less than minReplicas, ${minReplicas}: use that or more`,
    });
  }
  if (cluster && !cluster.apiVersions.some((version) => version.startsWith(metricsGroup))) {
    problems.push({
      propertyPath: "autoscaling",
      reason:
        `is given, and the cluster at ${cluster.server} measures no CPU use (${metricsGroup.slice(0, -1)}): ` +
        "install metrics-server, or give replicas instead",
    });
  }
  return problems;
}
