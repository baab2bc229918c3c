import { formerTypes } from "@tf-model-serving/core/internal/stack/formerTypes";
import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import { refuse } from "@tf-model-serving/core/internal/arguments/refuse";
import { parseArn } from "../arn";
import { instanceSubnets } from "../instances/instanceZones";
import { tagsFor } from "../tags";
import { SshDockerHost } from "@tf-model-serving/core/internal/engine/sshDockerHost/sshDockerHost";
import { createSshKey, SshKey } from "@tf-model-serving/core/internal/engine/sshDockerHost/sshKey";
import { checkGpuHost } from "./checkGpuHost";
import { GpuHostArgs, ResolvedGpuHostArgs, resolveGpuHostArgs } from "./gpuHostArgs";
import { attachDataVolume, createInstance, dataVolumeId, instanceAddress } from "./hostInstance";
import { createHostKey } from "./hostKey";
import { createHostRole } from "./hostRole";
import { createHostSecurityGroup } from "./hostSecurityGroup";
import { scheduleStops, stopWhenIdle } from "./stopping";
import { tunnelCommand } from "./tunnelCommand";
import { hostUser, renderUserData } from "./userData";

/**
 * One EC2 instance with GPUs as a Docker host, for research and small services: `DockerModelService`
 * and `DockerNotebook` run there as on this machine, with `options()` as their options.
 *
 * An update waits until the instance's Docker Engine answers; a preview asks it nothing. What runs
 * there listens on the instance's loopback only, and `tunnelCommand` brings it here. A replaced
 * instance is empty but for its data volume, and all that ran there is created anew.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments
 */
export class GpuHost extends pulumi.ComponentResource {
  /** Id of the instance. */
  public readonly instanceId: pulumi.Output<string>;
  /** Address of the Docker Engine for `DockerModelService.host`, `ssh://ubuntu@...`, once it answers. */
  public readonly host: pulumi.Output<string>;
  /** Options of ssh for that address. */
  public readonly sshOptions: pulumi.Output<string[]>;
  /** The instance's public address, or its private one. */
  public readonly address: pulumi.Output<string>;
  /** Command that brings the ports `tunnelPorts` of the instance to this machine. */
  public readonly tunnelCommand: pulumi.Output<string>;
  /** Private key for SSH, in OpenSSH's format; a secret. */
  public readonly privateKey: pulumi.Output<string>;
  /** Id of the data volume, for `dataVolumeId` of another host. */
  public readonly dataVolumeId: pulumi.Output<string>;

  constructor(name: string, args: GpuHostArgs, opts?: pulumi.ComponentResourceOptions) {
    const resolved = resolveGpuHostArgs(args);
    refuse("GpuHost", name, checkGpuHost(resolved));
    super("tfserving-aws:index:GpuHost", name, {}, formerTypes(opts, "GpuHost"));

    const subnet = ec2.getSubnetOutput({ id: resolved.subnetId }, { parent: this });
    const key = createSshKey(`${name}-key`, this);
    const hostKey = createHostKey(name, resolved.tags, this);
    const volumeId = dataVolumeId(name, resolved, subnet.availabilityZone, this);
    const instance = createInstance(
      name,
      resolved,
      {
        subnetId: instanceSubnets([resolved.subnetId], [resolved.instanceType], this)[0],
        role: createHostRole(name, hostKey.secretArn, resolved.tags, this),
        securityGroup: createHostSecurityGroup(name, resolved, subnet.vpcId, this),
        keyPair: createKeyPair(name, resolved, key, this),
        userData: pulumi
          .all([hostKey.secretArn, volumeId])
          .apply(([secretArn, volume]) => renderUserData(secretArn, volume)),
      },
      this,
    );
    attachDataVolume(name, instance, volumeId, this);
    scheduleStops(name, resolved, instance, this);
    stopWhenIdle(name, resolved, instance, this);

    this.address = instanceAddress(name, resolved, instance, this);
    const dockerHost = new SshDockerHost(
      name,
      {
        ...login(resolved, instance, this.address),
        user: hostUser,
        privateKey: key.privateKey,
        hostPublicKey: hostKey.publicKey,
        machineId: instance.id,
        waitSeconds: resolved.waitSeconds,
        hint: hint(instance),
      },
      { parent: this },
    );
    dockerHosts.set(this, dockerHost);
    this.instanceId = instance.id;
    this.host = dockerHost.host;
    this.sshOptions = dockerHost.sshOptions;
    this.tunnelCommand = pulumi
      .all([this.host, this.sshOptions])
      .apply(([host, options]) => tunnelCommand(host, options, resolved.tunnelPorts));
    this.privateKey = key.privateKey;
    this.dataVolumeId = volumeId;
    this.registerOutputs({
      instanceId: this.instanceId,
      host: this.host,
      sshOptions: this.sshOptions,
      address: this.address,
      tunnelCommand: this.tunnelCommand,
      privateKey: this.privateKey,
      dataVolumeId: this.dataVolumeId,
    });
  }

  /** Options for the components and Docker resources that shall run on the instance. */
  public options(): pulumi.ComponentResourceOptions {
    return dockerHosts.get(this)!.options();
  }
}

// Not a field, since fields are outputs in the package's schema.
const dockerHosts = new WeakMap<GpuHost, SshDockerHost>();

function createKeyPair(
  name: string,
  { tags }: ResolvedGpuHostArgs,
  { publicKey }: SshKey,
  parent: pulumi.Resource,
): ec2.KeyPair {
  return new ec2.KeyPair(name, { publicKey, tags: tagsFor("gpu-host", tags) }, { parent });
}

/** Where SSH is open to nobody, it goes through Session Manager, to the instance's id. */
function login(
  { sshCidrs }: ResolvedGpuHostArgs,
  instance: ec2.Instance,
  address: pulumi.Output<string>,
): { address: pulumi.Output<string>; proxyCommand?: pulumi.Output<string> } {
  return sshCidrs.length > 0
    ? { address }
    : {
        address: instance.id,
        proxyCommand: instance.arn.apply(
          (arn) =>
            "aws ssm start-session --target %h --document-name AWS-StartSSHSession " +
            `--parameters portNumber=%p --region ${parseArn(arn).region}`,
        ),
      };
}

function hint(instance: ec2.Instance): pulumi.Output<string> {
  return pulumi.all([instance.id, instance.arn]).apply(([id, arn]) => {
    const where = `--region ${parseArn(arn).region}`;
    return (
      `If it is stopped: aws ec2 start-instances ${where} --instance-ids ${id}. ` +
      `What it said when it started: aws ec2 get-console-output ${where} --instance-id ${id} --output text`
    );
  });
}
