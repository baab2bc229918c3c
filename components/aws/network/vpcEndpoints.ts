import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import { endpointServiceName } from "./endpointServiceName";
import { tagsFor } from "../tags";

/**
 * AWS services that the instances and their tasks call, by the last part of the endpoint's name.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
 * @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/setup-create-vpc.html
 */
export const interfaceEndpoints = [
  "ecr.api",
  "ecr.dkr",
  "ecs",
  "ecs-agent",
  "ecs-telemetry",
  "logs",
  "secretsmanager",
  "ssm",
  "ssmmessages",
  "ec2messages",
];

/** Where the endpoints shall be. */
export interface EndpointsPlace {
  vpc: pulumi.Output<ec2.GetVpcResult>;
  subnetIds: pulumi.Output<string[]>;
  /** IPv4 blocks of the VPC besides its first one. */
  secondaryCidrs: string[];
  tags?: Record<string, string>;
}

/**
 * Interface endpoints with private DNS names in every subnet, open to the VPC on port 443 only, and
 * the gateway endpoint for S3, where ECR keeps the layers of images.
 *
 * @returns all that has to be there before an instance can start, and until the last one has gone
 */
export function createEndpoints(
  name: string,
  place: EndpointsPlace,
  parent: pulumi.Resource,
): pulumi.Resource[] {
  const tags = tagsFor("endpoint", place.tags);
  const { group, rules } = createSecurityGroup(name, place, parent);
  const interfaces = interfaceEndpoints.map(
    (service) =>
      new ec2.VpcEndpoint(
        `${name}-${service.replace(".", "-")}`,
        {
          vpcId: place.vpc.id,
          serviceName: endpointServiceName(service, "Interface", parent),
          vpcEndpointType: "Interface",
          subnetIds: place.subnetIds,
          securityGroupIds: [group.id],
          privateDnsEnabled: true,
          tags,
        },
        { parent },
      ),
  );
  // Its policy stays AWS's own, which allows all: it holds for everything else in these subnets too.
  const gateway = new ec2.VpcEndpoint(
    `${name}-s3`,
    {
      vpcId: place.vpc.id,
      serviceName: endpointServiceName("s3", "Gateway", parent),
      vpcEndpointType: "Gateway",
      routeTableIds: routeTables(place, parent),
      tags,
    },
    { parent },
  );
  return [...interfaces, gateway, ...rules];
}

function createSecurityGroup(name: string, place: EndpointsPlace, parent: pulumi.Resource) {
  const tags = tagsFor("endpoint", place.tags);
  const group = new ec2.SecurityGroup(
    `${name}-endpoints`,
    { description: "VPC endpoints", vpcId: place.vpc.id, tags },
    { parent },
  );
  const sources: { key: string; cidrIpv4: pulumi.Input<string> }[] = [
    { key: "", cidrIpv4: place.vpc.cidrBlock },
    ...place.secondaryCidrs.map((cidr) => ({ key: `-${cidr.replace("/", "-")}`, cidrIpv4: cidr })),
  ];
  const rules = sources.map(
    ({ key, cidrIpv4 }) =>
      new vpc.SecurityGroupIngressRule(
        `${name}-endpoints${key}`,
        {
          securityGroupId: group.id,
          description: "HTTPS from the VPC",
          ipProtocol: "tcp",
          fromPort: 443,
          toPort: 443,
          cidrIpv4,
          tags,
        },
        { parent },
      ),
  );
  return { group, rules };
}

/** The subnets' route tables; a subnet without one of its own uses the VPC's main one. */
function routeTables(place: EndpointsPlace, parent: pulumi.Resource): pulumi.Output<string[]> {
  return pulumi.all([place.vpc, place.subnetIds]).apply(([{ id, mainRouteTableId }, subnetIds]) => {
    const perSubnet = subnetIds.map((subnetId) =>
      ec2
        .getRouteTablesOutput(
          { vpcId: id, filters: [{ name: "association.subnet-id", values: [subnetId] }] },
          { parent },
        )
        .ids.apply((ids) => (ids.length > 0 ? ids : [mainRouteTableId])),
    );
    return pulumi.all(perSubnet).apply((ids) => [...new Set(ids.flat())].sort());
  });
}
