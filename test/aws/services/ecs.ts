import type * as pulumiEcs from "@pulumi/aws/ecs";

import { clients } from "../clients";
import type { Plain } from "../provider";
import { missingReferences } from "../references";
import { gone, resource, tagChanges } from "../resourceType";
import type { Service, Update } from "../resourceType";
import { fixed, flag, json, list, map, number, object, replaces, required } from "../shapes";
import { set, tags, text } from "../shapes";
import { checkContainers } from "./containerDefinition";

const name = text({ replaces: true, max: 255, pattern: /^[a-zA-Z0-9_-]+$/ });

const cluster = resource<pulumiEcs.ClusterArgs>({
  inputs: {
    name,
    settings: set(
      object({
        name: text({ ...required, oneOf: ["containerInsights"] }),
        value: text({ ...required, oneOf: ["enabled", "enhanced", "disabled"] }),
      }),
    ),
    configuration: object({
      executeCommandConfiguration: object({
        kmsKeyId: text(),
        logging: text({ oneOf: ["NONE", "DEFAULT", "OVERRIDE"] }),
      }),
    }),
    tags: tags(),
  },
  autoname: "name",
  async create(inputs) {
    const { cluster } = await clients.ecs().createCluster({
      clusterName: inputs.name,
      settings: inputs.settings,
      configuration: inputs.configuration,
      tags: ecsTags(inputs.tags),
    });
    return { id: cluster!.clusterArn!, outputs: { arn: cluster!.clusterArn } };
  },
  async update(update) {
    const { id, news } = update;
    if (update.changed("settings", "configuration")) {
      await clients
        .ecs()
        .updateCluster({ cluster: id, settings: news.settings, configuration: news.configuration });
    }
    await retag(update, id);
  },
  async exists(id) {
    const { clusters = [] } = await clients.ecs().describeClusters({ clusters: [id] });
    return clusters.some(({ status }) => status === "ACTIVE");
  },
  delete: (id) => gone(clients.ecs().deleteCluster({ cluster: id })),
});

const onOff = text({ oneOf: ["ENABLED", "DISABLED"] });

const capacityProvider = resource<pulumiEcs.CapacityProviderArgs>({
  inputs: {
    // "aws", "ecs" and "fargate" are AWS's own.
    name: { ...name, pattern: /^(?!aws|ecs|fargate)[a-zA-Z0-9_-]+$/ },
    autoScalingGroupProvider: object(
      {
        autoScalingGroupArn: text(fixed),
        managedDraining: onOff,
        managedScaling: object({
          instanceWarmupPeriod: number({ min: 0, max: 10000 }),
          maximumScalingStepSize: number({ min: 1, max: 10000 }),
          minimumScalingStepSize: number({ min: 1, max: 10000 }),
          status: onOff,
          targetCapacity: number({ min: 1, max: 100 }),
        }),
        managedTerminationProtection: onOff,
      },
      required,
    ),
    tags: tags(),
  },
  autoname: "name",
  check({ autoScalingGroupProvider: { managedScaling, managedTerminationProtection } }) {
    return managedTerminationProtection === "ENABLED" && managedScaling?.status !== "ENABLED"
      ? [
          {
            property: "autoScalingGroupProvider.managedTerminationProtection",
            reason: "needs managed scaling",
          },
        ]
      : [];
  },
  async create(inputs) {
    const { autoScalingGroupArn, managedTerminationProtection } = inputs.autoScalingGroupProvider;
    if (managedTerminationProtection === "ENABLED") {
      await needProtectedInstances(autoScalingGroupArn);
    }
    const { capacityProvider } = await clients.ecs().createCapacityProvider({
      name: inputs.name,
      autoScalingGroupProvider: inputs.autoScalingGroupProvider,
      tags: ecsTags(inputs.tags),
    });
    const arn = capacityProvider!.capacityProviderArn!;
    return { id: arn, outputs: { arn } };
  },
  async update(update) {
    const { autoScalingGroupArn, ...provider } = update.news.autoScalingGroupProvider;
    void autoScalingGroupArn;
    if (update.changed("autoScalingGroupProvider")) {
      await clients
        .ecs()
        .updateCapacityProvider({ name: update.news.name, autoScalingGroupProvider: provider });
    }
    await retag(update, update.id);
  },
  async exists(id) {
    const { capacityProviders = [] } = await clients
      .ecs()
      .describeCapacityProviders({ capacityProviders: [id] });
    return capacityProviders.some(({ status }) => status === "ACTIVE");
  },
  delete: (id) => gone(clients.ecs().deleteCapacityProvider({ capacityProvider: id })),
});

