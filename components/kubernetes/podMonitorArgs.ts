import type { Problem } from "@tf-model-serving/core/internal/arguments/problem";
import {
  anyText,
  objectOf,
  recordOf,
  wholeNumberFrom,
} from "@tf-model-serving/core/internal/arguments/schema";
import type { ResolvedKubernetesArgs } from "./kubernetesModelServiceArgs";

/**
 * A PodMonitor of the Prometheus operator for replicas and balancers. Its pods need
 * `network.monitoringNamespace`.
 * @see https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PodMonitor
 */
export interface PodMonitorArgs {
  /** Labels of the PodMonitor, by which a Prometheus chooses it. @default - none */
  labels?: Record<string, string>;

  /** Seconds between two scrapes. @default 30 */
  intervalSeconds?: number;
}

/** Group and version of a PodMonitor. */
export const monitoringApi = "monitoring.coreos.com/v1";

/** Schema of a PodMonitorArgs. */
export const podMonitor = objectOf<PodMonitorArgs>({
  labels: recordOf(anyText()).optional(),
  intervalSeconds: wholeNumberFrom(1, 3600).optional(),
});

/** Everything about a PodMonitor that would be refused, or find no metrics. */
export function checkPodMonitor({
  podMonitor,
  server,
  cluster,
}: Pick<ResolvedKubernetesArgs, "podMonitor" | "server" | "cluster">): Problem[] {
  if (!podMonitor) {
    return [];
  }
  const problems: Problem[] = [];
  if (server?.monitoring?.enabled === false) {
    problems.push({
      propertyPath: "podMonitor",
      reason: "is given, and server.monitoring.enabled is false: replicas have no metrics",
    });
  }
  if (cluster && !cluster.apiVersions.includes(monitoringApi)) {
    problems.push({
      propertyPath: "podMonitor",
      reason:
        `is given, and the cluster at ${cluster.server} does not know ${monitoringApi}: install the ` +
        "Prometheus operator, or leave it out",
    });
  }
  return problems;
}
