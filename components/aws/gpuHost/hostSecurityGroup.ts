import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import { everyone } from "@tf-model-serving/core/internal/arguments/cidr";
import { tagsFor } from "../tags";
import { ResolvedGpuHostArgs } from "./gpuHostArgs";

/** The instance's security group: in SSH from the named blocks only, out to the named ports only. */
export function createHostSecurityGroup(
  name: string,
  args: ResolvedGpuHostArgs,
  vpcId: pulumi.Output<string>,
  parent: pulumi.Resource,
): ec2.SecurityGroup {
  const tags = tagsFor("gpu-host", args.tags);
  const group = new ec2.SecurityGroup(
    `${name}-host`,
    { description: "A GPU host", vpcId, tags },
    { parent },
  );
  for (const block of args.sshCidrs) {
    new vpc.SecurityGroupIngressRule(
      `${name}-ssh-from-${block.replace("/", "-")}`,
      {
        description: "SSH from a named block",
        securityGroupId: group.id,
        cidrIpv4: block,
        ipProtocol: "tcp",
        fromPort: 22,
        toPort: 22,
        tags,
      },
      { parent },
    );
  }
  for (const port of args.egressPorts) {
    new vpc.SecurityGroupEgressRule(
      `${name}-to-port-${port}`,
      {
        description: "AWS, registries and packages",
        securityGroupId: group.id,
        cidrIpv4: everyone,
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
        tags,
      },
      { parent },
    );
  }
  return group;
}
