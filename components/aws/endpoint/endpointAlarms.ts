import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as lb from "@pulumi/aws/lb";
import * as pulumi from "@pulumi/pulumi";
import { ResolvedAlbEndpointArgs } from "./albEndpointArgs";
import { tagsFor } from "../tags";
import { TargetGroups } from "./targetGroups";

const namespace = "AWS/ApplicationELB";
const periodSeconds = 60;
/** Fewer requests than these in a minute are too few for a share of errors. */
const sampleRequests = 20;

/** Alarms of an endpoint. */
export interface EndpointAlarms {
  /** What a release may be judged by: requests that failed or took long. */
  deployment: cloudwatch.MetricAlarm[];
  /** What a release causes by itself for a while. */
  others: cloudwatch.MetricAlarm[];
}

/**
 * Alarms of a load balancer and its targets.
 *
 * A gRPC call that fails is no HTTP error, so the share of errors is about REST, and about gRPC calls
 * that reached no replica.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
 */
export function createEndpointAlarms(
  name: string,
  args: ResolvedAlbEndpointArgs,
  loadBalancer: lb.LoadBalancer,
  groups: TargetGroups,
  topicArn: pulumi.Input<string>,
  parent: pulumi.Resource,
): EndpointAlarms {
  const dimensions = { LoadBalancer: loadBalancer.arnSuffix };
  const create = (what: string, inputs: cloudwatch.MetricAlarmArgs) =>
    new cloudwatch.MetricAlarm(
      `${name}-${what}`,
      {
        alarmActions: [topicArn],
        okActions: [topicArn],
        treatMissingData: "notBreaching",
        ...inputs,
        tags: tagsFor("alarms", args.tags),
      },
      { parent },
    );
  const unhealthy = (api: string, group: lb.TargetGroup) =>
    create(`unhealthy-${api}`, {
      alarmDescription: `A replica fails the load balancer's ${api} health check for 5 minutes`,
      namespace,
      metricName: "UnHealthyHostCount",
      dimensions: { ...dimensions, TargetGroup: group.arnSuffix },
      statistic: "Maximum",
      period: periodSeconds,
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 5,
    });
  return {
    deployment: [
      create("errors", {
        alarmDescription: `More than ${args.maxErrorPercent} % of requests end in a server's error`,
        metricQueries: errorShare(dimensions),
        comparisonOperator: "GreaterThanThreshold",
        threshold: args.maxErrorPercent,
        evaluationPeriods: 3,
        datapointsToAlarm: 2,
      }),
      create("latency", {
        alarmDescription: `The 99th percentile of response times is above ${args.maxLatencySeconds} s`,
        namespace,
        metricName: "TargetResponseTime",
        dimensions,
        extendedStatistic: "p99",
        evaluateLowSampleCountPercentiles: "ignore",
        period: periodSeconds,
        comparisonOperator: "GreaterThanThreshold",
        threshold: args.maxLatencySeconds,
        evaluationPeriods: 3,
        datapointsToAlarm: 2,
      }),
    ],
    others: [
      unhealthy("rest", groups.rest),
      ...(groups.grpc ? [unhealthy("grpc", groups.grpc)] : []),
    ],
  };
}

/** RequestCount leaves out what the load balancer itself had to refuse, for want of a replica. */
function errorShare(
  dimensions: Record<string, pulumi.Input<string>>,
): cloudwatch.MetricAlarmArgs["metricQueries"] {
  const sum = (id: string, metricName: string) => ({
    id,
    metric: { namespace, metricName, dimensions, period: periodSeconds, stat: "Sum" },
  });
  const failed = "(FILL(target, 0) + FILL(balancer, 0))";
  const all = "(FILL(requests, 0) + FILL(balancer, 0))";
  return [
    {
      id: "share",
      label: "Share of server errors in percent",
      expression: `IF(${all} >= ${sampleRequests}, 100 * ${failed} / ${all}, 0)`,
      returnData: true,
    },
    sum("requests", "RequestCount"),
    sum("target", "HTTPCode_Target_5XX_Count"),
    sum("balancer", "HTTPCode_ELB_5XX_Count"),
  ];
}
