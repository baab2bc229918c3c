import type { PolicyArgs, TargetArgs } from "@pulumi/aws/appautoscaling";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { found, gone, pascal, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { fixed, flag, list, number, object, replaces, required, tags, text } from "../shapes";

const ofService = {
  resourceId: text({ ...fixed, pattern: /^service\/[^/]+\/[^/]+$/ }),
  scalableDimension: text({ ...fixed, oneOf: ["ecs:service:DesiredCount"] }),
  serviceNamespace: text({ ...fixed, oneOf: ["ecs"] }),
};

const target = resource<TargetArgs>({
  inputs: {
    ...ofService,
    minCapacity: number({ ...required, min: 0 }),
    maxCapacity: number({ ...required, min: 0 }),
    roleArn: text(),
    tags: tags(),
  },
  check: ({ minCapacity, maxCapacity }) =>
    minCapacity > maxCapacity ? [{ property: "minCapacity", reason: "is over maxCapacity" }] : [],
  async create(inputs) {
    await needService(inputs.resourceId);
    await register(inputs);
    return { id: inputs.resourceId, outputs: { arn: (await describe(inputs))?.ScalableTargetARN } };
  },
  update: ({ news }) => register(news),
  exists: async (_, state) => (await describe(state)) !== undefined,
  delete: (_, { resourceId, scalableDimension, serviceNamespace }) =>
    gone(
      clients.applicationAutoScaling().deregisterScalableTarget({
        ResourceId: resourceId,
        ScalableDimension: scalableDimension,
        ServiceNamespace: serviceNamespace,
      }),
    ),
});

async function needService(resourceId: string): Promise<void> {
  const [, cluster, service] = resourceId.split("/");
  const { services = [] } = await clients.ecs().describeServices({ cluster, services: [service] });
  if (!services.some(({ status }) => status === "ACTIVE")) {
    throw new Error(`ValidationException: the ECS service ${resourceId} does not exist`);
  }
}

async function register(inputs: Plain): Promise<void> {
  await clients.applicationAutoScaling().registerScalableTarget({
    ResourceId: inputs.resourceId,
    ScalableDimension: inputs.scalableDimension,
    ServiceNamespace: inputs.serviceNamespace,
    MinCapacity: inputs.minCapacity,
    MaxCapacity: inputs.maxCapacity,
    RoleARN: inputs.roleArn,
    Tags: inputs.tags,
  });
}

async function describe({ resourceId, scalableDimension, serviceNamespace }: Plain) {
  const { ScalableTargets = [] } = await clients.applicationAutoScaling().describeScalableTargets({
    ServiceNamespace: serviceNamespace,
    ResourceIds: [resourceId],
    ScalableDimension: scalableDimension,
  });
  return ScalableTargets[0];
}

const metric = object({
  metricName: text(required),
  namespace: text(required),
  dimensions: list(object({ name: text(required), value: text(required) })),
});

/** @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TargetTrackingScalingPolicyConfiguration.html */
const policy = resource<PolicyArgs>({
  inputs: {
    ...ofService,
    name: text({ ...replaces, max: 256 }),
    policyType: text({ oneOf: ["TargetTrackingScaling"] }),
    targetTrackingScalingPolicyConfiguration: object(
      {
        targetValue: number(required),
        scaleInCooldown: number({ min: 0 }),
        scaleOutCooldown: number({ min: 0 }),
        disableScaleIn: flag(),
        predefinedMetricSpecification: object({
          predefinedMetricType: text({
            ...required,
            oneOf: [
              "ALBRequestCountPerTarget",
              "ECSServiceAverageCPUUtilization",
              "ECSServiceAverageMemoryUtilization",
            ],
          }),
          resourceLabel: text({
            pattern: /^app\/[^/]+\/[0-9a-f]+\/targetgroup\/[^/]+\/[0-9a-f]+$/,
          }),
        }),
        customizedMetricSpecification: object({
          dimensions: list(object({ name: text(required), value: text(required) })),
          metricName: text(),
          namespace: text(),
          statistic: text({ oneOf: ["Average", "Minimum", "Maximum", "SampleCount", "Sum"] }),
          unit: text(),
          metrics: list(
            object({
              id: text({ ...required, pattern: /^[a-z]\w*$/ }),
              expression: text({ max: 1024 }),
              label: text(),
              metricStat: object({ metric, stat: text(required), unit: text() }),
              returnData: flag(),
            }),
            { max: 10 },
          ),
        }),
      },
      required,
    ),
  },
  autoname: "name",
  check({ targetTrackingScalingPolicyConfiguration: config, policyType }) {
    const { predefinedMetricSpecification: predefined, customizedMetricSpecification } = config;
    const counts = predefined?.predefinedMetricType === "ALBRequestCountPerTarget";
    return [
      policyType === undefined ? [{ property: "policyType", reason: "is StepScaling then" }] : [],
      !predefined === !customizedMetricSpecification
        ? [{ property: "targetTrackingScalingPolicyConfiguration", reason: "needs one metric" }]
        : [],
      predefined && counts !== (predefined.resourceLabel !== undefined)
        ? [{ property: "resourceLabel", reason: "goes with ALBRequestCountPerTarget" }]
        : [],
    ].flat();
  },
  async create(inputs) {
    const outputs = await put(inputs);
    return { id: inputs.name, outputs };
  },
  update: ({ news }) => put(news),
  exists: (id, { serviceNamespace }) =>
    found(
      clients
        .applicationAutoScaling()
        .describeScalingPolicies({ PolicyNames: [id], ServiceNamespace: serviceNamespace })
        .then(({ ScalingPolicies }) => ScalingPolicies),
    ),
  delete: (id, { resourceId, scalableDimension, serviceNamespace }) =>
    gone(
      clients.applicationAutoScaling().deleteScalingPolicy({
        PolicyName: id,
        ResourceId: resourceId,
        ScalableDimension: scalableDimension,
        ServiceNamespace: serviceNamespace,
      }),
    ),
});

async function put(inputs: Plain): Promise<Record<string, unknown>> {
  if (!(await describe(inputs))) {
    throw new Error(`ObjectNotFoundException: ${inputs.resourceId} is no scalable target`);
  }
  const config = inputs.targetTrackingScalingPolicyConfiguration;
  const { customizedMetricSpecification: customized, ...others } = config;
  const named = (dimensions: Plain[] | undefined) =>
    dimensions?.map(({ name, value }) => ({ Name: name, Value: value }));
  const made = await clients.applicationAutoScaling().putScalingPolicy({
    PolicyName: inputs.name,
    PolicyType: inputs.policyType,
    ResourceId: inputs.resourceId,
    ScalableDimension: inputs.scalableDimension,
    ServiceNamespace: inputs.serviceNamespace,
    TargetTrackingScalingPolicyConfiguration: {
      ...pascal(others),
      CustomizedMetricSpecification: customized && {
        MetricName: customized.metricName,
        Namespace: customized.namespace,
        Statistic: customized.statistic,
        Unit: customized.unit,
        Dimensions: named(customized.dimensions),
        Metrics: customized.metrics?.map(({ metricStat, ...query }: Plain) => ({
          ...pascal(query),
          MetricStat: metricStat && {
            Stat: metricStat.stat,
            Unit: metricStat.unit,
            Metric: {
              MetricName: metricStat.metric.metricName,
              Namespace: metricStat.metric.namespace,
              Dimensions: named(metricStat.metric.dimensions),
            },
          },
        })),
      },
    },
  });
  return { arn: made.PolicyARN, alarmArns: (made.Alarms ?? []).map(({ AlarmARN }) => AlarmARN) };
}

export default {
  resources: {
    "aws:appautoscaling/target:Target": target,
    "aws:appautoscaling/policy:Policy": policy,
  },
} satisfies Service;
