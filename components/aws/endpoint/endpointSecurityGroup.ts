import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import { everyone } from "@tf-model-serving/core/internal/arguments/cidr";
import { ports } from "@tf-model-serving/core/internal/serving/balancer/ports";
import { ResolvedAlbEndpointArgs } from "./albEndpointArgs";
import { tagsFor } from "../tags";

/** Ports at which a load balancer takes requests. */
export const listenerPorts = { http: 80, https: 443 } as const;

/**
 * The load balancer's security group: in from the named clients only, out to the replicas' ports
 * within the VPC only, and to an issuer's keys where tokens are checked.
 */
export function createEndpointSecurityGroup(
  name: string,
  args: ResolvedAlbEndpointArgs,
  parent: pulumi.Resource,
): ec2.SecurityGroup {
  const group = new ec2.SecurityGroup(
    `${name}-endpoint`,
    {
      description: "Load balancer in front of the replicas of a model",
      vpcId: args.vpcId,
      tags: tagsFor("endpoint", args.tags),
    },
    { parent },
  );
  for (const client of clients(args)) {
    for (const [protocol, port] of openPorts(args)) {
      new vpc.SecurityGroupIngressRule(
        `${name}-${protocol}-from-${client.key}`,
        {
          securityGroupId: group.id,
          ...client.source,
          ipProtocol: "tcp",
          fromPort: port,
          toPort: port,
          tags: tagsFor("endpoint", args.tags),
        },
        { parent },
      );
    }
  }
  new vpc.SecurityGroupEgressRule(
    `${name}-to-replicas`,
    {
      description: "REST, gRPC and health of the replicas",
      securityGroupId: group.id,
      cidrIpv4: args.vpcCidr,
      ipProtocol: "tcp",
      fromPort: args.grpc ? ports.grpc : ports.rest,
      toPort: ports.health,
      tags: tagsFor("endpoint", args.tags),
    },
    { parent },
  );
  if (args.auth?.jwt) {
    new vpc.SecurityGroupEgressRule(
      `${name}-to-issuer`,
      {
        description: "Keys of the issuer of tokens, whose addresses nobody knows before",
        securityGroupId: group.id,
        cidrIpv4: everyone,
        ipProtocol: "tcp",
        fromPort: listenerPorts.https,
        toPort: listenerPorts.https,
        tags: tagsFor("endpoint", args.tags),
      },
      { parent },
    );
  }
  return group;
}

/** With a certificate HTTP only redirects. */
function openPorts({ certificateArn }: ResolvedAlbEndpointArgs): [string, number][] {
  return Object.entries(listenerPorts).filter(
    ([protocol]) => protocol === "http" || certificateArn !== undefined,
  );
}

/** Named by what they are, so that one more or less leaves the others alone. */
function clients(args: ResolvedAlbEndpointArgs) {
  const blocks = args.clientCidrs.map((cidr) => ({
    key: cidr.replace("/", "-"),
    source: { description: "Named block of clients", cidrIpv4: cidr },
  }));
  const groups = args.clientSecurityGroupIds.map((id, index) => ({
    key: typeof id === "string" ? id : `group-${index}`,
    source: { description: "Named security group of clients", referencedSecurityGroupId: id },
  }));
  return [...blocks, ...groups];
}