/** @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html */
async function needProtectedInstances(groupArn: string): Promise<void> {
  const groupName = groupArn.split("autoScalingGroupName/")[1];
  const { AutoScalingGroups: [group] = [] } = await clients
    .autoScaling()
    .describeAutoScalingGroups({ AutoScalingGroupNames: [groupName] });
  if (!group.NewInstancesProtectedFromScaleIn) {
    throw new Error(
      `Managed termination protection needs protectFromScaleIn of the group ${groupName}`,
    );
  }
}

const strategy = {
  capacityProvider: text(required),
  base: number({ min: 0, max: 100000 }),
  weight: number({ min: 0, max: 1000 }),
};

const clusterCapacityProviders = resource<pulumiEcs.ClusterCapacityProvidersArgs>({
  inputs: {
    clusterName: text(fixed),
    capacityProviders: set(text()),
    defaultCapacityProviderStrategies: set(object(strategy)),
  },
  async create(inputs) {
    await putCapacityProviders(inputs);
    return { id: inputs.clusterName };
  },
  update: ({ news }) => putCapacityProviders(news),
  async exists(id) {
    const { clusters: [found] = [] } = await clients.ecs().describeClusters({ clusters: [id] });
    return found?.status === "ACTIVE" && (found.capacityProviders ?? []).length > 0;
  },
  async delete(id) {
    if (await cluster.exists(id, {})) {
      await putCapacityProviders({ clusterName: id });
    }
  },
});

async function putCapacityProviders(inputs: Plain): Promise<void> {
  const names: string[] = inputs.capacityProviders ?? [];
  const defaults: Plain[] = inputs.defaultCapacityProviderStrategies ?? [];
  for (const wanted of [...names, ...defaults.map((entry) => entry.capacityProvider)]) {
    if (!/^FARGATE(_SPOT)?$/.test(wanted) && !(await capacityProvider.exists(wanted, {}))) {
      throw new Error(`The capacity provider ${wanted} does not exist`);
    }
    if (!names.includes(wanted)) {
      throw new Error(`The default strategy's ${wanted} is none of the cluster's providers`);
    }
  }
  await clients.ecs().putClusterCapacityProviders({
    cluster: inputs.clusterName,
    capacityProviders: names,
    defaultCapacityProviderStrategy: defaults as [],
  });
}

