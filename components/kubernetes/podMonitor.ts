import * as apiextensions from "@pulumi/kubernetes/apiextensions";
import * as pulumi from "@pulumi/pulumi";
import { defaultMetricsPath } from "@tf-model-serving/core/internal/tfserving/monitoring";
import { ResolvedKubernetesArgs } from "./kubernetesModelServiceArgs";
import { KubernetesPart, partsOf, selectorFor } from "./labels";
import { portNames } from "./network/portNames";
import { metadataOf } from "./metadata";
import { monitoringApi } from "./podMonitorArgs";

const usualIntervalSeconds = 30;

type MonitorArgs = Pick<ResolvedKubernetesArgs, "serviceName" | "podMonitor" | "server">;

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
function renderPodMonitor(
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
