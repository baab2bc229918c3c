import * as appautoscaling from "@pulumi/aws/appautoscaling";
import * as pulumi from "@pulumi/pulumi";
import { AutoscalingArgs } from "./ecsModelServiceArgs";
import { tagsFor } from "../tags";

const scaleInCooldownSeconds = 300;
const scaleOutCooldownSeconds = 60;

type Tracking =
  appautoscaling.PolicyArgs["targetTrackingScalingPolicyConfiguration"] extends pulumi.Input<
    infer T
  >
    ? NonNullable<T>
    : never;

/** Lets the number of replicas follow each target that is given. */
export function createScaling(
  name: string,
  scaling: AutoscalingArgs,
  service: { clusterName: pulumi.Input<string>; serviceName: pulumi.Input<string> },
  tags: Record<string, string> | undefined,
  parent: pulumi.Resource,
): void {
  const target = new appautoscaling.Target(
    name,
    {
      serviceNamespace: "ecs",
      scalableDimension: "ecs:service:DesiredCount",
      resourceId: pulumi.interpolate`service/${service.clusterName}/${service.serviceName}`,
      minCapacity: scaling.minReplicas,
      maxCapacity: scaling.maxReplicas,
      tags: tagsFor("autoscaling", tags),
    },
    { parent },
  );
  for (const [part, tracking] of Object.entries(trackings(scaling))) {
    new appautoscaling.Policy(
      `${name}-${part}`,
      {
        policyType: "TargetTrackingScaling",
        serviceNamespace: target.serviceNamespace,
        scalableDimension: target.scalableDimension,
        resourceId: target.resourceId,
        targetTrackingScalingPolicyConfiguration: {
          ...tracking,
          scaleInCooldown: scaling.scaleInCooldownSeconds ?? scaleInCooldownSeconds,
          scaleOutCooldown: scaling.scaleOutCooldownSeconds ?? scaleOutCooldownSeconds,
        },
      },
      { parent },
    );
  }
}

/** What is tracked, by the part of the policy's name. */
function trackings(scaling: AutoscalingArgs): Record<string, Tracking> {
  const { requestsPerReplica, cpuPercent, gpuPercent } = scaling;
  return {
    ...(requestsPerReplica === undefined
      ? {}
      : {
          requests: {
            targetValue: requestsPerReplica,
            predefinedMetricSpecification: {
              predefinedMetricType: "ALBRequestCountPerTarget",
              resourceLabel: pulumi.interpolate`${scaling.loadBalancerArnSuffix}/${scaling.restTargetGroupArnSuffix}`,
            },
          },
        }),
    ...(cpuPercent === undefined
      ? {}
      : {
          cpu: {
            targetValue: cpuPercent,
            predefinedMetricSpecification: {
              predefinedMetricType: "ECSServiceAverageCPUUtilization",
            },
          },
        }),
    ...(gpuPercent === undefined
      ? {}
      : {
          gpu: {
            targetValue: gpuPercent,
            customizedMetricSpecification: {
              namespace: "CWAgent",
              metricName: "nvidia_smi_utilization_gpu",
              statistic: "Average",
              dimensions: [
                {
                  name: "AutoScalingGroupName",
                  value: pulumi.output(scaling.autoScalingGroupName).apply((group) => group ?? ""),
                },
              ],
            },
          },
        }),
  };
}
