import type { GetVpcResult } from "@pulumi/aws/ec2";

/**
 * All IPv4 blocks of a VPC, its first one first: subnets may be in each of them.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
 */
export function associatedBlocks({
  cidrBlock,
  cidrBlockAssociations,
}: Pick<GetVpcResult, "cidrBlock" | "cidrBlockAssociations">): string[] {
  const further = cidrBlockAssociations
    .filter(({ state }) => /^associat/.test(state))
    .map((association) => association.cidrBlock)
    .sort();
  return [...new Set([cidrBlock, ...further])];
}
