import type { InstanceArgs, KeyPairArgs } from "@pulumi/aws/ec2";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { found, gone, pascal, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { fixed, flag, list, map, number, object, replaces, required, set, tags } from "../shapes";
import { text } from "../shapes";
import { ec2Arn, retag, tagged } from "./ec2";
import { metadataOptions, needInstanceProfile, userDataLimit, volumeType } from "./launchTemplate";

const disk = {
  deleteOnTermination: flag(),
  encrypted: flag(replaces),
  iops: number({ min: 100, max: 256000 }),
  kmsKeyId: text(replaces),
  throughput: number({ min: 125, max: 2000 }),
  volumeSize: number({ min: 1, max: 65536 }),
  volumeType,
  tags: map(),
};

const instance = resource<InstanceArgs>({
  inputs: {
    ami: text({ ...fixed, pattern: /^ami-[0-9a-f]+$/ }),
    instanceType: text(required),
    subnetId: text(replaces),
    availabilityZone: text(replaces),
    vpcSecurityGroupIds: set(text()),
    associatePublicIpAddress: flag(replaces),
    keyName: text(replaces),
    iamInstanceProfile: text(),
    ebsOptimized: flag(),
    monitoring: flag(),
    disableApiTermination: flag(),
    instanceInitiatedShutdownBehavior: text({ oneOf: ["stop", "terminate"] }),
    metadataOptions,
    rootBlockDevice: object(disk),
    ebsBlockDevices: list(object({ ...disk, deviceName: text(required) }), replaces),
    userData: text({ max: userDataLimit }),
    userDataBase64: text({ pattern: /^[A-Za-z0-9+/]*={0,2}$/ }),
    userDataReplaceOnChange: flag(),
    volumeTags: map(),
    tags: tags(),
  },
  changing: ["publicIp", "publicDns"],
  check: ({ userData, userDataBase64 }) =>
    userData && userDataBase64 ? [{ property: "userData", reason: "excludes userDataBase64" }] : [],
  async create(inputs) {
    await needInstanceProfile(inputs.iamInstanceProfile);
    const { DeviceName } = await rootDevice(inputs.ami);
    const { Instances: [made] = [] } = await clients.ec2().runInstances({
      MinCount: 1,
      MaxCount: 1,
      ImageId: inputs.ami,
      InstanceType: inputs.instanceType,
      KeyName: inputs.keyName,
      EbsOptimized: inputs.ebsOptimized,
      Monitoring: inputs.monitoring === undefined ? undefined : { Enabled: inputs.monitoring },
      DisableApiTermination: inputs.disableApiTermination,
      InstanceInitiatedShutdownBehavior: inputs.instanceInitiatedShutdownBehavior,
      IamInstanceProfile: inputs.iamInstanceProfile && { Name: inputs.iamInstanceProfile },
      MetadataOptions: pascal(inputs.metadataOptions),
      Placement: inputs.availabilityZone && { AvailabilityZone: inputs.availabilityZone },
      // As one interface, since a public address can be asked for or refused only there.
      NetworkInterfaces: [
        {
          DeviceIndex: 0,
          SubnetId: inputs.subnetId,
          Groups: inputs.vpcSecurityGroupIds,
          AssociatePublicIpAddress: inputs.associatePublicIpAddress,
        },
      ],
      BlockDeviceMappings: [
        ...(inputs.rootBlockDevice ? [{ DeviceName, Ebs: ebs(inputs.rootBlockDevice) }] : []),
        ...(inputs.ebsBlockDevices ?? []).map(({ deviceName, ...device }: Plain) => ({
          DeviceName: deviceName,
          Ebs: ebs(device),
        })),
      ],
      UserData:
        inputs.userDataBase64 ??
        (inputs.userData && Buffer.from(inputs.userData).toString("base64")),
      TagSpecifications: tagged("instance", inputs.tags),
    });
    const id = made.InstanceId!;
    return { id, outputs: await instanceOutputs(id) };
  },
  async update(update) {
    const { id, news } = update;
    const known = ["tags", "volumeTags", "userDataReplaceOnChange", "instanceType", "userData"];
    const others = Object.keys(instance.inputs).filter((key) => !known.includes(key));
    if (update.changed(...others)) {
      throw new Error(`The test provider changes only ${known.join(", ")} of an instance`);
    }
    if (update.changed("instanceType", "userData")) {
      await clients.ec2().stopInstances({ InstanceIds: [id] });
      await clients
        .ec2()
        .modifyInstanceAttribute({ InstanceId: id, InstanceType: { Value: news.instanceType } });
      await clients.ec2().startInstances({ InstanceIds: [id] });
    }
    await retag(update, id);
    return instanceOutputs(id);
  },
  async exists(id) {
    const { Reservations = [] } = await clients.ec2().describeInstances({ InstanceIds: [id] });
    return Reservations[0]?.Instances?.[0]?.State?.Name !== "terminated";
  },
  delete: (id) => gone(clients.ec2().terminateInstances({ InstanceIds: [id] })),
});

async function rootDevice(ami: string): Promise<{ DeviceName?: string }> {
  const { Images: [image] = [] } = await clients.ec2().describeImages({ ImageIds: [ami] });
  return { DeviceName: image.RootDeviceName };
}

function ebs({ tags, ...device }: Plain) {
  void tags;
  return pascal(device);
}

async function instanceOutputs(id: string): Promise<Record<string, unknown>> {
  const { Reservations = [] } = await clients.ec2().describeInstances({ InstanceIds: [id] });
  const made = Reservations[0].Instances![0];
  return {
    arn: ec2Arn(Reservations[0].OwnerId, "instance", id),
    availabilityZone: made.Placement?.AvailabilityZone,
    instanceState: made.State?.Name,
    primaryNetworkInterfaceId: made.NetworkInterfaces?.[0]?.NetworkInterfaceId,
    privateDns: made.PrivateDnsName,
    privateIp: made.PrivateIpAddress,
    publicDns: made.PublicDnsName ?? "",
    publicIp: made.PublicIpAddress ?? "",
    subnetId: made.SubnetId,
  };
}

const keyPair = resource<KeyPairArgs>({
  inputs: {
    keyName: text({ ...replaces, max: 255 }),
    publicKey: text({ ...fixed, pattern: /^(ssh-rsa|ssh-ed25519) / }),
    tags: tags(),
  },
  autoname: "keyName",
  async create(inputs) {
    const made = await clients.ec2().importKeyPair({
      KeyName: inputs.keyName,
      PublicKeyMaterial: Buffer.from(inputs.publicKey),
      TagSpecifications: tagged("key-pair", inputs.tags),
    });
    const { Account } = await clients.sts().getCallerIdentity({});
    return {
      id: inputs.keyName,
      outputs: {
        arn: ec2Arn(Account, "key-pair", inputs.keyName),
        fingerprint: made.KeyFingerprint,
        keyPairId: made.KeyPairId,
      },
    };
  },
  update: (update) => retag(update, update.state.keyPairId),
  exists: (id) => found(clients.ec2().describeKeyPairs({ KeyNames: [id] })),
  delete: (id) => gone(clients.ec2().deleteKeyPair({ KeyName: id })),
});

export default {
  resources: {
    "aws:ec2/instance:Instance": instance,
    "aws:ec2/keyPair:KeyPair": keyPair,
  },
} satisfies Service;
