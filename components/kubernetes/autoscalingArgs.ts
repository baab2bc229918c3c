import type { Problem } from "@tf-model-serving/core/internal/arguments/problem";
import { objectOf, wholeNumberFrom } from "@tf-model-serving/core/internal/arguments/schema";
import { maxReplicas } from "@tf-model-serving/core/internal/serving/balancer/ports";
import type { ResolvedKubernetesArgs } from "./kubernetesModelServiceArgs";

/**
 * Follows the CPU use of the replicas with their number, by a HorizontalPodAutoscaler. The cluster
 * needs the resource metrics API (metrics-server).
 * @see https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
 */
export interface KubernetesAutoscalingArgs {
  /** Fewest replicas, 1 or more. */
  minReplicas: number;

  /** Most replicas, not below `minReplicas`. */
  maxReplicas: number;

  /** CPU use that the replicas shall have on average, in percent of `cpus`, 1 to 100. @default 70 */
  cpuPercent?: number;

  /** How long less load has to last before replicas are stopped, in seconds, 0 to 3600. @default 300 */
  scaleDownSeconds?: number;

  /** How long more load has to last before replicas are added, in seconds, 0 to 3600. @default 0 */
  scaleUpSeconds?: number;
}

/** Defaults of KubernetesAutoscalingArgs. */
export const kubernetesAutoscalingDefaults = {
  cpuPercent: 70,
  scaleDownSeconds: 300,
  scaleUpSeconds: 0,
} satisfies Partial<KubernetesAutoscalingArgs>;

// The longest stabilization window that the API takes.
const seconds = wholeNumberFrom(0, 3600);
const metricsGroup = "metrics.k8s.io/";

/** Schema of a KubernetesAutoscalingArgs. */
export const autoscaling = objectOf<KubernetesAutoscalingArgs>({
  minReplicas: wholeNumberFrom(1, maxReplicas),
  maxReplicas: wholeNumberFrom(1, maxReplicas),
  cpuPercent: wholeNumberFrom(1, 100).optional(),
  scaleDownSeconds: seconds.optional(),
  scaleUpSeconds: seconds.optional(),
});

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
  const problems: Problem[] = [];
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
