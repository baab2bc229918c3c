import { randomBytes } from "crypto";
import type * as pulumiEfs from "@pulumi/aws/efs";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { found, gone, keyValues, pascal, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { fixed, flag, json, number, object, replaces, required, set, tags } from "../shapes";
import { text } from "../shapes";
import { checkPolicy } from "./iam";

// prettier-ignore
const after = ["AFTER_1_DAY", "AFTER_7_DAYS", "AFTER_14_DAYS", "AFTER_30_DAYS", "AFTER_60_DAYS",
  "AFTER_90_DAYS", "AFTER_180_DAYS", "AFTER_270_DAYS", "AFTER_365_DAYS"];

const fileSystem = resource<pulumiEfs.FileSystemArgs>({
  inputs: {
    encrypted: flag(replaces),
    kmsKeyId: text(replaces),
    throughputMode: text({ oneOf: ["bursting", "provisioned", "elastic"] }),
    lifecyclePolicies: set(
      object({
        transitionToIa: text({ oneOf: after }),
        transitionToPrimaryStorageClass: text({ oneOf: ["AFTER_1_ACCESS"] }),
      }),
      { max: 3 },
    ),
    tags: tags(),
  },
  async create(inputs) {
    const made = await clients.efs().createFileSystem({
      CreationToken: `terraform-${randomBytes(12).toString("hex")}`,
      Encrypted: inputs.encrypted,
      KmsKeyId: inputs.kmsKeyId,
      ThroughputMode: inputs.throughputMode,
      Tags: keyValues(inputs.tags),
    });
    const id = made.FileSystemId!;
    await putLifecycle(id, inputs);
    return { id, outputs: { arn: made.FileSystemArn } };
  },
  exists: (id) => found(clients.efs().describeFileSystems({ FileSystemId: id })),
  delete: (id) => gone(clients.efs().deleteFileSystem({ FileSystemId: id })),
});

async function arnOf(FileSystemId: string): Promise<string | undefined> {
  const { FileSystems: [found] = [] } = await clients.efs().describeFileSystems({ FileSystemId });
  return found?.FileSystemArn;
}

async function putLifecycle(FileSystemId: string, { lifecyclePolicies = [] }: Plain) {
  await clients.efs().putLifecycleConfiguration({
    FileSystemId,
    LifecyclePolicies: lifecyclePolicies.map((policy: Plain) => ({
      TransitionToIA: policy.transitionToIa,
      TransitionToPrimaryStorageClass: policy.transitionToPrimaryStorageClass,
    })),
  });
}

const userId = number({ ...required, min: 0, max: 4294967295 });

const accessPoint = resource<pulumiEfs.AccessPointArgs>({
  inputs: {
    fileSystemId: text(fixed),
    posixUser: object({ uid: userId, gid: userId }, replaces),
    rootDirectory: object(
      {
        path: text({ max: 100, pattern: /^\// }),
        creationInfo: object({
          ownerUid: userId,
          ownerGid: userId,
          permissions: text({ ...required, pattern: /^[0-7]{3,4}$/ }),
        }),
      },
      replaces,
    ),
    tags: tags(),
  },
  async create(inputs) {
    const made = await clients.efs().createAccessPoint({
      ClientToken: randomBytes(12).toString("hex"),
      FileSystemId: inputs.fileSystemId,
      PosixUser: pascal(inputs.posixUser),
      RootDirectory: pascal(inputs.rootDirectory),
      Tags: keyValues(inputs.tags),
    });
    const fileSystemArn = await arnOf(inputs.fileSystemId);
    return { id: made.AccessPointId!, outputs: { arn: made.AccessPointArn, fileSystemArn } };
  },
  exists: (id) => found(clients.efs().describeAccessPoints({ AccessPointId: id })),
  delete: (id) => gone(clients.efs().deleteAccessPoint({ AccessPointId: id })),
});

const mountTarget = resource<pulumiEfs.MountTargetArgs>({
  inputs: {
    fileSystemId: text(fixed),
    subnetId: text(fixed),
    securityGroups: set(text(), { max: 5 }),
  },
  // A file system has one for each zone.
  deleteFirst: true,
  async create(inputs) {
    const made = await clients.efs().createMountTarget({
      FileSystemId: inputs.fileSystemId,
      SubnetId: inputs.subnetId,
      SecurityGroups: inputs.securityGroups,
    });
    return { id: made.MountTargetId! };
  },
  exists: (id) => found(clients.efs().describeMountTargets({ MountTargetId: id })),
  delete: (id) => gone(clients.efs().deleteMountTarget({ MountTargetId: id })),
});

const fileSystemPolicy = resource<pulumiEfs.FileSystemPolicyArgs>({
  inputs: {
    fileSystemId: text(fixed),
    policy: json({ ...required, max: 20000 }),
  },
  check: ({ policy }) => checkPolicy(policy, "policy", true),
  async create(inputs) {
    const { fileSystemId: FileSystemId, policy: Policy } = inputs;
    await clients.efs().putFileSystemPolicy({ FileSystemId, Policy });
    return { id: FileSystemId };
  },
  async exists(id) {
    // Asked for the policy of a file system that is gone, the server fails.
    const there = await found(clients.efs().describeFileSystems({ FileSystemId: id }));
    return there && found(clients.efs().describeFileSystemPolicy({ FileSystemId: id }));
  },
  // The server has no call for it: the policy goes with its file system.
  delete: async () => {},
});

/** The server has no call for it: only the inputs and the file system are checked. */
const backupPolicy = resource<pulumiEfs.BackupPolicyArgs>({
  inputs: {
    fileSystemId: text(fixed),
    backupPolicy: object(
      { status: text({ ...required, oneOf: ["ENABLED", "DISABLED"] }) },
      required,
    ),
  },
  create: async (inputs) => ({ id: inputs.fileSystemId }),
  exists: (id) => fileSystem.exists(id, {}),
  delete: async () => {},
});

export default {
  resources: {
    "aws:efs/fileSystem:FileSystem": fileSystem,
    "aws:efs/accessPoint:AccessPoint": accessPoint,
    "aws:efs/mountTarget:MountTarget": mountTarget,
    "aws:efs/fileSystemPolicy:FileSystemPolicy": fileSystemPolicy,
    "aws:efs/backupPolicy:BackupPolicy": backupPolicy,
  },
} satisfies Service;
