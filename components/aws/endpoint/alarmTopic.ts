import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getPartitionOutput } from "@pulumi/aws/getPartition";
import * as kms from "@pulumi/aws/kms";
import * as sns from "@pulumi/aws/sns";
import * as pulumi from "@pulumi/pulumi";
import { ResolvedAlbEndpointArgs } from "./albEndpointArgs";
import { parseArn } from "../arn";
import { tagsFor } from "../tags";

/**
 * The topic that alarms go to: the given one, or one of its own, encrypted with a key of its own,
 * since CloudWatch may not use the key that AWS manages for SNS.
 *
 * @returns the topic's ARN, once CloudWatch may publish to it
 * @see https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns
 */
export function createAlarmTopic(
  name: string,
  args: ResolvedAlbEndpointArgs,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  if (args.alarmTopicArn !== undefined) {
    return pulumi.output(args.alarmTopicArn);
  }
  const tags = tagsFor("alarms", args.tags);
  const { accountId } = getCallerIdentityOutput({}, { parent });
  const { partition } = getPartitionOutput({}, { parent });
  const key = new kms.Key(
    `${name}-alarms`,
    {
      description: `Alarms of ${name}`,
      enableKeyRotation: true,
      policy: pulumi
        .all([partition, accountId])
        .apply(([part, account]) => JSON.stringify(alarmKeyPolicy(part, account))),
      tags,
    },
    { parent },
  );
  const topic = new sns.Topic(`${name}-alarms`, { kmsMasterKeyId: key.arn, tags }, { parent });
  const policy = new sns.TopicPolicy(
    `${name}-alarms`,
    {
      arn: topic.arn,
      policy: topic.arn.apply((arn) => JSON.stringify(alarmTopicPolicy(arn))),
    },
    { parent },
  );
  for (const email of args.alarmEmails) {
    new sns.TopicSubscription(
      `${name}-alarms-${email}`,
      { topic: topic.arn, protocol: "email", endpoint: email },
      { parent },
    );
  }
  return policy.arn;
}

/**
 * The account's administrators rule the key, and CloudWatch's alarms may use it, in the words of AWS.
 *
 * The resource of a key policy is this key, and AWS wants it written as a wildcard.
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
function alarmKeyPolicy(partition: string, account: string): object {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AccountRulesItsKey",
        Effect: "Allow",
        Principal: { AWS: `arn:${partition}:iam::${account}:root` },
        Action: "kms:*",
        Resource: "*",
      },
      {
        Sid: "AlarmsUseIt",
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
        Resource: "*",
        Condition: { StringEquals: { "aws:SourceAccount": account } },
      },
    ],
  };
}

/** Alarms of the topic's account and region may publish, over TLS only. */
function alarmTopicPolicy(topicArn: string): object {
  const { partition, region, account } = parseArn(topicArn);
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "AlarmsPublish",
        Effect: "Allow",
        Principal: { Service: "cloudwatch.amazonaws.com" },
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: {
          StringEquals: { "aws:SourceAccount": account },
          ArnLike: { "aws:SourceArn": `arn:${partition}:cloudwatch:${region}:${account}:alarm:*` },
        },
      },
      {
        Sid: "NothingWithoutTls",
        Effect: "Deny",
        Principal: "*",
        Action: "sns:Publish",
        Resource: topicArn,
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  };
}
