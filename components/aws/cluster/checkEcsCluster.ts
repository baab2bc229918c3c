import { checkIpv4Block } from "@tf-model-serving/core/internal/arguments/cidr";
import { Problem } from "@tf-model-serving/core/internal/arguments/problem";
import {
  anyText,
  laterOr,
  listOf,
  objectOf,
  oneOf,
  problemsOfArgs,
  textLike,
  textThat,
  trueOrFalse,
  wholeNumberFrom,
} from "@tf-model-serving/core/internal/arguments/schema";
import { checkInstanceType, ReplicaNeeds } from "../instances/checkInstanceType";
import { tagsSchema } from "../tags";
import { hasGpus, InstanceTypes, instanceTypeName } from "../instances/instanceTypes";
import {
  ContainerInsights,
  EcsClusterArgs,
  resolveEcsClusterArgs,
  ResolvedEcsClusterArgs,
} from "./ecsClusterArgs";

/** Everything but where the cluster is. */
export type EcsClusterShape = Omit<ResolvedEcsClusterArgs, "vpcId" | "subnetIds">;

const mostInstances = 500;
/** Size of the snapshot in the ECS-optimized AMIs, in GiB. */
const smallestVolumeGb = 30;
const largestVolumeGb = 16384;

/** Shape and range of EcsClusterArgs. */
export const ecsClusterSchema = objectOf<EcsClusterArgs>({
  vpcId: laterOr(anyText()),
  subnetIds: laterOr(listOf(laterOr(anyText()))),
  instanceType: instanceTypeName(),
  furtherInstanceTypes: listOf(instanceTypeName()).optional(),
  minInstances: wholeNumberFrom(0, mostInstances).optional(),
  maxInstances: wholeNumberFrom(1, mostInstances).optional(),
  desiredInstances: wholeNumberFrom(0, mostInstances).optional(),
  onDemandBase: wholeNumberFrom(0, mostInstances).optional(),
  spotPercent: wholeNumberFrom(0, 100).optional(),
  amiId: textLike(
    /^ami-[0-9a-f]{8,17}$/,
    "use an id such as ami-0a1b2c3d4e5f67890, or none for AWS's recommended one",
  ).optional(),
  volumeGb: wholeNumberFrom(smallestVolumeGb, largestVolumeGb).optional(),
  kmsKeyId: laterOr(anyText()).optional(),
  containerInsights: oneOf(ContainerInsights).optional(),
  managedDraining: trueOrFalse().optional(),
  targetCapacityPercent: wholeNumberFrom(1, 100).optional(),
  minHealthyPercent: wholeNumberFrom(0, 100).optional(),
  egressCidrs: listOf(textThat(checkIpv4Block)).optional(),
  egressPrefixListIds: listOf(
    textLike(/^pl-[0-9a-f]{8,17}$/, "use an id such as pl-6da54004"),
  ).optional(),
  instancePolicyArns: listOf(
    textLike(
      /^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/\S+$/,
      "use an ARN such as arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy",
    ),
  ).optional(),
  tags: tagsSchema().optional(),
});

/**
 * Everything about a cluster that AWS would refuse, or accept and never serve.
 *
 * @param shape - arguments with defaults; `vpcId` and `subnetIds` may be missing
 * @param replica - what each replica needs. @default - the types are not held against it
 * @param types - what AWS says of the types. @default - only their names are judged
 */
export function checkEcsCluster(
  shape: EcsClusterShape,
  replica?: ReplicaNeeds,
  types: InstanceTypes = {},
): Problem[] {
  const { desiredInstances, ...others } = shape;
  const args = {
    ...{ vpcId: "", subnetIds: [] },
    ...others,
    // Without an argument of its own it is minInstances, and as wrong.
    ...(desiredInstances === shape.minInstances ? {} : { desiredInstances }),
  };
  return problemsOfArgs(ecsClusterSchema, args, { instanceType: "" }, (sound) => {
    const resolved = resolveEcsClusterArgs(sound);
    return [
      ...checkTypes(resolved, types, replica),
      ...checkSizes(resolved),
      ...checkEgress(resolved),
    ];
  });
}

function checkTypes(
  { instanceType, furtherInstanceTypes }: EcsClusterShape,
  known: InstanceTypes,
  replica?: ReplicaNeeds,
): Problem[] {
  const accelerated = hasGpus(instanceType);
  const further = furtherInstanceTypes.map((type, index) => ({
    type,
    propertyPath: `furtherInstanceTypes[${index}]`,
  }));
  const others = further.filter(({ type }) => instanceType && hasGpus(type) !== accelerated);
  const earlier = (index: number) => [instanceType, ...furtherInstanceTypes.slice(0, index)];
  return [
    ...checkInstanceType("instanceType", instanceType, known[instanceType], replica),
    ...further.flatMap(({ type, propertyPath }) =>
      checkInstanceType(propertyPath, type, known[type], replica),
    ),
    ...others.map(({ type, propertyPath }) => ({
      propertyPath,
      reason:
        `is "${type}", ${accelerated ? "which has no GPU" : "which has GPUs"}, and instanceType is ` +
        `"${instanceType}": all types of a cluster share an AMI, so use types ${accelerated ? "with" : "without"} GPUs`,
    })),
    ...further
      .filter(({ type }, index) => earlier(index).includes(type))
      .map(({ type, propertyPath }) => ({
        propertyPath,
        reason: `is "${type}", which is there already: name each type once`,
      })),
  ];
}

function checkSizes({ minInstances, maxInstances, desiredInstances }: EcsClusterShape): Problem[] {
  if (minInstances > maxInstances) {
    return [
      {
        propertyPath: "minInstances",
        reason: `is ${minInstances}, and maxInstances is ${maxInstances}: use no more than that`,
      },
    ];
  }
  return desiredInstances < minInstances || desiredInstances > maxInstances
    ? [
        {
          propertyPath: "desiredInstances",
          reason: `is ${desiredInstances}: use ${minInstances} (minInstances) to ${maxInstances} (maxInstances)`,
        },
      ]
    : [];
}

function checkEgress({ egressCidrs, egressPrefixListIds }: EcsClusterShape): Problem[] {
  return egressCidrs.length + egressPrefixListIds.length > 0
    ? []
    : [
        {
          propertyPath: "egressCidrs",
          reason:
            "is empty: instances that reach no AWS service never join the cluster. " +
            "Name the VPC's addresses where it has endpoints, or leave it out",
        },
      ];
}
