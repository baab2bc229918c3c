import type * as pulumiEcs from "@pulumi/aws/ecs";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { resource } from "../resourceType";
import type { Service } from "../resourceType";
import { flag, list, number, object, replaces, required, set, tags, text } from "../shapes";
import { ecsTags, name, onOff, strategy } from "./ecs";

const service = resource<pulumiEcs.ServiceArgs>({
  inputs: {
    name,
    cluster: text(replaces),
    taskDefinition: text(),
    desiredCount: number({ min: 0, max: 5000 }),
    capacityProviderStrategies: set(object(strategy), { max: 20 }),
    availabilityZoneRebalancing: onOff,
    deploymentMaximumPercent: number({ min: 0, max: 1000 }),
    deploymentMinimumHealthyPercent: number({ min: 0, max: 100 }),
    deploymentCircuitBreaker: object({ enable: flag(required), rollback: flag(required) }),
    alarms: object({
      alarmNames: set(text({ max: 255 }), required),
      enable: flag(required),
      rollback: flag(required),
    }),
    enableEcsManagedTags: flag(),
    enableExecuteCommand: flag(),
    forceNewDeployment: flag(),
    healthCheckGracePeriodSeconds: number({ min: 0, max: 2147483647 }),
    loadBalancers: set(
      object({
        containerName: text(required),
        containerPort: number({ ...required, min: 0, max: 65535 }),
        targetGroupArn: text(),
      }),
      { max: 5 },
    ),
    networkConfiguration: object({
      assignPublicIp: flag(),
      securityGroups: set(text(), { max: 5 }),
      subnets: set(text(), { ...required, max: 16 }),
    }),
    orderedPlacementStrategies: list(
      object({
        type: text({ ...required, oneOf: ["spread", "binpack"] }),
        field: text(required),
      }),
      { max: 5 },
    ),
    propagateTags: text({ oneOf: ["SERVICE", "TASK_DEFINITION", "NONE"] }),
    waitForSteadyState: flag(),
    tags: tags(),
  },
  autoname: "name",
  check: checkService,
  async create(inputs) {
    await needWhatServicesName(inputs);
    const { service } = await clients.ecs().createService({
      serviceName: inputs.name,
      ...serviceSettings(inputs),
      tags: ecsTags(inputs.tags),
    });
    return { id: service!.serviceArn!, outputs: { arn: service!.serviceArn } };
  },
  async update(update) {
    const { news, state, id } = update;
    // The real provider says so in the preview.
    if (update.changed("capacityProviderStrategies") && !news.forceNewDeployment) {
      throw new Error(
        "force_new_deployment should be true when capacity_provider_strategy is being updated",
      );
    }
    // As after a deployment that ECS rolled back: the service runs what it ran.
    if (process.env.TEST_ECS_ROLLS_BACK && update.changed("taskDefinition")) {
      return { taskDefinition: state.taskDefinition };
    }
    await needWhatServicesName(news);
    await clients.ecs().updateService({
      service: id,
      ...serviceSettings(news),
      forceNewDeployment: news.forceNewDeployment,
    });
    return {};
  },
  async exists(id, { cluster }) {
    const { services = [] } = await clients.ecs().describeServices({ services: [id], cluster });
    return services.some(({ status }) => status === "ACTIVE");
  },
  async delete(id, { cluster }) {
    const { services = [] } = await clients.ecs().describeServices({ services: [id], cluster });
    if (services.some(({ status }) => status === "ACTIVE")) {
      // As the real provider: ECS deletes a service only when it is to have no tasks.
      await clients.ecs().updateService({ service: id, cluster, desiredCount: 0 });
      await clients.ecs().deleteService({ service: id, cluster });
    }
  },
});

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html */
function checkService(inputs: Plain) {
  const fields: Record<string, RegExp> = { spread: /^attribute:.+$/, binpack: /^(cpu|memory)$/ };
  const failures = ((inputs.orderedPlacementStrategies ?? []) as Plain[])
    .filter(({ type, field }) => !fields[type].test(field))
    .map(({ type, field }) => ({
      property: "orderedPlacementStrategies",
      reason: `${type} over ${field} is not possible`,
    }));
  const { deploymentMinimumHealthyPercent: low, deploymentMaximumPercent: high } = inputs;
  if (low >= high) {
    failures.push({
      property: "deploymentMaximumPercent",
      reason: `${high} leaves no room to replace tasks above a minimum of ${low}`,
    });
  }
  if (inputs.healthCheckGracePeriodSeconds !== undefined && !inputs.loadBalancers?.length) {
    failures.push({ property: "healthCheckGracePeriodSeconds", reason: "needs a load balancer" });
  }
  return failures;
}

