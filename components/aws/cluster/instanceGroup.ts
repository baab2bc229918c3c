import * as autoscaling from "@pulumi/aws/autoscaling";
import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import { ResolvedEcsClusterArgs } from "./ecsClusterArgs";
import { instanceSubnets } from "../instances/instanceZones";
import { tagsFor } from "../tags";

/** How far beyond its size a fleet grows while new instances come before old ones go, in percent. */
const roomForReplacement = 110;

/**
 * The fleet: on-demand and spot instances of the given types, over all subnets whose zones offer one
 * of them. ECS decides how many there are, and which may go.
 */
export function createInstanceGroup(
  name: string,
  args: ResolvedEcsClusterArgs,
  template: ec2.LaunchTemplate,
  opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
): autoscaling.Group {
  const pace = replacementPace(args.minHealthyPercent);
  const instanceTypes = [args.instanceType, ...args.furtherInstanceTypes];
  return new autoscaling.Group(
    `${name}-instances`,
    {
      vpcZoneIdentifiers: instanceSubnets(args.subnetIds, instanceTypes, opts.parent),
      minSize: args.minInstances,
      maxSize: args.maxInstances,
      desiredCapacity: args.desiredInstances,
      // ECS brings the instances, and how many is up to it: the provider would wait 10 minutes for
      // exactly so many, and fail at the first that AWS cannot give. A service waits for its replicas.
      waitForCapacityTimeout: "0",
      ignoreFailedScalingActivities: true,
      mixedInstancesPolicy: {
        launchTemplate: {
          launchTemplateSpecification: {
            launchTemplateId: template.id,
            // A number, since "$Latest" would start no instance refresh.
            version: template.latestVersion.apply(String),
          },
          overrides: instanceTypes.map((instanceType) => ({ instanceType })),
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
          // No autoRollback: the provider saves the new template in the group before it starts the
          // refresh, so that a failed one would roll back to what has just failed, over and over:
          // https://github.com/hashicorp/terraform-provider-aws/issues/34189
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
