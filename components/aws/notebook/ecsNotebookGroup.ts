import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import { listenerPorts } from "../endpoint/endpointSecurityGroup";
import { tagsFor } from "../tags";
import { ResolvedEcsNotebookArgs } from "./ecsNotebookArgs";

/** The notebook's security group: nobody in, out to the load balancer and by HTTPS. */
export function createNotebookGroup(
  name: string,
  args: ResolvedEcsNotebookArgs,
  parent: pulumi.Resource,
): ec2.SecurityGroup {
  const tags = tagsFor("notebook", args.tags);
  const group = new ec2.SecurityGroup(
    name,
    { description: "A notebook: nobody in", vpcId: args.vpcId, tags },
    { parent },
  );
  for (const cidr of args.httpsCidrs) {
    new vpc.SecurityGroupEgressRule(
      `${name}-https-to-${cidr.replace("/", "-")}`,
      { securityGroupId: group.id, cidrIpv4: cidr, ...tcp(listenerPorts.https), tags },
      { parent },
    );
  }
  if (args.endpointSecurityGroupId !== undefined) {
    const endpoint = args.endpointSecurityGroupId;
    const port = tcp(pulumi.output(args.restUrl).apply(portOf));
    new vpc.SecurityGroupEgressRule(
      `${name}-to-endpoint`,
      { securityGroupId: group.id, referencedSecurityGroupId: endpoint, ...port, tags },
      { parent },
    );
    new vpc.SecurityGroupIngressRule(
      `${name}-from-notebook`,
      { securityGroupId: endpoint, referencedSecurityGroupId: group.id, ...port, tags },
      { parent },
    );
  }
  return group;
}

/**
 * The port that a URL leads to.
 *
 * @throws RunError where it is none
 */
export function portOf(url: string): number {
  if (!URL.canParse(url)) {
    throw new pulumi.RunError(`restUrl is "${url}", which is no URL: use one like http://HOST/v1`);
  }
  const { port, protocol } = new URL(url);
  return port ? Number(port) : listenerPorts[protocol === "https:" ? "https" : "http"];
}

function tcp(port: pulumi.Input<number>) {
  return { ipProtocol: "tcp", fromPort: port, toPort: port };
}
