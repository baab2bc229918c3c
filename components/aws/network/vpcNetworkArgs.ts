import * as pulumi from "@pulumi/pulumi";
import { checkIpv4Block } from "@tf-model-serving/core/internal/arguments/cidr";
import { Problem } from "@tf-model-serving/core/internal/arguments/problem";
import {
  laterOr,
  listOf,
  objectOf,
  problemsOfArgs,
  textLike,
  textThat,
  trueOrFalse,
} from "@tf-model-serving/core/internal/arguments/schema";
import { tagsSchema } from "../tags";

/** Arguments of a VpcNetwork. */
export interface VpcNetworkArgs {
  /** VPC to use; goes with `subnetIds`. @default - the region's default VPC */
  vpcId?: pulumi.Input<string>;

  /**
   * Subnets of the VPC in two availability zones or more, one each; goes with `vpcId`. A load
   * balancer takes no fewer, and no two in a zone. Private ones need a NAT gateway or `endpoints`.
   * @default - the default subnets of the default VPC
   * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#availability-zones
   */
  subnetIds?: pulumi.Input<pulumi.Input<string>[]>;

  /**
   * Whether to create VPC endpoints for ECR, ECS, CloudWatch Logs, Systems Manager, Secrets Manager
   * and S3, so that instances in private subnets need no NAT gateway. AWS bills each interface
   * endpoint per hour and zone, and refuses those that the VPC has already.
   * @default false
   */
  endpoints?: boolean;

  /** First IPv4 block of the VPC, such as `10.0.0.0/16`. @default - AWS is asked */
  cidrBlock?: pulumi.Input<string>;

  /**
   * IPv4 blocks of the VPC besides its first one, from which the endpoints are reached as well:
   * `lookUpNetwork` finds them. @default - none
   */
  secondaryCidrs?: string[];

  /** Further tags of every resource. @default - none */
  tags?: Record<string, string>;
}

/** The fewest availability zones that an Application Load Balancer takes. */
export const fewestZones = 2;

const idOf = (kind: string) =>
  laterOr(
    textLike(new RegExp(`^${kind}-[0-9a-f]{8,17}$`), `use an id such as ${kind}-0a1b2c3d4e5f67890`),
  );

/** Shape of VpcNetworkArgs. Ids that another resource will have are not judged. */
export const vpcNetworkSchema = objectOf<VpcNetworkArgs>({
  vpcId: idOf("vpc").optional(),
  subnetIds: laterOr(listOf(idOf("subnet"))).optional(),
  endpoints: trueOrFalse().optional(),
  cidrBlock: laterOr(textThat(checkIpv4Block)).optional(),
  secondaryCidrs: listOf(textThat(checkIpv4Block)).optional(),
  tags: tagsSchema().optional(),
});

/** Everything about a network that can be judged without asking AWS. */
export function checkVpcNetwork(args: VpcNetworkArgs): Problem[] {
  return problemsOfArgs(vpcNetworkSchema, args, {}, ({ subnetIds }) => [
    // An id that is refused is given all the same.
    ...checkTogether(args.vpcId !== undefined, args.subnetIds !== undefined),
    ...(Array.isArray(subnetIds) ? checkCount(subnetIds) : []),
  ]);
}

function checkTogether(hasVpc: boolean, hasSubnets: boolean): Problem[] {
  if (hasVpc && !hasSubnets) {
    return [
      {
        propertyPath: "subnetIds",
        reason: "is missing, and vpcId is set: name its subnets, in two availability zones or more",
      },
    ];
  }
  return hasSubnets && !hasVpc
    ? [{ propertyPath: "vpcId", reason: "is missing, and subnetIds is set: name their VPC" }]
    : [];
}

function checkCount(subnetIds: unknown[]): Problem[] {
  const twice = subnetIds.find(
    (id, index) => typeof id === "string" && subnetIds.indexOf(id) !== index,
  );
  if (typeof twice === "string") {
    return [{ propertyPath: "subnetIds", reason: `has ${twice} twice: name each subnet once` }];
  }
  return subnetIds.length < fewestZones
    ? [
        {
          propertyPath: "subnetIds",
          reason:
            `has ${subnetIds.length} of at least ${fewestZones}: ` +
            "a load balancer needs subnets in two availability zones",
        },
      ]
    : [];
}
