import type { PolicyArgs, TargetArgs } from "@pulumi/aws/appautoscaling";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { found, gone, pascal, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { fixed, number, object, replaces, required, tags, text } from "../shapes";

const ofService = {
  resourceId: text({ ...fixed, pattern: /^service\/[^/]+\/[^/]+$/ }),
  scalableDimension: text({ ...fixed, oneOf: ["ecs:service:DesiredCount"] }),
  serviceNamespace: text({ ...fixed, oneOf: ["ecs"] }),
};

const parameters = ({ resourceId, scalableDimension, serviceNamespace }: Plain) => ({
  ResourceId: resourceId,
  ScalableDimension: scalableDimension,
  ServiceNamespace: serviceNamespace,
});

const target = resource<TargetArgs>({
  inputs: {
    ...ofService,
    minCapacity: number({ ...required, min: 0 }),
    maxCapacity: number({ ...required, min: 0 }),
    tags: tags(),
  },
  check: ({ minCapacity, maxCapacity }) =>
    minCapacity > maxCapacity ? [{ property: "minCapacity", reason: "is over maxCapacity" }] : [],
  async create(inputs) {
    await needService(inputs.resourceId);
    await clients.applicationAutoScaling().registerScalableTarget({
      ...parameters(inputs),
      MinCapacity: inputs.minCapacity,
      MaxCapacity: inputs.maxCapacity,
      Tags: inputs.tags,
    });
    return { id: inputs.resourceId, outputs: { arn: (await describe(inputs))?.ScalableTargetARN } };
  },
  exists: async (_, state) => (await describe(state)) !== undefined,
  delete: (_, state) =>
    gone(clients.applicationAutoScaling().deregisterScalableTarget(parameters(state))),
});

async function needService(resourceId: string): Promise<void> {
  const [, cluster, service] = resourceId.split("/");
  const { services = [] } = await clients.ecs().describeServices({ cluster, services: [service] });
  if (!services.some(({ status }) => status === "ACTIVE")) {
    throw new Error(`ValidationException: the ECS service ${resourceId} does not exist`);
  }
}

async function describe({ resourceId, scalableDimension, serviceNamespace }: Plain) {
  const { ScalableTargets = [] } = await clients.applicationAutoScaling().describeScalableTargets({
    ServiceNamespace: serviceNamespace,
    ResourceIds: [resourceId],
    ScalableDimension: scalableDimension,
  });
  return ScalableTargets[0];
}

/** @see https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TargetTrackingScalingPolicyConfiguration.html */
const policy = resource<PolicyArgs>({
  inputs: {
    ...ofService,
    name: text({ ...replaces, max: 256 }),
    policyType: text({ ...required, oneOf: ["TargetTrackingScaling"] }),
    targetTrackingScalingPolicyConfiguration: object(
      {
        targetValue: number(required),
        scaleInCooldown: number({ min: 0 }),
        scaleOutCooldown: number({ min: 0 }),
        predefinedMetricSpecification: object(
          {
            predefinedMetricType: text({
              ...required,
              oneOf: ["ALBRequestCountPerTarget", "ECSServiceAverageCPUUtilization"],
            }),
            resourceLabel: text({
              pattern: /^app\/[^/]+\/[0-9a-f]+\/targetgroup\/[^/]+\/[0-9a-f]+$/,
            }),
          },
          required,
        ),
      },
      required,
    ),
  },
  autoname: "name",
  check({ targetTrackingScalingPolicyConfiguration: { predefinedMetricSpecification: metric } }) {
    const counts = metric.predefinedMetricType === "ALBRequestCountPerTarget";
    return counts === (metric.resourceLabel !== undefined)
      ? []
      : [{ property: "resourceLabel", reason: "goes with ALBRequestCountPerTarget" }];
  },
  async create(inputs) {
    if (!(await describe(inputs))) {
      throw new Error(`ObjectNotFoundException: ${inputs.resourceId} is no scalable target`);
    }
    const { PolicyARN: arn } = await clients.applicationAutoScaling().putScalingPolicy({
      ...parameters(inputs),
      PolicyName: inputs.name,
      PolicyType: inputs.policyType,
      TargetTrackingScalingPolicyConfiguration: pascal(
        inputs.targetTrackingScalingPolicyConfiguration,
      ),
    });
    return { id: inputs.name, outputs: { arn } };
  },
  exists: (id, { serviceNamespace }) =>
    found(
      clients
        .applicationAutoScaling()
        .describeScalingPolicies({ PolicyNames: [id], ServiceNamespace: serviceNamespace })
        .then(({ ScalingPolicies }) => ScalingPolicies),
    ),
  delete: (id, state) =>
    gone(
      clients
        .applicationAutoScaling()
        .deleteScalingPolicy({ ...parameters(state), PolicyName: id }),
    ),
});

export default {
  resources: {
    "aws:appautoscaling/target:Target": target,
    "aws:appautoscaling/policy:Policy": policy,
  },
} satisfies Service;
