import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import { Ec2Role } from "../instances/ec2Role";
import { hasGpus } from "../instances/instanceTypes";
import { ResolvedEcsClusterArgs } from "./ecsClusterArgs";
import { InstanceAmi } from "./instanceAmi";
import { instanceUserData } from "./instanceUserData";
import { tagsFor } from "../tags";

/**
 * Nothing may come in. Out goes HTTPS only; DNS, time and instance metadata are no matter of
 * security groups.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
 */
export function createSecurityGroup(
  name: string,
  args: ResolvedEcsClusterArgs,
  parent: pulumi.Resource,
): ec2.SecurityGroup {
  const tags = tagsFor("instance", args.tags);
  const group = new ec2.SecurityGroup(
    `${name}-instance`,
    { description: "Instances of an ECS cluster", vpcId: args.vpcId, tags },
    { parent },
  );
  const targets = [
    ...args.egressCidrs.map((cidrIpv4) => ({ key: cidrIpv4, cidrIpv4 })),
    ...args.egressPrefixListIds.map((prefixListId) => ({ key: prefixListId, prefixListId })),
  ];
  for (const { key, ...target } of targets) {
    new vpc.SecurityGroupEgressRule(
      `${name}-instance-${key}`,
      {
        securityGroupId: group.id,
        description: "HTTPS to AWS services",
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        ...target,
        tags,
      },
      { parent },
    );
  }
  return group;
}

/** What every instance is: AMI, disk, role, and how it joins the cluster. */
export function createTemplate(
  name: string,
  args: ResolvedEcsClusterArgs,
  parts: {
    ami: InstanceAmi;
    clusterName: pulumi.Output<string>;
    role: Ec2Role;
    securityGroup: ec2.SecurityGroup;
  },
  parent: pulumi.Resource,
): ec2.LaunchTemplate {
  const tags = tagsFor("instance", args.tags);
  const gpus = hasGpus(args.instanceType);
  return new ec2.LaunchTemplate(
    `${name}-instance`,
    {
      imageId: parts.ami.imageId,
      instanceType: args.instanceType,
      iamInstanceProfile: { arn: parts.role.profile.arn },
      vpcSecurityGroupIds: [parts.securityGroup.id],
      ebsOptimized: "true",
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
        instanceMetadataTags: "disabled",
      },
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: {
            volumeType: "gp3",
            volumeSize: args.volumeGb,
            encrypted: "true",
            kmsKeyId: args.kmsKeyId,
            deleteOnTermination: "true",
          },
        },
      ],
      userData: parts.clusterName.apply((clusterName) =>
        Buffer.from(instanceUserData({ clusterName, gpus })).toString("base64"),
      ),
      // The instances' own tags come from the Auto Scaling group.
      tagSpecifications: ["volume", "network-interface"].map((resourceType) => ({
        resourceType,
        tags,
      })),
      tags,
    },
    { parent, ...parts.ami.options },
  );
}
