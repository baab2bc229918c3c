import * as apiextensions from "@pulumi/kubernetes/apiextensions";
import * as pulumi from "@pulumi/pulumi";
import { checkInteger } from "../core/checks";
import { Problem } from "../core/problem";
import { defaultMetricsPath } from "../tfserving/monitoring";
import { ResolvedKubernetesArgs } from "./kubernetesModelServiceArgs";
import { KubernetesPart, partsOf, selectorFor } from "./labels";
import { portNames } from "./network/portNames";
import { metadataOf } from "./metadata";

/** Group and version of a PodMonitor. */
export const monitoringApi = "monitoring.coreos.com/v1";

const usualIntervalSeconds = 30;
const longestIntervalSeconds = 3600;

type MonitorArgs = Pick<
  ResolvedKubernetesArgs,
  "serviceName" | "podMonitor" | "server" | "cluster"
>;

/** Has Prometheus read the metrics of replicas and balancers, where that is asked for. */
export function createPodMonitor(
  name: string,
  args: ResolvedKubernetesArgs,
  parent: pulumi.Resource,
): void {
  if (!args.podMonitor) {
    return;
  }
  const labels = { ...args.labels, ...args.podMonitor.labels };
  for (const part of partsOf(args)) {
    new apiextensions.CustomResource(
      `${name}-${part}`,
      {
        apiVersion: monitoringApi,
        kind: "PodMonitor",
        metadata: metadataOf(part, { ...args, labels }),
        spec: renderPodMonitor(part, args),
      },
      { parent },
    );
  }
}

/**
 * What Prometheus reads from the pods of a part. The model version becomes a label of the metrics, so
 * that a release or a canary can be compared with what was before.
 *
 * @see https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PodMonitorSpec
 */
export function renderPodMonitor(
  part: KubernetesPart,
  { serviceName, podMonitor, server }: MonitorArgs,
): object {
  const endpoint =
    part === "balancer"
      ? { port: portNames.statistics, path: "/metrics" }
      : { port: portNames.rest, path: server?.monitoring?.path ?? defaultMetricsPath };
  return {
    selector: { matchLabels: selectorFor(part, serviceName) },
    podTargetLabels: ["app.kubernetes.io/instance", "app.kubernetes.io/version"],
    podMetricsEndpoints: [
      { ...endpoint, interval: `${podMonitor?.intervalSeconds ?? usualIntervalSeconds}s` },
    ],
  };
}

/** Everything about a PodMonitor that would be refused, or find no metrics. */
export function checkPodMonitor({
  podMonitor,
  server,
  cluster,
}: Pick<MonitorArgs, "podMonitor" | "server" | "cluster">): Problem[] {
  if (!podMonitor) {
    return [];
  }
  const problems = checkInteger(podMonitor.intervalSeconds, "podMonitor.intervalSeconds", {
    min: 1,
    max: longestIntervalSeconds,
  });
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
