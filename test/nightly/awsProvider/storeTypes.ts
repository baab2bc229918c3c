import type { Machines } from "./machineTypes";
import { type Made, policyOf, type Step } from "./testProvider";

/** What other types name of these. */
export interface Stores {
  logs: Made;
  token: Made;
  files: Made;
  access: Made;
  bucket: Made;
  topic: Made;
}

/** Logs, secrets, files, buckets and topics. */
export async function* storeTypes(machines: Machines): AsyncGenerator<Step, Stores, Made> {
  const { subnetIds, group, roleArn } = machines;
  const logs = yield [
    "aws:cloudwatch/logGroup:LogGroup",
    { retentionInDays: 30 },
    { retentionInDays: 7 },
  ];
  const token = yield ["aws:secretsmanager/secret:Secret", { recoveryWindowInDays: 0 }];
  yield [
    "aws:secretsmanager/secretVersion:SecretVersion",
    { secretId: token.id, secretString: "x" },
  ];
  const files = yield [
    "aws:efs/fileSystem:FileSystem",
    { encrypted: true, throughputMode: "elastic" },
  ];
  const access = yield [
    "aws:efs/accessPoint:AccessPoint",
    {
      fileSystemId: files.id,
      posixUser: { uid: 1000, gid: 100 },
      rootDirectory: {
        path: "/work",
        creationInfo: { ownerUid: 1000, ownerGid: 100, permissions: "0755" },
      },
    },
  ];
  yield [
    "aws:efs/mountTarget:MountTarget",
    { fileSystemId: files.id, subnetId: subnetIds[0], securityGroups: [group.id] },
  ];
  yield [
    "aws:efs/fileSystemPolicy:FileSystemPolicy",
    {
      fileSystemId: files.id,
      policy: policyOf({ AWS: roleArn }, "elasticfilesystem:ClientMount", files.state.arn),
    },
  ];
  yield [
    "aws:efs/backupPolicy:BackupPolicy",
    { fileSystemId: files.id, backupPolicy: { status: "ENABLED" } },
  ];
  const bucket = yield ["aws:s3/bucket:Bucket", { forceDestroy: true, tags: { a: "b" } }];
  yield [
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    { bucket: bucket.id, rule: { objectOwnership: "BucketOwnerEnforced" } },
  ];
  yield [
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    { bucket: bucket.id, blockPublicAcls: true },
  ];
  yield [
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    {
      bucket: bucket.id,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
    },
  ];
  yield [
    "aws:s3/bucketVersioning:BucketVersioning",
    { bucket: bucket.id, versioningConfiguration: { status: "Enabled" } },
  ];
  yield [
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    { bucket: bucket.id, rules: [{ id: "expire", status: "Enabled", expiration: { days: 90 } }] },
  ];
  yield [
    "aws:s3/bucketPolicy:BucketPolicy",
    {
      bucket: bucket.id,
      policy: policyOf(
        { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        "s3:PutObject",
        `${bucket.state.arn}/*`,
      ),
    },
  ];
  const topic = yield [
    "aws:sns/topic:Topic",
    { kmsMasterKeyId: "alias/aws/sns" },
    { displayName: "alarms" },
  ];
  yield [
    "aws:sns/topicSubscription:TopicSubscription",
    { topic: topic.id, protocol: "email", endpoint: "a@example.org" },
  ];
  yield [
    "aws:sns/topicPolicy:TopicPolicy",
    {
      arn: topic.id,
      policy: policyOf({ Service: "cloudwatch.amazonaws.com" }, "sns:Publish", topic.id),
    },
  ];
  return { logs, token, files, access, bucket, topic };
}
