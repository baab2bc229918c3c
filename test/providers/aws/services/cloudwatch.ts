import type { DashboardArgs, MetricAlarmArgs } from "@pulumi/aws/cloudwatch";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { found, keyValues, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { fixed, flag, json, list, map, number, object, replaces, required } from "../shapes";
import { set, tags, text } from "../shapes";
import { unknown } from "../../host/provider";

const dimensions = map({ max: 30 });
const stat =
  /^(SampleCount|Average|Sum|Minimum|Maximum|IQM|p(\d{1,2}(\.\d{1,10})?|100)|t[mcs]\d+(\.\d+)?)$/;

/** @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
const metricAlarm = resource<MetricAlarmArgs>({
  inputs: {
    name: text({ ...replaces, max: 255 }),
    alarmDescription: text({ max: 1024 }),
    alarmActions: set(text(), { max: 5 }),
    okActions: set(text(), { max: 5 }),
    comparisonOperator: text({
      ...required,
      oneOf: ["GreaterThanThreshold", "LessThanThreshold"],
    }),
    evaluationPeriods: number({ ...required, min: 1 }),
    datapointsToAlarm: number({ min: 1 }),
    evaluateLowSampleCountPercentiles: text({ oneOf: ["evaluate", "ignore"] }),
    metricName: text({ max: 255 }),
    namespace: text({ max: 255, pattern: /^[^:]/ }),
    dimensions,
    period: number({ min: 10, max: 604800 }),
    statistic: text({ oneOf: ["SampleCount", "Average", "Sum", "Minimum", "Maximum"] }),
    extendedStatistic: text({ pattern: stat }),
    threshold: number(),
    treatMissingData: text({ oneOf: ["breaching", "notBreaching", "ignore", "missing"] }),
    metricQueries: list(
      object({
        id: text({ ...required, max: 255, pattern: /^[a-z]\w*$/ }),
        expression: text({ max: 2048 }),
        label: text(),
        returnData: flag(),
        metric: object({
          metricName: text(required),
          namespace: text(),
          dimensions,
          period: number({ ...required, min: 10 }),
          stat: text({ ...required, pattern: stat }),
        }),
      }),
      { max: 20 },
    ),
    tags: tags(),
  },
  autoname: "name",
  check: checkAlarm,
  async create(inputs) {
    await put(inputs);
    return { id: inputs.name, outputs: { arn: (await describe(inputs.name))!.AlarmArn } };
  },
  update: ({ news }) => put(news),
  exists: async (id) => (await describe(id)) !== undefined,
  delete: async (id) => void (await clients.cloudWatch().deleteAlarms({ AlarmNames: [id] })),
});

function checkAlarm(inputs: Plain) {
  const { metricName, metricQueries, statistic, extendedStatistic } = inputs;
  const one = (first: unknown, second: unknown) => (first === undefined) !== (second === undefined);
  const periods = [inputs.period, ...(metricQueries ?? []).map((q: Plain) => q.metric?.period)];
  return [
    one(metricName, metricQueries)
      ? []
      : [{ property: "metricName", reason: "or metricQueries, one of them" }],
    metricName && !one(statistic, extendedStatistic)
      ? [{ property: "statistic", reason: "or extendedStatistic, one of them" }]
      : [],
    metricName && !inputs.period ? [{ property: "period", reason: "is required" }] : [],
    periods.some((period) => period && ![10, 20, 30].includes(period) && period % 60)
      ? [{ property: "period", reason: "is 10, 20, 30 or a multiple of 60 seconds" }]
      : [],
    inputs.datapointsToAlarm > inputs.evaluationPeriods
      ? [{ property: "datapointsToAlarm", reason: "is over evaluationPeriods" }]
      : [],
    metricQueries && metricQueries.filter((query: Plain) => query.returnData === true).length !== 1
      ? [{ property: "metricQueries", reason: "exactly one has to return data" }]
      : [],
    checkQueries(metricQueries ?? []),
  ].flat();
}

/** An expression may name only metrics that are there. */
function checkQueries(queries: Plain[]) {
  const ids = queries.map(({ id }) => id);
  return queries
    .flatMap(
      ({ expression = "" }) =>
        (expression === unknown ? [] : expression.match(/\b[a-z]\w*\b/g)) ?? [],
    )
    .filter((id) => !ids.includes(id))
    .map((id) => ({ property: "metricQueries", reason: `no query has the id ${id}` }));
}

async function put(inputs: Plain): Promise<void> {
  const named = (values: Record<string, string> | undefined) =>
    values && Object.entries(values).map(([Name, Value]) => ({ Name, Value }));
  await clients.cloudWatch().putMetricAlarm({
    AlarmName: inputs.name,
    AlarmDescription: inputs.alarmDescription,
    AlarmActions: inputs.alarmActions,
    OKActions: inputs.okActions,
    ComparisonOperator: inputs.comparisonOperator,
    EvaluationPeriods: inputs.evaluationPeriods,
    DatapointsToAlarm: inputs.datapointsToAlarm,
    EvaluateLowSampleCountPercentile: inputs.evaluateLowSampleCountPercentiles,
    MetricName: inputs.metricName,
    Namespace: inputs.namespace,
    Dimensions: named(inputs.dimensions),
    Period: inputs.period,
    Statistic: inputs.statistic,
    ExtendedStatistic: inputs.extendedStatistic,
    Threshold: inputs.threshold,
    TreatMissingData: inputs.treatMissingData,
    Metrics: inputs.metricQueries?.map((query: Plain) => ({
      Id: query.id,
      Expression: query.expression,
      Label: query.label,
      ReturnData: query.returnData ?? false,
      MetricStat: query.metric && {
        Metric: {
          MetricName: query.metric.metricName,
          Namespace: query.metric.namespace,
          Dimensions: named(query.metric.dimensions),
        },
        Period: query.metric.period,
        Stat: query.metric.stat,
      },
    })),
    Tags: keyValues(inputs.tags),
  });
}

async function describe(name: string) {
  const { MetricAlarms = [] } = await clients.cloudWatch().describeAlarms({ AlarmNames: [name] });
  return MetricAlarms[0];
}

const dashboard = resource<DashboardArgs>({
  inputs: {
    dashboardName: text({ ...fixed, max: 255, pattern: /^[A-Za-z0-9_-]+$/ }),
    dashboardBody: json(required),
  },
  check: ({ dashboardBody }) =>
    dashboardBody === unknown || Array.isArray(JSON.parse(dashboardBody).widgets)
      ? []
      : [{ property: "dashboardBody", reason: "has no widgets" }],
  async create(inputs) {
    await clients.cloudWatch().putDashboard({
      DashboardName: inputs.dashboardName,
      DashboardBody: inputs.dashboardBody,
    });
    return { id: inputs.dashboardName };
  },
  exists: (id) => found(clients.cloudWatch().getDashboard({ DashboardName: id })),
  delete: async (id) =>
    void (await clients.cloudWatch().deleteDashboards({ DashboardNames: [id] })),
});

export default {
  resources: {
    "aws:cloudwatch/metricAlarm:MetricAlarm": metricAlarm,
    "aws:cloudwatch/dashboard:Dashboard": dashboard,
  },
} satisfies Service;
