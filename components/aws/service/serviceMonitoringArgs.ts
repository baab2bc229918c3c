import * as pulumi from "@pulumi/pulumi";
import {
  anyText,
  laterOr,
  objectOf,
  wholeNumberFrom,
} from "@tf-model-serving/core/internal/arguments/schema";
import { tagsSchema } from "../tags";

/** Arguments of a ServiceMonitoring. */
export interface ServiceMonitoringArgs {
  /** Name of the ECS cluster; it needs Container Insights. */
  clusterName: pulumi.Input<string>;

  /** Name of the ECS service: `EcsModelService.serviceName`. */
  serviceName: pulumi.Input<string>;

  /** The load balancer: `AlbEndpoint.loadBalancerArnSuffix`. */
  loadBalancerArnSuffix: pulumi.Input<string>;

  /** The target group for REST: `AlbEndpoint.restTargetGroupArnSuffix`. */
  restTargetGroupArnSuffix: pulumi.Input<string>;

  /** The topic that alarms go to: `AlbEndpoint.alarmTopicArn`. */
  alarmTopicArn: pulumi.Input<string>;

  /**
   * For how many minutes fewer replicas may run than should, 1 to 1440. Make it longer than an
   * instance and a replica take to start. @default 15
   */
  capacityMinutes?: number;

  /** Further tags for the alarms. @default - none */
  tags?: Record<string, string>;
}

/** Defaults of ServiceMonitoringArgs. */
export const serviceMonitoringDefaults = {
  capacityMinutes: 15,
} satisfies Partial<ServiceMonitoringArgs>;

/** Shape and range of ServiceMonitoringArgs. */
export const serviceMonitoringSchema = objectOf<ServiceMonitoringArgs>({
  clusterName: laterOr(anyText()),
  serviceName: laterOr(anyText()),
  loadBalancerArnSuffix: laterOr(anyText()),
  restTargetGroupArnSuffix: laterOr(anyText()),
  alarmTopicArn: laterOr(anyText()),
  // CloudWatch evaluates a day at most.
  capacityMinutes: wholeNumberFrom(1, 1440).optional(),
  tags: tagsSchema().optional(),
});
