import type { GroupArgs } from "@pulumi/aws/autoscaling";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { pascal, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { flag, list, number, object, replaces, required, set, text } from "../shapes";

const template = {
  id: text(),
  name: text(),
  version: text({ pattern: /^(\$Latest|\$Default|\d+)$/ }),
};

const group = resource<GroupArgs>({
  inputs: {
    name: text({ ...replaces, max: 255 }),
    minSize: number({ ...required, min: 0 }),
    maxSize: number({ ...required, min: 0 }),
    desiredCapacity: number({ min: 0 }),
    vpcZoneIdentifiers: set(text(), required),
    launchTemplate: object(template),
    mixedInstancesPolicy: object({
      instancesDistribution: object({
        onDemandAllocationStrategy: text({ oneOf: ["lowest-price", "prioritized"] }),
        onDemandBaseCapacity: number({ min: 0 }),
        onDemandPercentageAboveBaseCapacity: number({ min: 0, max: 100 }),
        spotAllocationStrategy: text({
          oneOf: [
            "lowest-price",
            "capacity-optimized",
            "capacity-optimized-prioritized",
            "price-capacity-optimized",
          ],
        }),
        spotInstancePools: number({ min: 1, max: 20 }),
        spotMaxPrice: text(),
      }),
      launchTemplate: object(
        {
          launchTemplateSpecification: object(
            { launchTemplateId: text(), launchTemplateName: text(), version: template.version },
            required,
          ),
          overrides: list(
            object({ instanceType: text(), weightedCapacity: text({ pattern: /^\d{1,3}$/ }) }),
            { max: 40 },
          ),
        },
        required,
      ),
    }),
    capacityRebalance: flag(),
    defaultCooldown: number({ min: 0 }),
    defaultInstanceWarmup: number({ min: 0 }),
    // prettier-ignore
    enabledMetrics: set(text({ oneOf: ["GroupMinSize", "GroupMaxSize", "GroupDesiredCapacity",
      "GroupInServiceInstances", "GroupPendingInstances", "GroupStandbyInstances",
      "GroupTerminatingInstances", "GroupTotalInstances"] })),
    forceDelete: flag(),
    healthCheckGracePeriod: number({ min: 0 }),
    healthCheckType: text({ oneOf: ["EC2", "ELB"] }),
    ignoreFailedScalingActivities: flag(),
    instanceMaintenancePolicy: object({
      minHealthyPercentage: number({ ...required, min: -1, max: 100 }),
      maxHealthyPercentage: number({ ...required, min: -1, max: 200 }),
    }),
    instanceRefresh: object({
      strategy: text({ ...required, oneOf: ["Rolling", "ReplaceRootVolume"] }),
      triggers: set(text()),
      preferences: object({
        autoRollback: flag(),
        instanceWarmup: text({ pattern: /^\d+$/ }),
        maxHealthyPercentage: number({ min: 100, max: 200 }),
        minHealthyPercentage: number({ min: 0, max: 100 }),
        scaleInProtectedInstances: text({ oneOf: ["Refresh", "Ignore", "Wait"] }),
        standbyInstances: text({ oneOf: ["Terminate", "Ignore", "Wait"] }),
        skipMatching: flag(),
      }),
    }),
    maxInstanceLifetime: number({ min: 86400, max: 31536000 }),
    protectFromScaleIn: flag(),
    suspendedProcesses: set(text()),
    tags: set(
      object({ key: text(required), value: text(required), propagateAtLaunch: flag(required) }),
    ),
    // prettier-ignore
    terminationPolicies: list(text({ oneOf: ["Default", "AllocationStrategy",
      "OldestLaunchTemplate", "OldestLaunchConfiguration", "ClosestToNextInstanceHour",
      "NewestInstance", "OldestInstance"] })),
    waitForCapacityTimeout: text({ pattern: /^\d+[smh]?$/ }),
  },
  autoname: "name",
  check({ minSize, maxSize, desiredCapacity, launchTemplate, mixedInstancesPolicy }) {
    const one = (launchTemplate === undefined) !== (mixedInstancesPolicy === undefined);
    return [
      minSize > maxSize ? [{ property: "minSize", reason: `${minSize} is over maxSize` }] : [],
      desiredCapacity < minSize || desiredCapacity > maxSize
        ? [{ property: "desiredCapacity", reason: "is not between minSize and maxSize" }]
        : [],
      one ? [] : [{ property: "launchTemplate", reason: "or mixedInstancesPolicy, one of them" }],
    ].flat();
  },
  async create(inputs) {
    await clients.autoScaling().createAutoScalingGroup({
      ...settings(inputs),
      AutoScalingGroupName: inputs.name,
      MinSize: inputs.minSize,
      MaxSize: inputs.maxSize,
      Tags: groupTags(inputs.tags ?? [], inputs.name),
    });
    await waitForFirst(inputs);
    await suspend(inputs.name, [], inputs.suspendedProcesses ?? []);
    const arn = (await describe(inputs.name))!.AutoScalingGroupARN;
    return { id: inputs.name, outputs: { arn } };
  },
  async update(update) {
    const { id, olds, news } = update;
    await clients.autoScaling().updateAutoScalingGroup({
      ...settings(news),
      AutoScalingGroupName: id,
      MinSize: news.minSize,
      MaxSize: news.maxSize,
    });
    if (update.changed("suspendedProcesses")) {
      await suspend(id, olds.suspendedProcesses ?? [], news.suspendedProcesses ?? []);
    }
    if (update.changed("tags")) {
      const kept = (news.tags ?? []).map(({ key }: Plain) => key);
      const removed = (olds.tags ?? []).filter(({ key }: Plain) => !kept.includes(key));
      await clients.autoScaling().deleteTags({ Tags: groupTags(removed, id) });
      await clients.autoScaling().createOrUpdateTags({ Tags: groupTags(news.tags ?? [], id) });
    }
    // The server has no call for an instance refresh: only its inputs are checked.
    if (update.changed("minSize", "desiredCapacity")) {
      await waitForExactly(news);
    }
  },
  exists: async (id) => (await describe(id)) !== undefined,
  async delete(id) {
    if (await describe(id)) {
      // As the real provider: to nothing first.
      await clients.autoScaling().updateAutoScalingGroup({
        AutoScalingGroupName: id,
        MinSize: 0,
        MaxSize: 0,
        DesiredCapacity: 0,
      });
      await clients
        .autoScaling()
        .deleteAutoScalingGroup({ AutoScalingGroupName: id, ForceDelete: true });
    }
  },
});

async function describe(name: string) {
  const { AutoScalingGroups = [] } = await clients
    .autoScaling()
    .describeAutoScalingGroups({ AutoScalingGroupNames: [name] });
  return AutoScalingGroups[0];
}

/** Whether the provider waits for instances; here it does not wait, and fails at once. */
const waits = ({ waitForCapacityTimeout }: Plain) =>
  !/^0[smh]?$/.test(waitForCapacityTimeout ?? "10m");

/** As the real provider after a creation, which ends with the first launch that fails. */
async function waitForFirst(inputs: Plain): Promise<void> {
  const types = inputs.mixedInstancesPolicy?.launchTemplate.overrides?.map(
    ({ instanceType }: Plain) => instanceType,
  );
  const wanted = inputs.desiredCapacity ?? inputs.minSize;
  if (!types || wanted === 0 || !waits(inputs) || inputs.ignoreFailedScalingActivities) {
    return;
  }
  const [{ Subnets = [] }, { InstanceTypeOfferings = [] }] = await Promise.all([
    clients.ec2().describeSubnets({ SubnetIds: inputs.vpcZoneIdentifiers }),
    clients.ec2().describeInstanceTypeOfferings({
      LocationType: "availability-zone",
      Filters: [{ Name: "instance-type", Values: types }],
    }),
  ]);
  const offered = InstanceTypeOfferings.map(({ Location }) => Location);
  const failed = Subnets.find(({ AvailabilityZone }) => !offered.includes(AvailabilityZone));
  if (failed) {
    throw new Error(
      `waiting for Auto Scaling Group (${inputs.name}) capacity satisfied: scaling activity: Failed: ` +
        `Your requested instance type (${types[0]}) is not supported in your requested Availability ` +
        `Zone (${failed.AvailabilityZone})`,
    );
  }
}

/** As the real provider after a change of the size. */
async function waitForExactly(news: Plain): Promise<void> {
  const wanted = Math.max(news.minSize, news.desiredCapacity ?? 0);
  const there = (await describe(news.name))?.Instances?.length ?? 0;
  if (waits(news) && there !== wanted) {
    throw new Error(
      `waiting for Auto Scaling Group (${news.name}) capacity satisfied: ` +
        `want exactly ${wanted} healthy instance(s) in Auto Scaling Group, have ${there}`,
    );
  }
}

function settings(inputs: Plain) {
  const { launchTemplate: from, mixedInstancesPolicy: mixed } = inputs;
  return {
    DesiredCapacity: inputs.desiredCapacity,
    VPCZoneIdentifier: inputs.vpcZoneIdentifiers.join(","),
    LaunchTemplate: from && {
      LaunchTemplateId: from.id,
      LaunchTemplateName: from.name,
      Version: from.version,
    },
    MixedInstancesPolicy: pascal(mixed),
    CapacityRebalance: inputs.capacityRebalance,
    DefaultCooldown: inputs.defaultCooldown,
    DefaultInstanceWarmup: inputs.defaultInstanceWarmup,
    HealthCheckGracePeriod: inputs.healthCheckGracePeriod,
    HealthCheckType: inputs.healthCheckType,
    InstanceMaintenancePolicy: pascal(inputs.instanceMaintenancePolicy),
    MaxInstanceLifetime: inputs.maxInstanceLifetime,
    NewInstancesProtectedFromScaleIn: inputs.protectFromScaleIn,
    TerminationPolicies: inputs.terminationPolicies,
  };
}

function groupTags(tags: Plain[], name: string) {
  return tags.map(({ key, value, propagateAtLaunch }) => ({
    Key: key,
    Value: value,
    PropagateAtLaunch: propagateAtLaunch,
    ResourceId: name,
    ResourceType: "auto-scaling-group",
  }));
}

async function suspend(name: string, olds: string[], news: string[]): Promise<void> {
  const ended = olds.filter((process) => !news.includes(process));
  if (ended.length > 0) {
    await clients
      .autoScaling()
      .resumeProcesses({ AutoScalingGroupName: name, ScalingProcesses: ended });
  }
  if (news.length > 0) {
    await clients
      .autoScaling()
      .suspendProcesses({ AutoScalingGroupName: name, ScalingProcesses: news });
  }
}

export default { resources: { "aws:autoscaling/group:Group": group } } satisfies Service;
