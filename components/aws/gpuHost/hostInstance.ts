import * as ebs from "@pulumi/aws/ebs";
import * as ec2 from "@pulumi/aws/ec2";
import * as ssm from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";
import { Ec2Role } from "../instances/ec2Role";
import { tagsFor } from "../tags";
import { dataVolumeGbDefault, ResolvedGpuHostArgs } from "./gpuHostArgs";

/** @see https://docs.aws.amazon.com/dlami/latest/devguide/aws-deep-learning-x86-base-gpu-ami-ubuntu-22-04.html */
const amiParameter =
  "/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-ubuntu-22.04/latest/ami-id";

/** What an instance is made of besides its arguments. */
export interface InstanceParts {
  subnetId: pulumi.Output<string>;
  role: Ec2Role;
  securityGroup: ec2.SecurityGroup;
  keyPair: ec2.KeyPair;
  userData: pulumi.Output<string>;
}

/** The instance. There is one at a time: it has the data volume and the address. */
export function createInstance(
  name: string,
  args: ResolvedGpuHostArgs,
  { subnetId, role, securityGroup, keyPair, userData }: InstanceParts,
  parent: pulumi.Resource,
): ec2.Instance {
  const tags = { ...tagsFor("gpu-host", args.tags), Name: name };
  return new ec2.Instance(
    name,
    {
      ami: args.amiId ?? newestAmi(parent),
      instanceType: args.instanceType,
      subnetId,
      vpcSecurityGroupIds: [securityGroup.id],
      associatePublicIpAddress: args.public,
      iamInstanceProfile: role.profile.name,
      keyName: keyPair.keyName,
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        // One hop ends at the host: containers on a bridge network do not get its credentials.
        httpPutResponseHopLimit: 1,
        instanceMetadataTags: "disabled",
      },
      rootBlockDevice: {
        encrypted: true,
        volumeType: "gp3",
        volumeSize: args.rootVolumeGb,
        kmsKeyId: args.kmsKeyArn,
        deleteOnTermination: true,
        tags,
      },
      userData,
      // It is read once, at the first start.
      userDataReplaceOnChange: true,
      tags,
    },
    {
      parent,
      dependsOn: role.policy,
      deleteBeforeReplace: true,
      // A newer AMI is no reason to lose what is on the instance.
      ignoreChanges: args.amiId === undefined ? ["ami"] : [],
    },
  );
}

function newestAmi(parent: pulumi.Resource): pulumi.Output<string> {
  return ssm.getParameterOutput({ name: amiParameter }, { parent }).insecureValue;
}

/** The data volume, which does not depend on the instance: a given one, or a new one. */
export function dataVolumeId(
  name: string,
  args: ResolvedGpuHostArgs,
  availabilityZone: pulumi.Output<string>,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  if (args.dataVolumeId !== undefined) {
    return pulumi.output(args.dataVolumeId);
  }
  return new ebs.Volume(
    `${name}-data`,
    {
      availabilityZone,
      encrypted: true,
      type: "gp3",
      size: args.dataVolumeGb ?? dataVolumeGbDefault,
      kmsKeyId: args.kmsKeyArn,
      tags: { ...tagsFor("gpu-host", args.tags), Name: `${name}-data` },
    },
    { parent, retainOnDelete: args.keepData },
  ).id;
}

/** Gives the volume to the instance; the instance is stopped before it loses it. */
export function attachDataVolume(
  name: string,
  instance: ec2.Instance,
  volumeId: pulumi.Output<string>,
  parent: pulumi.Resource,
): ec2.VolumeAttachment {
  return new ec2.VolumeAttachment(
    `${name}-data`,
    {
      instanceId: instance.id,
      volumeId,
      deviceName: "/dev/sdf",
      stopInstanceBeforeDetaching: true,
    },
    { parent, deleteBeforeReplace: true },
  );
}

/** The instance's address: a public one that it keeps while it is stopped, or its private one. */
export function instanceAddress(
  name: string,
  args: ResolvedGpuHostArgs,
  instance: ec2.Instance,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  if (!args.public) {
    return instance.privateIp;
  }
  const address = new ec2.Eip(
    name,
    { domain: "vpc", tags: { ...tagsFor("gpu-host", args.tags), Name: name } },
    { parent },
  );
  new ec2.EipAssociation(
    name,
    { allocationId: address.allocationId, instanceId: instance.id },
    { parent },
  );
  return address.publicIp;
}