function serviceSettings(inputs: Plain) {
  return {
    cluster: inputs.cluster,
    taskDefinition: inputs.taskDefinition,
    desiredCount: inputs.desiredCount,
    availabilityZoneRebalancing: inputs.availabilityZoneRebalancing,
    capacityProviderStrategy: inputs.capacityProviderStrategies,
    deploymentConfiguration: {
      maximumPercent: inputs.deploymentMaximumPercent,
      minimumHealthyPercent: inputs.deploymentMinimumHealthyPercent,
      deploymentCircuitBreaker: inputs.deploymentCircuitBreaker,
      alarms: inputs.alarms,
    },
    enableECSManagedTags: inputs.enableEcsManagedTags,
    enableExecuteCommand: inputs.enableExecuteCommand,
    healthCheckGracePeriodSeconds: inputs.healthCheckGracePeriodSeconds,
    loadBalancers: inputs.loadBalancers,
    networkConfiguration: inputs.networkConfiguration && {
      awsvpcConfiguration: {
        subnets: inputs.networkConfiguration.subnets,
        securityGroups: inputs.networkConfiguration.securityGroups,
        assignPublicIp: inputs.networkConfiguration.assignPublicIp
          ? ("ENABLED" as const)
          : ("DISABLED" as const),
      },
    },
    placementStrategy: inputs.orderedPlacementStrategies,
    propagateTags: inputs.propagateTags,
  };
}

/** AWS refuses a service of which one of these is not there, or does not fit. */
async function needWhatServicesName(inputs: Plain): Promise<void> {
  const problems: string[] = [];
  const { taskDefinition: task } = await clients
    .ecs()
    .describeTaskDefinition({ taskDefinition: inputs.taskDefinition });
  if ((task!.networkMode === "awsvpc") !== (inputs.networkConfiguration !== undefined)) {
    problems.push("networkConfiguration goes with network mode awsvpc");
  }
  for (const { containerName, containerPort, targetGroupArn } of inputs.loadBalancers ?? []) {
    const container = task!.containerDefinitions?.find((each) => each.name === containerName);
    if (!container?.portMappings?.some((each) => each.containerPort === containerPort)) {
      problems.push(`${containerName}:${containerPort} is no port of the task definition`);
    }
    const { TargetGroups: [group] = [] } = await clients
      .elb()
      .describeTargetGroups({ TargetGroupArns: [targetGroupArn] });
    if (!group.LoadBalancerArns?.length) {
      problems.push(`${targetGroupArn} does not have an associated load balancer`);
    }
    if ((group.TargetType === "ip") !== (task!.networkMode === "awsvpc")) {
      problems.push(`${targetGroupArn} has target type ${group.TargetType}`);
    }
  }
  const { clusters: [ecsCluster] = [] } = await clients
    .ecs()
    .describeClusters({ clusters: [inputs.cluster ?? "default"] });
  for (const { capacityProvider } of inputs.capacityProviderStrategies ?? []) {
    if (!ecsCluster?.capacityProviders?.includes(capacityProvider)) {
      problems.push(`${capacityProvider} is no capacity provider of ${inputs.cluster}`);
    }
  }
  const alarmNames: string[] = inputs.alarms?.alarmNames ?? [];
  if (alarmNames.length > 0) {
    const { MetricAlarms = [] } = await clients
      .cloudWatch()
      .describeAlarms({ AlarmNames: alarmNames });
    for (const wanted of alarmNames) {
      if (!MetricAlarms.some(({ AlarmName }) => AlarmName === wanted)) {
        problems.push(`the alarm ${wanted} does not exist`);
      }
    }
  }
  if (problems.length > 0) {
    throw new Error(`InvalidParameterException: ${problems.join("; ")}`);
  }
}

export default { resources: { "aws:ecs/service:Service": service } } satisfies Service;
