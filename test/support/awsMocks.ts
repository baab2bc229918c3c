import { familyAnswer, instanceTypeAnswer } from "./instanceTypes";
import type { Answer } from "./mocks";

/** The account and region in which mocked resources of AWS are. */
export const account = "123456789012";
export const region = "eu-central-1";

/** What functions of the AWS provider answer under mocks; undefined for any that no test expects. */
export function awsAnswer(token: string): Answer | undefined {
  const answers: Record<string, Answer> = {
    "aws:ec2/getInstanceType:getInstanceType": instanceTypeAnswer,
    "aws:ec2/getInstanceTypes:getInstanceTypes": familyAnswer,
    // Any subnet is in a zone that offers any type, unless a test says otherwise.
    "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": {
      locations: [`${region}a`, `${region}b`, `${region}c`],
    },
    "aws:ec2/getSubnet:getSubnet": { availabilityZone: `${region}a` },
    "aws:index/getCallerIdentity:getCallerIdentity": { accountId: account },
    "aws:index/getPartition:getPartition": {
      partition: "aws",
      reverseDnsPrefix: "com.amazonaws",
    },
    "aws:index/getRegion:getRegion": { region },
  };
  return answers[token];
}

/** ARN that the mocks give a resource, such as `arn:aws:sns:eu-central-1:123456789012:topic/NAME`. */
export function awsArn(service: string, kind: string, name: string): string {
  return `arn:aws:${service}:${region}:${account}:${kind}/${name}`;
}

/** What AWS would make up for a resource; nothing for those of other providers. */
export function awsComputed(
  type: string,
  name: string,
  inputs: Record<string, unknown>,
): Record<string, unknown> {
  const match = /^aws:(\w+)\/(\w+):/.exec(type);
  if (!match) {
    return {};
  }
  const [, service, kind] = match;
  const special: Record<string, Record<string, unknown>> = {
    "aws:ecr/repository:Repository": {
      registryId: account,
      repositoryUrl: `${account}.dkr.ecr.${region}.amazonaws.com/${String(inputs.name ?? `${name}-1a2b3c4`)}`,
    },
    "aws:ec2/eip:Eip": { allocationId: `eipalloc-of-${name}`, publicIp: "203.0.113.7" },
    "aws:efs/accessPoint:AccessPoint": { fileSystemArn: awsArn("efs", "fileSystem", name) },
    "aws:ec2/instance:Instance": { privateIp: "10.0.0.7" },
    "aws:ec2/keyPair:KeyPair": { keyName: `${name}-1a2b3c4` },
    "aws:ec2/launchTemplate:LaunchTemplate": { latestVersion: 3 },
    "aws:lb/loadBalancer:LoadBalancer": {
      arnSuffix: `app/${name}/0123456789abcdef`,
      dnsName: `${name}.${region}.elb.amazonaws.com`,
      zoneId: "Z215JYRZR1TBD5",
    },
    "aws:lb/targetGroup:TargetGroup": { arnSuffix: `targetgroup/${name}/0123456789abcdef` },
    "aws:s3/bucket:Bucket": { bucket: `${name}-1a2b3c4`, arn: `arn:aws:s3:::${name}-1a2b3c4` },
    "aws:secretsmanager/secretVersion:SecretVersion": { versionId: `version-of-${name}` },
  };
  return {
    arn: inputs.arn ?? awsArn(service, kind, name),
    name: inputs.name ?? `${name}-1a2b3c4`,
    ...special[type],
  };
}
