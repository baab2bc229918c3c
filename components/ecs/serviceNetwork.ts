import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import { ports } from "../balancer/balancerConfig";
import { ResolvedEcsArgs } from "./ecsModelServiceArgs";
import { tagsFor } from "./tags";

const httpsPort = 443;

/**
 * The replicas' security group. The load balancer reaches the ports that it has a target group for,
 * and the health port; nobody else reaches anything. Replicas open no connections: pulls and logs
 * are the host's.
 *
 * Rules are resources of their own, so that AWS's rule that lets everything out is removed.
 */
export function createSecurityGroup(
  name: string,
  args: ResolvedEcsArgs,
  parent: pulumi.Resource,
): ec2.SecurityGroup {
  const group = new ec2.SecurityGroup(
    `${name}-replicas`,
    {
      description: "Replicas: reached by their load balancer only",
      vpcId: args.vpcId,
      tags: tagsFor("replicas", args.tags),
    },
    { parent },
  );
  const { endpointSecurityGroupId } = args;
  if (endpointSecurityGroupId !== undefined) {
    for (const [part, port] of reachablePorts(args)) {
      new vpc.SecurityGroupIngressRule(
        `${name}-${part}-from-endpoint`,
        {
          securityGroupId: group.id,
          referencedSecurityGroupId: endpointSecurityGroupId,
          ipProtocol: "tcp",
          fromPort: port,
          toPort: port,
          description: `The load balancer: ${part}`,
          tags: tagsFor("replicas", args.tags),
        },
        { parent },
      );
    }
  }
  for (const cidr of args.enableExec ? (args.execCidrs ?? []) : []) {
    new vpc.SecurityGroupEgressRule(
      `${name}-exec-to-${cidr.replace(/[./]/g, "-")}`,
      {
        securityGroupId: group.id,
        cidrIpv4: cidr,
        ipProtocol: "tcp",
        fromPort: httpsPort,
        toPort: httpsPort,
        description: "ECS Exec",
        tags: tagsFor("replicas", args.tags),
      },
      { parent },
    );
  }
  return group;
}

function reachablePorts({
  restTargetGroupArn,
  grpcTargetGroupArn,
}: ResolvedEcsArgs): [string, number][] {
  return [
    ...(restTargetGroupArn === undefined ? [] : ([["rest", ports.rest]] as [string, number][])),
    ...(grpcTargetGroupArn === undefined ? [] : ([["grpc", ports.grpc]] as [string, number][])),
    ["health", ports.health],
  ];
}
