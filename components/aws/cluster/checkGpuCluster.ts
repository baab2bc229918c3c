import { Problem, wholeNumber } from "../../core/problem";
import { checkInstanceType, ReplicaNeeds } from "./checkInstanceType";
import { checkIpv4Block } from "../../core/cidr";
import { ContainerInsights } from "./gpuClusterArgs";
import { instanceTypeFacts } from "./instanceTypes";

/** The part of a cluster's arguments that can be judged before there is any resource. */
export interface GpuClusterShape {
  instanceType: string;
  furtherInstanceTypes: string[];
  minInstances: number;
  maxInstances: number;
  desiredInstances: number;
  onDemandBase: number;
  spotPercent: number;
  amiId?: string;
  volumeGb: number;
  containerInsights: ContainerInsights;
  targetCapacityPercent: number;
  minHealthyPercent: number;
  egressCidrs: string[];
  egressPrefixListIds: string[];
  instancePolicyArns: string[];
}

const mostInstances = 500;
/** Size of the snapshot in the ECS-optimized AMIs, in GiB. */
const smallestVolumeGb = 30;
const largestVolumeGb = 16384;

/**
 * Everything about a cluster that AWS would refuse, or accept and never serve.
 *
 * @param replica - what each replica needs. @default - the types are not held against it
 */
export function checkGpuCluster(shape: GpuClusterShape, replica?: ReplicaNeeds): Problem[] {
  return [
    ...checkTypes(shape, replica),
    ...checkSizes(shape),
    ...wholeNumber("onDemandBase", shape.onDemandBase, 0, mostInstances),
    ...wholeNumber("spotPercent", shape.spotPercent, 0, 100),
    ...checkAmi(shape.amiId),
    ...wholeNumber("volumeGb", shape.volumeGb, smallestVolumeGb, largestVolumeGb),
    ...checkInsights(shape.containerInsights),
    ...wholeNumber("targetCapacityPercent", shape.targetCapacityPercent, 1, 100),
    ...wholeNumber("minHealthyPercent", shape.minHealthyPercent, 0, 100),
    ...checkEgress(shape),
    ...checkPolicies(shape.instancePolicyArns),
  ];
}

function checkTypes(
  { instanceType, furtherInstanceTypes }: GpuClusterShape,
  replica?: ReplicaNeeds,
): Problem[] {
  const accelerated = hasGpus(instanceType);
  const further = furtherInstanceTypes.map((type, index) => ({
    type,
    propertyPath: `furtherInstanceTypes[${index}]`,
  }));
  const others = further.filter(
    ({ type }) => accelerated !== undefined && hasGpus(type) === !accelerated,
  );
  const earlier = (index: number) => [instanceType, ...furtherInstanceTypes.slice(0, index)];
  return [
    ...checkInstanceType("instanceType", instanceType, replica),
    ...further.flatMap(({ type, propertyPath }) => checkInstanceType(propertyPath, type, replica)),
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

function hasGpus(instanceType: string): boolean | undefined {
  const facts = instanceTypeFacts(instanceType);
  return facts && facts.gpus > 0;
}

function checkSizes({ minInstances, maxInstances, desiredInstances }: GpuClusterShape): Problem[] {
  const each = [
    ...wholeNumber("minInstances", minInstances, 0, mostInstances),
    ...wholeNumber("maxInstances", maxInstances, 1, mostInstances),
    // Without an argument of its own it is minInstances, and as wrong.
    ...(desiredInstances === minInstances
      ? []
      : wholeNumber("desiredInstances", desiredInstances, 0, mostInstances)),
  ];
  if (each.length > 0) {
    return each;
  }
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

function checkAmi(amiId: string | undefined): Problem[] {
  return amiId === undefined || /^ami-[0-9a-f]{8,17}$/.test(amiId)
    ? []
    : [
        {
          propertyPath: "amiId",
          reason: `is "${amiId}": use an id such as ami-0a1b2c3d4e5f67890, or none for AWS's recommended one`,
        },
      ];
}

function checkInsights(value: string): Problem[] {
  const known: string[] = Object.values(ContainerInsights);
  return known.includes(value)
    ? []
    : [{ propertyPath: "containerInsights", reason: `is "${value}": use ${known.join(", ")}` }];
}

function checkEgress({ egressCidrs, egressPrefixListIds }: GpuClusterShape): Problem[] {
  return [
    ...egressCidrs.flatMap((cidr, index) => checkIpv4Block(`egressCidrs[${index}]`, cidr)),
    ...egressPrefixListIds.flatMap((id, index) =>
      /^pl-[0-9a-f]{8,17}$/.test(id)
        ? []
        : [
            {
              propertyPath: `egressPrefixListIds[${index}]`,
              reason: `is "${id}": use an id such as pl-6da54004`,
            },
          ],
    ),
    ...(egressCidrs.length + egressPrefixListIds.length === 0
      ? [
          {
            propertyPath: "egressCidrs",
            reason:
              "is empty: instances that reach no AWS service never join the cluster. " +
              "Name the VPC's addresses where it has endpoints, or leave it out",
          },
        ]
      : []),
  ];
}

function checkPolicies(arns: string[]): Problem[] {
  return arns.flatMap((arn, index) =>
    /^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/\S+$/.test(arn)
      ? []
      : [
          {
            propertyPath: `instancePolicyArns[${index}]`,
            reason: `is "${arn}": use an ARN such as arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy`,
          },
        ],
  );
}