const taskDefinition = resource<pulumiEcs.TaskDefinitionArgs>({
  inputs: {
    family: text({ ...fixed, max: 255, pattern: /^[a-zA-Z0-9_-]+$/ }),
    containerDefinitions: json(fixed),
    cpu: text({ ...replaces, pattern: /^\d+$/ }),
    memory: text({ ...replaces, pattern: /^\d+$/ }),
    executionRoleArn: text(replaces),
    taskRoleArn: text(replaces),
    networkMode: text({ ...replaces, oneOf: ["none", "bridge", "awsvpc", "host"] }),
    ipcMode: text({ ...replaces, oneOf: ["host", "none", "task"] }),
    pidMode: text({ ...replaces, oneOf: ["host", "task"] }),
    requiresCompatibilities: set(text({ oneOf: ["EC2", "FARGATE", "EXTERNAL"] }), replaces),
    runtimePlatform: object(
      {
        cpuArchitecture: text({ oneOf: ["X86_64", "ARM64"] }),
        operatingSystemFamily: text({ oneOf: ["LINUX"] }),
      },
      replaces,
    ),
    placementConstraints: set(
      object({ type: text({ ...required, oneOf: ["memberOf"] }), expression: text() }),
      { ...replaces, max: 10 },
    ),
    volumes: set(
      object({
        name: text({ ...required, max: 255 }),
        hostPath: text(),
        efsVolumeConfiguration: object({
          fileSystemId: text(required),
          rootDirectory: text(),
          transitEncryption: onOff,
          transitEncryptionPort: number({ min: 1, max: 65535 }),
          authorizationConfig: object({ accessPointId: text(), iam: onOff }),
        }),
      }),
      replaces,
    ),
    skipDestroy: flag(),
    trackLatest: flag(),
    tags: tags(),
  },
  check: (inputs) => [...checkContainers(inputs), ...checkVolumes(inputs)],
  async create(inputs) {
    const containerDefinitions = JSON.parse(inputs.containerDefinitions);
    await needWhatContainersName(containerDefinitions);
    const { taskDefinition } = await clients.ecs().registerTaskDefinition({
      family: inputs.family,
      containerDefinitions,
      cpu: inputs.cpu,
      memory: inputs.memory,
      executionRoleArn: inputs.executionRoleArn,
      taskRoleArn: inputs.taskRoleArn,
      networkMode: inputs.networkMode,
      ipcMode: inputs.ipcMode,
      pidMode: inputs.pidMode,
      requiresCompatibilities: inputs.requiresCompatibilities,
      runtimePlatform: inputs.runtimePlatform,
      placementConstraints: inputs.placementConstraints,
      volumes: inputs.volumes?.map(({ hostPath, ...volume }: Plain) => ({
        ...volume,
        host: hostPath && { sourcePath: hostPath },
      })),
      tags: ecsTags(inputs.tags),
    });
    const arn = taskDefinition!.taskDefinitionArn!;
    const arnWithoutRevision = arn.replace(/:\d+$/, "");
    const { revision } = taskDefinition!;
    return { id: inputs.family, outputs: { arn, arnWithoutRevision, revision } };
  },
  update: (update) => retag(update, update.state.arn),
  async exists(_, { arn }) {
    const { taskDefinition } = await clients.ecs().describeTaskDefinition({ taskDefinition: arn });
    return taskDefinition?.status === "ACTIVE";
  },
  async delete(_, { arn, skipDestroy }) {
    if (!skipDestroy) {
      await gone(clients.ecs().deregisterTaskDefinition({ taskDefinition: arn }));
    }
  },
});

/** @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSVolumeConfiguration.html */
function checkVolumes(inputs: Plain) {
  return ((inputs.volumes ?? []) as Plain[]).flatMap(({ efsVolumeConfiguration: efs }, at) => {
    const property = `volumes[${at}].efsVolumeConfiguration`;
    const authorization = efs?.authorizationConfig;
    return [
      authorization && efs.transitEncryption !== "ENABLED"
        ? [{ property, reason: "authorizationConfig needs transitEncryption" }]
        : [],
      authorization?.accessPointId && (efs.rootDirectory ?? "/") !== "/"
        ? [{ property, reason: "an access point excludes rootDirectory" }]
        : [],
    ].flat();
  });
}

/** What no task could start without. */
async function needWhatContainersName(containers: Plain[]): Promise<void> {
  const named = containers.flatMap(({ secrets = [], logConfiguration: log }) => [
    // ARN:KEY:STAGE:VERSION names a part of a secret.
    ...secrets.map(({ valueFrom }: Plain) => valueFrom.split(":").slice(0, 7).join(":")),
    ...(log?.logDriver === "awslogs"
      ? [`arn:aws:logs:any:0:log-group:${log.options?.["awslogs-group"]}`]
      : []),
  ]);
  const missing = await missingReferences(named);
  if (missing.length > 0) {
    throw new Error(`Containers name what does not exist: ${missing.join("; ")}`);
  }
}

