import * as ec2 from "@pulumi/aws/ec2";
import * as efs from "@pulumi/aws/efs";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import { jupyter } from "@tf-model-serving/core/internal/serving/notebook/jupyter";
import { tagsFor } from "../tags";
import { ResolvedEcsNotebookArgs } from "./ecsNotebookArgs";

const owner = { uid: jupyter.uid, gid: jupyter.gid };
const nfsPort = 2049;

/** Where a notebook's files are. */
export interface NotebookFileSystem {
  fileSystem: efs.FileSystem;
  accessPoint: efs.AccessPoint;
  /** What has to be there before the files can be mounted. */
  ready: pulumi.Resource[];
}

/**
 * An encrypted file system with backups, that only the notebook reaches, over TLS and as one user.
 *
 * In network mode awsvpc ECS mounts in the task's own network, so it is the notebook's security group
 * that is let in, and not that of the instances.
 */
export function createFileSystem(
  name: string,
  args: ResolvedEcsNotebookArgs,
  notebookGroup: ec2.SecurityGroup,
  parent: pulumi.Resource,
): NotebookFileSystem {
  const tags = tagsFor("notebook-files", args.tags);
  const kept = { parent, retainOnDelete: args.retainOnDestroy };
  const fileSystem = new efs.FileSystem(
    name,
    {
      encrypted: true,
      kmsKeyId: args.kmsKeyArn,
      throughputMode: "elastic",
      lifecyclePolicies: [
        { transitionToIa: "AFTER_30_DAYS" },
        { transitionToPrimaryStorageClass: "AFTER_1_ACCESS" },
      ],
      tags,
    },
    kept,
  );
  new efs.BackupPolicy(
    name,
    { fileSystemId: fileSystem.id, backupPolicy: { status: "ENABLED" } },
    kept,
  );
  const policy = new efs.FileSystemPolicy(
    name,
    {
      fileSystemId: fileSystem.id,
      policy: fileSystem.arn.apply((arn) => JSON.stringify(fileSystemPolicy(arn))),
    },
    kept,
  );
  const accessPoint = new efs.AccessPoint(
    name,
    {
      fileSystemId: fileSystem.id,
      posixUser: owner,
      rootDirectory: {
        path: "/notebooks",
        creationInfo: { ownerUid: owner.uid, ownerGid: owner.gid, permissions: "0750" },
      },
      tags,
    },
    kept,
  );
  const group = createFilesGroup(name, args, notebookGroup, parent);
  const mountTargets = args.subnetIds.map(
    (subnetId, index) =>
      new efs.MountTarget(
        `${name}-${typeof subnetId === "string" ? subnetId : index}`,
        { fileSystemId: fileSystem.id, subnetId, securityGroups: [group.id] },
        // A zone has room for one of them only.
        { parent, deleteBeforeReplace: true },
      ),
  );
  return { fileSystem, accessPoint, ready: [...mountTargets, policy] };
}

/** Lets the notebook in, and nobody else, to read and write files. */
function createFilesGroup(
  name: string,
  args: ResolvedEcsNotebookArgs,
  notebookGroup: ec2.SecurityGroup,
  parent: pulumi.Resource,
): ec2.SecurityGroup {
  const tags = tagsFor("notebook-files", args.tags);
  const group = new ec2.SecurityGroup(
    `${name}-files`,
    { description: "Files of a notebook", vpcId: args.vpcId, tags },
    { parent },
  );
  const nfs = { ipProtocol: "tcp", fromPort: nfsPort, toPort: nfsPort, tags };
  new vpc.SecurityGroupIngressRule(
    `${name}-files`,
    { securityGroupId: group.id, referencedSecurityGroupId: notebookGroup.id, ...nfs },
    { parent },
  );
  new vpc.SecurityGroupEgressRule(
    `${name}-to-files`,
    { securityGroupId: notebookGroup.id, referencedSecurityGroupId: group.id, ...nfs },
    { parent },
  );
  return group;
}

/**
 * With any policy in effect nobody is let in without IAM; this one refuses clear text on top. What
 * the notebook may do is in its role, for a role that is named here and created anew would be locked
 * out.
 *
 * @see https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
 */
function fileSystemPolicy(fileSystemArn: string): object {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "NothingWithoutTls",
        Effect: "Deny",
        Principal: { AWS: "*" },
        Action: [
          "elasticfilesystem:ClientMount",
          "elasticfilesystem:ClientWrite",
          "elasticfilesystem:ClientRootAccess",
        ],
        Resource: fileSystemArn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  };
}
