import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import { ports } from "@tf-model-serving/core/internal/serving/balancer/ports";
import { ResolvedEcsArgs } from "./ecsModelServiceArgs";
import { tagsFor } from "../tags";

const httpsPort = 443;

/** The replicas' security group, and the rules without which the load balancer finds none healthy. */
export interface ServiceNetwork {
  group: ec2.SecurityGroup;
  rules: pulumi.Resource[];
}

/**
 * The replicas' security group. The load balancer reaches the ports that it has a target group for,
 * and the health port; nobody else reaches anything. Replicas open no connections: pulls and logs
 * are the host's.
 *
 * The load balancer is let out to the group as well, since the replicas' subnets may be in any
 * address block of the VPC.
 *
 * Rules are resources of their own, so that AWS's rule that lets everything out is removed.
 */
export function createServiceNetwork(
  name: string,
  args: ResolvedEcsArgs,
  parent: pulumi.Resource,
): ServiceNetwork {
  const group = new ec2.SecurityGroup(
    `${name}-replicas`,
    {
      description: "Replicas: reached by their load balancer only",
      vpcId: args.vpcId,
      tags: tagsFor("replicas", args.tags),
    },
    { parent },
  );
  const { endpointSecurityGroupId: endpoint } = args;
  const rules = endpoint === undefined ? [] : createRules(name, args, group, endpoint, parent);
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
  return { group, rules };
}

function createRules(
  name: string,
  args: ResolvedEcsArgs,
  group: ec2.SecurityGroup,
  endpointSecurityGroupId: pulumi.Input<string>,
  parent: pulumi.Resource,
): pulumi.Resource[] {
  const tags = tagsFor("replicas", args.tags);
  const reachable = reachablePorts(args);
  const numbers = reachable.map(([, port]) => port);
  const ingress = reachable.map(
    ([part, port]) =>
      new vpc.SecurityGroupIngressRule(
        `${name}-${part}-from-endpoint`,
        {
          securityGroupId: group.id,
          referencedSecurityGroupId: endpointSecurityGroupId,
          ipProtocol: "tcp",
          fromPort: port,
          toPort: port,
          description: `The load balancer: ${part}`,
          tags,
        },
        { parent },
      ),
  );
  const egress = new vpc.SecurityGroupEgressRule(
    `${name}-from-endpoint`,
    {
      securityGroupId: endpointSecurityGroupId,
      referencedSecurityGroupId: group.id,
      ipProtocol: "tcp",
      fromPort: Math.min(...numbers),
      toPort: Math.max(...numbers),
      description: "Replicas, in whatever subnet",
      tags,
    },
    { parent },
  );
  return [...ingress, egress];
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
