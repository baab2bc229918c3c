import * as autoscaling from "@pulumi/aws/autoscaling";
import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import { ResolvedClusterArgs } from "./gpuClusterArgs";
import { tagsFor } from "./tags";

/** How far beyond its size a fleet grows while new instances come before old ones go, in percent. */
const roomForReplacement = 110;

/**
 * The fleet: on-demand and spot instances of the given types, over all subnets. ECS decides how
 * many there are, and which may go.
 */
export function createInstanceGroup(
  name: string,
  args: ResolvedClusterArgs,
  template: ec2.LaunchTemplate,
  opts: pulumi.CustomResourceOptions,
): autoscaling.Group {
  const pace = replacementPace(args.minHealthyPercent);
  return new autoscaling.Group(
    `${name}-instances`,
    {
      vpcZoneIdentifiers: args.subnetIds,
      minSize: args.minInstances,
      maxSize: args.maxInstances,
      desiredCapacity: args.desiredInstances,
      mixedInstancesPolicy: {
        launchTemplate: {
          launchTemplateSpecification: {
            launchTemplateId: template.id,
            // A number, since "$Latest" would start no instance refresh.
            version: template.latestVersion.apply(String),
          },
          overrides: [args.instanceType, ...args.furtherInstanceTypes].map((instanceType) => ({
            instanceType,
          })),
        },
        instancesDistribution: {
          onDemandAllocationStrategy: "prioritized",
          onDemandBaseCapacity: args.onDemandBase,
          onDemandPercentageAboveBaseCapacity: 100 - args.spotPercent,
          spotAllocationStrategy: "price-capacity-optimized",
        },
      },
      capacityRebalance: args.spotPercent > 0,
      protectFromScaleIn: true,
      instanceMaintenancePolicy: pace,
      instanceRefresh: {
        strategy: "Rolling",
        preferences: {
          ...pace,
          // All are protected, and ECS moves their tasks away first.
          scaleInProtectedInstances: "Refresh",
          skipMatching: true,
          autoRollback: true,
        },
      },
      // By then no service is left, and draining hooks would only hold the instances back.
      forceDelete: true,
      tags: groupTags(args.tags),
    },
    { ...opts, ignoreChanges: ["desiredCapacity"] },
  );
}

/** AWS allows at most 100 percent between the two. */
function replacementPace(minHealthyPercentage: number) {
  const maxHealthyPercentage = minHealthyPercentage === 100 ? roomForReplacement : 100;
  return { minHealthyPercentage, maxHealthyPercentage };
}

function groupTags(tags: Record<string, string> | undefined) {
  // ECS sets the first itself, and the next update would take it away.
  const all = { AmazonECSManaged: "true", ...tagsFor("instance", tags) };
  return Object.entries(all)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => ({ key, value, propagateAtLaunch: true }));
}
