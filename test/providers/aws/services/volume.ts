import type { VolumeArgs } from "@pulumi/aws/ebs";
import type { VolumeAttachmentArgs } from "@pulumi/aws/ec2";

import { clients } from "../clients";
import { found, gone, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { fixed, flag, number, replaces, tags, text } from "../shapes";
import { ec2Arn, retag, tagged } from "./ec2";
import { volumeType } from "./launchTemplate";

const volume = resource<VolumeArgs>({
  inputs: {
    availabilityZone: text(fixed),
    encrypted: flag(replaces),
    finalSnapshot: flag(),
    iops: number({ min: 100, max: 256000 }),
    kmsKeyId: text(replaces),
    size: number({ min: 1, max: 65536 }),
    snapshotId: text(replaces),
    throughput: number({ min: 125, max: 2000 }),
    type: volumeType,
    tags: tags(),
  },
  check: ({ size, snapshotId }) =>
    size === undefined && snapshotId === undefined
      ? [{ property: "size", reason: "is required without snapshotId" }]
      : [],
  async create(inputs) {
    const made = await clients.ec2().createVolume({
      AvailabilityZone: inputs.availabilityZone,
      Encrypted: inputs.encrypted,
      Iops: inputs.iops,
      KmsKeyId: inputs.kmsKeyId,
      Size: inputs.size,
      SnapshotId: inputs.snapshotId,
      Throughput: inputs.throughput,
      VolumeType: inputs.type,
      TagSpecifications: tagged("volume", inputs.tags),
    });
    const { Account } = await clients.sts().getCallerIdentity({});
    const id = made.VolumeId!;
    return { id, outputs: { arn: ec2Arn(Account, "volume", id) } };
  },
  async update(update) {
    const { id, olds, news } = update;
    if (news.size < olds.size) {
      throw new Error("InvalidParameterValue: New size cannot be smaller than existing size");
    }
    if (update.changed("iops", "size", "throughput", "type")) {
      await clients.ec2().modifyVolume({
        VolumeId: id,
        Size: news.size,
        VolumeType: news.type,
        Iops: news.iops,
        Throughput: news.throughput,
      });
    }
    await retag(update, id);
  },
  exists: (id) => found(clients.ec2().describeVolumes({ VolumeIds: [id] })),
  delete: (id) => gone(clients.ec2().deleteVolume({ VolumeId: id })),
});

const volumeAttachment = resource<VolumeAttachmentArgs>({
  inputs: {
    deviceName: text({ ...fixed, pattern: /^\/dev\/(sd|xvd)[a-z]/ }),
    instanceId: text(fixed),
    volumeId: text(fixed),
    forceDetach: flag(),
    skipDestroy: flag(),
    stopInstanceBeforeDetaching: flag(),
  },
  // A volume cannot hang on two instances.
  deleteFirst: true,
  async create({ deviceName: Device, instanceId: InstanceId, volumeId: VolumeId }) {
    await clients.ec2().attachVolume({ Device, InstanceId, VolumeId });
    return { id: `vai-${VolumeId.slice(4)}` };
  },
  update: async () => {},
  async exists(_, { instanceId, volumeId }) {
    const { Volumes: [volume] = [] } = await clients
      .ec2()
      .describeVolumes({ VolumeIds: [volumeId] });
    return volume?.Attachments?.some(({ InstanceId }) => InstanceId === instanceId) ?? false;
  },
  delete: (_, { instanceId: InstanceId, volumeId: VolumeId, deviceName: Device }) =>
    gone(clients.ec2().detachVolume({ InstanceId, VolumeId, Device })),
});

export default {
  resources: {
    "aws:ebs/volume:Volume": volume,
    "aws:ec2/volumeAttachment:VolumeAttachment": volumeAttachment,
  },
} satisfies Service;
