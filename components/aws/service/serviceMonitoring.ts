import { formerTypes } from "@tf-model-serving/core/internal/stack/formerTypes";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as pulumi from "@pulumi/pulumi";
import { currentStack } from "@tf-model-serving/core/internal/stack/currentStack";
import { refuse } from "@tf-model-serving/core/internal/arguments/refuse";
import { problemsOf } from "@tf-model-serving/core/internal/arguments/schema";
import { withDefaults } from "@tf-model-serving/core/internal/arguments/withDefaults";
import { parseArn } from "../arn";
import { awsName } from "../awsName";
import { renderDashboard } from "./dashboard";
import {
  ServiceMonitoringArgs,
  serviceMonitoringDefaults,
  serviceMonitoringSchema,
} from "./serviceMonitoringArgs";
import { tagsFor } from "../tags";

/**
 * What watches an ECS service behind an AlbEndpoint: an alarm for replicas that find no room, and a
 * dashboard. It is apart from the AlbEndpoint, since that is there before its service.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments
 */
export class ServiceMonitoring extends pulumi.ComponentResource {
  /** Name of the CloudWatch dashboard. */
  public readonly dashboardName: pulumi.Output<string>;
  /** Name of the alarm for replicas that find no room. */
  public readonly capacityAlarmName: pulumi.Output<string>;

  constructor(name: string, args: ServiceMonitoringArgs, opts?: pulumi.ComponentResourceOptions) {
    const resolved = withDefaults(args, serviceMonitoringDefaults);
    refuse("ServiceMonitoring", name, problemsOf(serviceMonitoringSchema, resolved));
    super(
      "tfserving-aws:index:ServiceMonitoring",
      name,
      {},
      formerTypes(opts, "ServiceMonitoring"),
    );

    const alarm = createCapacityAlarm(name, resolved, this);
    const dashboard = createDashboard(name, resolved, this);

    this.dashboardName = dashboard.dashboardName;
    this.capacityAlarmName = alarm.name;
    this.registerOutputs({
      dashboardName: this.dashboardName,
      capacityAlarmName: this.capacityAlarmName,
    });
  }
}

type ResolvedArgs = ServiceMonitoringArgs & typeof serviceMonitoringDefaults;

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html */
function createCapacityAlarm(
  name: string,
  args: ResolvedArgs,
  parent: pulumi.Resource,
): cloudwatch.MetricAlarm {
  const count = (id: string, metricName: string) => ({
    id,
    metric: {
      namespace: "ECS/ContainerInsights",
      metricName,
      dimensions: { ClusterName: args.clusterName, ServiceName: args.serviceName },
      period: 60,
      stat: "Average",
    },
  });
  return new cloudwatch.MetricAlarm(
    `${name}-capacity`,
    {
      alarmDescription: `Fewer replicas run than should, for ${args.capacityMinutes} minutes`,
      metricQueries: [
        {
          id: "missing",
          label: "Replicas that do not run",
          expression: "desired - running",
          returnData: true,
        },
        count("desired", "DesiredTaskCount"),
        count("running", "RunningTaskCount"),
      ],
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: args.capacityMinutes,
      treatMissingData: "missing",
      alarmActions: [args.alarmTopicArn],
      okActions: [args.alarmTopicArn],
      tags: tagsFor("alarms", args.tags),
    },
    { parent },
  );
}

function createDashboard(
  name: string,
  args: ResolvedArgs,
  parent: pulumi.Resource,
): cloudwatch.Dashboard {
  const facts = pulumi.output({
    // Alarms and their topic are in one region.
    region: pulumi.output(args.alarmTopicArn).apply((arn) => parseArn(arn).region),
    clusterName: args.clusterName,
    serviceName: args.serviceName,
    loadBalancer: args.loadBalancerArnSuffix,
    restTargetGroup: args.restTargetGroupArnSuffix,
  });
  return new cloudwatch.Dashboard(
    name,
    {
      // CloudWatch has no dashboards without a name; an account's all share one list.
      dashboardName: awsName([...currentStack().split("/"), name], 255),
      dashboardBody: facts.apply((known) => JSON.stringify(renderDashboard(known))),
    },
    { parent },
  );
}