const service = resource<pulumiEcs.ServiceArgs>({
  inputs: {
    name,
    cluster: text(replaces),
    taskDefinition: text(),
    desiredCount: number({ min: 0, max: 5000 }),
    schedulingStrategy: text({ ...replaces, oneOf: ["REPLICA", "DAEMON"] }),
    launchType: text({ ...replaces, oneOf: ["EC2", "FARGATE", "EXTERNAL"] }),
    capacityProviderStrategies: set(object(strategy), { max: 20 }),
    availabilityZoneRebalancing: onOff,
    deploymentController: object(
      { type: text({ oneOf: ["ECS", "CODE_DEPLOY", "EXTERNAL"] }) },
      replaces,
    ),
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
    forceDelete: flag(),
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
        type: text({ ...required, oneOf: ["spread", "binpack", "random"] }),
        field: text(),
      }),
      { max: 5 },
    ),
    placementConstraints: set(
      object({
        type: text({ ...required, oneOf: ["distinctInstance", "memberOf"] }),
        expression: text(),
      }),
      { max: 10 },
    ),
    propagateTags: text({ oneOf: ["SERVICE", "TASK_DEFINITION", "NONE"] }),
    sigintRollback: flag(),
    triggers: map(),
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
      schedulingStrategy: inputs.schedulingStrategy,
      launchType: inputs.launchType,
      deploymentController: inputs.deploymentController,
      tags: ecsTags(inputs.tags),
    });
    return { id: service!.serviceArn!, outputs: { arn: service!.serviceArn } };
  },
  async update(update) {
    const { news, id } = update;
    const waits = ["waitForSteadyState", "tags", "sigintRollback", "forceDelete"];
    if (update.changed(...Object.keys(service.inputs).filter((key) => !waits.includes(key)))) {
      await needWhatServicesName(news);
      await clients.ecs().updateService({
        service: id,
        ...serviceSettings(news),
        forceNewDeployment: news.forceNewDeployment,
      });
    }
    await retag(update, id);
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
  const fields: Record<string, RegExp> = {
    spread: /^(instanceId|host|attribute:.+)$/,
    binpack: /^(cpu|memory)$/,
  };
  const failures = ((inputs.orderedPlacementStrategies ?? []) as Plain[])
    .filter(({ type, field }) => fields[type] && !fields[type].test(field))
    .map(({ type, field }) => ({
      property: "orderedPlacementStrategies",
      reason: `${type} over ${field} is not possible`,
    }));
  const exclude = (one: string, other: string): void => {
    if (inputs[one] !== undefined && inputs[other] !== undefined) {
      failures.push({ property: one, reason: `excludes ${other}` });
    }
  };
  exclude("launchType", "capacityProviderStrategies");
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
    placementConstraints: inputs.placementConstraints,
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

function ecsTags(values: Record<string, string> = {}) {
  return Object.entries(values).map(([key, value]) => ({ key, value }));
}

async function retag({ state, news }: Update, resourceArn: string): Promise<void> {
  const { remove, add } = tagChanges(state.tags, news.tags);
  if (remove.length > 0) {
    await clients.ecs().untagResource({ resourceArn, tagKeys: remove });
  }
  if (Object.keys(add).length > 0) {
    await clients.ecs().tagResource({ resourceArn, tags: ecsTags(add) });
  }
}

export default {
  resources: {
    "aws:ecs/cluster:Cluster": cluster,
    "aws:ecs/capacityProvider:CapacityProvider": capacityProvider,
    "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": clusterCapacityProviders,
    "aws:ecs/taskDefinition:TaskDefinition": taskDefinition,
    "aws:ecs/service:Service": service,
  },
} satisfies Service;
