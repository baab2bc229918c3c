import type { GroupArgs } from "@pulumi/aws/autoscaling";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { pascal, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { flag, list, number, object, replaces, required, set, text } from "../shapes";

const group = resource<GroupArgs>({
  inputs: {
    name: text({ ...replaces, max: 255 }),
    minSize: number({ ...required, min: 0 }),
    maxSize: number({ ...required, min: 0 }),
    desiredCapacity: number({ min: 0 }),
    vpcZoneIdentifiers: set(text(), required),
    mixedInstancesPolicy: object(
      {
        instancesDistribution: object({
          onDemandAllocationStrategy: text({ oneOf: ["lowest-price", "prioritized"] }),
          onDemandBaseCapacity: number({ min: 0 }),
          onDemandPercentageAboveBaseCapacity: number({ min: 0, max: 100 }),
          spotAllocationStrategy: text({
            oneOf: ["capacity-optimized", "price-capacity-optimized"],
          }),
        }),
        launchTemplate: object(
          {
            launchTemplateSpecification: object(
              { launchTemplateId: text(required), version: text({ pattern: /^\d+$/ }) },
              required,
            ),
            overrides: list(object({ instanceType: text(required) }), { ...required, max: 40 }),
          },
          required,
        ),
      },
      required,
    ),
    capacityRebalance: flag(),
    forceDelete: flag(),
    ignoreFailedScalingActivities: flag(),
    instanceMaintenancePolicy: object({
      minHealthyPercentage: number({ ...required, min: -1, max: 100 }),
      maxHealthyPercentage: number({ ...required, min: -1, max: 200 }),
    }),
    instanceRefresh: object({
      strategy: text({ ...required, oneOf: ["Rolling", "ReplaceRootVolume"] }),
      preferences: object({
        maxHealthyPercentage: number({ min: 100, max: 200 }),
        minHealthyPercentage: number({ min: 0, max: 100 }),
        scaleInProtectedInstances: text({ oneOf: ["Refresh", "Ignore", "Wait"] }),
        skipMatching: flag(),
      }),
    }),
    protectFromScaleIn: flag(),
    tags: set(
      object({ key: text(required), value: text(required), propagateAtLaunch: flag(required) }),
    ),
    waitForCapacityTimeout: text({ pattern: /^\d+[smh]?$/ }),
  },
  autoname: "name",
  check: ({ minSize, maxSize, desiredCapacity }) => [
    ...(minSize > maxSize ? [{ property: "minSize", reason: `${minSize} is over maxSize` }] : []),
    ...(desiredCapacity < minSize || desiredCapacity > maxSize
      ? [{ property: "desiredCapacity", reason: "is not between minSize and maxSize" }]
      : []),
  ],
  async create(inputs) {
    await clients.autoScaling().createAutoScalingGroup({
      ...settings(inputs),
      Tags: inputs.tags?.map((tag: Plain) => ({
        ...pascal(tag),
        ResourceId: inputs.name,
        ResourceType: "auto-scaling-group",
      })),
    });
    await waitForFirst(inputs);
    const arn = (await describe(inputs.name))!.AutoScalingGroupARN;
    return { id: inputs.name, outputs: { arn } };
  },
  async update(update) {
    // The server has no call for an instance refresh: only its inputs are checked.
    await clients.autoScaling().updateAutoScalingGroup(settings(update.news));
    if (update.changed("minSize", "desiredCapacity")) {
      await waitForExactly(update.news);
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
  const types = inputs.mixedInstancesPolicy.launchTemplate.overrides.map(
    ({ instanceType }: Plain) => instanceType,
  );
  const wanted = inputs.desiredCapacity ?? inputs.minSize;
  if (wanted === 0 || !waits(inputs) || inputs.ignoreFailedScalingActivities) {
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
  return {
    AutoScalingGroupName: inputs.name,
    MinSize: inputs.minSize,
    MaxSize: inputs.maxSize,
    DesiredCapacity: inputs.desiredCapacity,
    VPCZoneIdentifier: inputs.vpcZoneIdentifiers.join(","),
    MixedInstancesPolicy: pascal(inputs.mixedInstancesPolicy),
    CapacityRebalance: inputs.capacityRebalance,
    InstanceMaintenancePolicy: pascal(inputs.instanceMaintenancePolicy),
    NewInstancesProtectedFromScaleIn: inputs.protectFromScaleIn,
  };
}

export default { resources: { "aws:autoscaling/group:Group": group } } satisfies Service;
