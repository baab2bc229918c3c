import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";

import { ServiceMonitoring, ServiceMonitoringArgs } from "../../../components";
import { account, region } from "../../support/awsMocks";
import {
  problemsOf,
  promiseOf,
  type Recording,
  settle,
  startMocks,
  unknown,
} from "../../support/mocks";

const required: ServiceMonitoringArgs = {
  clusterName: "cluster",
  serviceName: "service",
  loadBalancerArnSuffix: "app/serving/1",
  restTargetGroupArnSuffix: "targetgroup/rest/2",
  alarmTopicArn: `arn:aws:sns:${region}:${account}:alarms`,
};

/** A service whose name AWS has not made up yet. */
class ServiceName extends pulumi.CustomResource {
  declare public readonly serviceName: pulumi.Output<string>;
  constructor(name: string) {
    super("test:index:ServiceName", name, { serviceName: undefined });
  }
}

let recording: Recording;

beforeEach(async () => {
  recording = await startMocks();
});

async function create(args: Partial<ServiceMonitoringArgs> = {}): Promise<ServiceMonitoring> {
  const monitoring = new ServiceMonitoring("serving", { ...required, ...args });
  await settle();
  return monitoring;
}

describe("the monitoring of a service", () => {
  it("raises an alarm while replicas find no room", async () => {
    const { capacityAlarmName } = await create({ capacityMinutes: 20 });
    const dimensions = { ClusterName: "cluster", ServiceName: "service" };
    const metric = { namespace: "ECS/ContainerInsights", dimensions, period: 60, stat: "Average" };
    expect(recording.find("aws:cloudwatch/metricAlarm:MetricAlarm").inputs).toEqual({
      alarmDescription: "Fewer replicas run than should, for 20 minutes",
      metricQueries: [
        {
          id: "missing",
          label: "Replicas that do not run",
          expression: "desired - running",
          returnData: true,
        },
        { id: "desired", metric: { ...metric, metricName: "DesiredTaskCount" } },
        { id: "running", metric: { ...metric, metricName: "RunningTaskCount" } },
      ],
      comparisonOperator: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 20,
      treatMissingData: "missing",
      alarmActions: [required.alarmTopicArn],
      okActions: [required.alarmTopicArn],
      tags: { "tfserving:component": "alarms", "tfserving:stack": "tfserving/dev" },
    });
    expect(await promiseOf(capacityAlarmName)).toBe("serving-capacity-1a2b3c4");
  });

  it("shows requests, errors, latency and replicas on a dashboard of the stack", async () => {
    const { dashboardName } = await create();
    expect(await promiseOf(dashboardName)).toBe("tfserving-dev-serving");
    const body = JSON.parse(
      recording.find("aws:cloudwatch/dashboard:Dashboard").inputs.dashboardBody as string,
    ) as {
      widgets: { x: number; y: number; properties: { region: string; metrics: unknown[] } }[];
    };
    const metrics = body.widgets.flatMap(({ properties }) => properties.metrics) as string[][];
    expect(new Set(body.widgets.map(({ properties }) => properties.region))).toEqual(
      new Set([region]),
    );
    expect(metrics.map(([, name]) => name)).toEqual([
      "RequestCount",
      "HTTPCode_Target_5XX_Count",
      "HTTPCode_ELB_5XX_Count",
      "TargetResponseTime",
      "TargetResponseTime",
      "TargetResponseTime",
      "HealthyHostCount",
      "UnHealthyHostCount",
      "DesiredTaskCount",
      "RunningTaskCount",
      "CPUUtilization",
      "MemoryUtilization",
    ]);
    expect(metrics[6].slice(2, -1)).toEqual([
      "TargetGroup",
      "targetgroup/rest/2",
      "LoadBalancer",
      "app/serving/1",
    ]);
    const places = body.widgets.map(({ x, y }) => `${x},${y}`);
    expect(new Set(places).size).toBe(places.length);
  });

  it("can be previewed before there is a service", async () => {
    recording = await startMocks({ preview: true });
    const service = new ServiceName("service");
    await create({ serviceName: service.serviceName });
    expect(recording.find("aws:cloudwatch/dashboard:Dashboard").inputs.dashboardBody).toBe(unknown);
  });

  it.each([0, 1441, 1.5])("refuses %s minutes without room", (capacityMinutes) => {
    const problems = problemsOf(
      () => new ServiceMonitoring("serving", { ...required, capacityMinutes }),
    );
    expect(problems.map(({ propertyPath }) => propertyPath)).toEqual(["capacityMinutes"]);
  });
});
