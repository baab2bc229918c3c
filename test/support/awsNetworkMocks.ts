import { region } from "./awsMocks";
import type { Answer } from "./mocks";

/**
 * What AWS answers of one network: its VPC, subnets in a zone each, and instance types that are on
 * offer in the first two zones.
 *
 * @param network - asked anew for each answer
 */
export function networkAnswers(
  network: () => { vpcId: string; subnets: string[] },
): Record<string, Answer> {
  return {
    "aws:ec2/getVpc:getVpc": ({ id }) => ({
      id: id ?? network().vpcId,
      cidrBlock: "10.0.0.0/16",
      cidrBlockAssociations: [{ cidrBlock: "10.0.0.0/16", state: "associated" }],
      mainRouteTableId: "rtb-main",
      enableDnsSupport: true,
      enableDnsHostnames: true,
    }),
    "aws:ec2/getSubnets:getSubnets": () => ({ ids: network().subnets }),
    "aws:ec2/getSubnet:getSubnet": ({ id }) => ({
      id,
      vpcId: network().vpcId,
      availabilityZone: `${region}${"abc"[network().subnets.indexOf(id as string)]}`,
    }),
    "aws:ec2/getRouteTables:getRouteTables": () => ({ ids: [] }),
    "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": () => ({
      locations: [`${region}a`, `${region}b`],
    }),
    "aws:ssm/getParameter:getParameter": () => ({ insecureValue: "ami-0123456789abcdef0" }),
  };
}
