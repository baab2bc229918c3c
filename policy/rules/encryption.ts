import { type Finding, isOff, listOf, type Resource, type ResourceRule, unknown } from "../rule";

type Props = Resource["props"];
interface Config {
  customerKeys?: boolean;
}

/** What AWS keeps or sends in clear text unless it is told otherwise, by type. */
const checks: Record<string, (props: Props) => Finding[]> = {
  "aws:ebs/volume:Volume": ({ encrypted }) => disk(undefined, "encrypted", encrypted),
  "aws:ec2/launchTemplate:LaunchTemplate": ({ blockDeviceMappings }) =>
    listOf(blockDeviceMappings)
      .filter(({ ebs }) => ebs && ebs !== unknown)
      .flatMap(({ deviceName, ebs }) => disk(deviceName, "ebs.encrypted", ebs.encrypted)),
  "aws:ec2/instance:Instance": ({ rootBlockDevice, ebsBlockDevices }) => [
    ...(rootBlockDevice === unknown
      ? []
      : disk("the root volume", "rootBlockDevice.encrypted", rootBlockDevice?.encrypted)),
    ...listOf(ebsBlockDevices).flatMap(({ deviceName, encrypted }) =>
      disk(deviceName, "encrypted", encrypted),
    ),
  ],
  "aws:efs/fileSystem:FileSystem": ({ encrypted }) => disk(undefined, "encrypted", encrypted),
  "aws:ecs/taskDefinition:TaskDefinition": ({ volumes }) =>
    listOf(volumes)
      .filter(({ efsVolumeConfiguration }) => efsVolumeConfiguration)
      .filter(({ efsVolumeConfiguration: { transitEncryption } }) =>
        [undefined, "DISABLED"].includes(transitEncryption),
      )
      .map(({ name }) => ({
        part: `volume ${String(name)}`,
        wrong: "speaks to its file system in clear text",
        fix: "Set efsVolumeConfiguration.transitEncryption: ENABLED",
      })),
  "aws:sns/topic:Topic": ({ kmsMasterKeyId }) =>
    kmsMasterKeyId ? [] : [{ wrong: "is not encrypted", fix: "Set kmsMasterKeyId" }],
  "aws:lb/listener:Listener": plainListener,
  "aws:alb/listener:Listener": plainListener,
};

/** Where AWS encrypts with a key of its own, unless it is given one: the property that gives it. */
const keys: Record<string, [property: string, has: (props: Props) => unknown]> = {
  "aws:ebs/volume:Volume": ["kmsKeyId", ({ kmsKeyId }) => kmsKeyId],
  "aws:efs/fileSystem:FileSystem": ["kmsKeyId", ({ kmsKeyId }) => kmsKeyId],
  "aws:secretsmanager/secret:Secret": ["kmsKeyId", ({ kmsKeyId }) => kmsKeyId],
  "aws:cloudwatch/logGroup:LogGroup": ["kmsKeyId", ({ kmsKeyId }) => kmsKeyId],
  "aws:ecr/repository:Repository": [
    "encryptionConfigurations[0].kmsKey",
    ({ encryptionConfigurations }) => listOf(encryptionConfigurations)[0]?.kmsKey,
  ],
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": [
    "rules[0].applyServerSideEncryptionByDefault.kmsMasterKeyId",
    ({ rules }) => listOf(rules)[0]?.applyServerSideEncryptionByDefault?.kmsMasterKeyId,
  ],
};

/**
 * ECR, S3 and CloudWatch logs are always encrypted, with AWS's keys; `customerKeys` demands a key of the
 * team's own there and on disks.
 */
export const encryption: ResourceRule<Config> = {
  name: "encryption",
  description: "Data is encrypted where it lies, and load balancers speak HTTPS.",
  level: "mandatory",
  config: {
    customerKeys: {
      type: "boolean",
      description: "whether disks, images, logs, buckets and secrets need a KMS key of your own",
      default: false,
    },
  },
  check: ({ type, props }, { customerKeys }) => {
    const found = checks[type]?.(props) ?? [];
    const [property, has] = keys[type] ?? [];
    return customerKeys && has && !has(props)
      ? [...found, { wrong: "is encrypted with a key of AWS", fix: `Set ${property}` }]
      : found;
  },
};

function disk(name: string | undefined, property: string, encrypted: unknown): Finding[] {
  return isOff(encrypted)
    ? [{ part: name, wrong: "is not encrypted", fix: `Set ${property}: true` }]
    : [];
}

function plainListener({ protocol, certificateArn, defaultActions }: Props): Finding[] {
  const isPlain = protocol === "HTTP" || (protocol === undefined && !certificateArn);
  const actions = listOf(defaultActions);
  const redirects =
    actions.length > 0 && actions.every((one) => one.redirect?.protocol === "HTTPS");
  return isPlain && !redirects
    ? [
        {
          wrong: "takes requests in clear text, over HTTP",
          fix:
            "Set protocol: HTTPS with a certificateArn, or redirect to HTTPS, or write the reason " +
            "below encryption.reasons",
        },
      ]
    : [];
}
