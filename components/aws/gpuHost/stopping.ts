import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ec2 from "@pulumi/aws/ec2";
import * as iam from "@pulumi/aws/iam";
import * as scheduler from "@pulumi/aws/scheduler";
import * as pulumi from "@pulumi/pulumi";
import { parseArn } from "../arn";
import { awsName } from "../awsName";
import { InstanceTypesAnswer, lookUpInstanceTypes } from "../instances/instanceTypes";
import { policyDocument } from "../policyDocument";
import { tagsFor } from "../tags";
import { ResolvedGpuHostArgs } from "./gpuHostArgs";

/** AWS's limit for names of schedules and roles, less Pulumi's random suffix. */
const longestName = 64 - 8;
const metricSeconds = 300;

/** Stops and starts the instance at the times that the arguments name. */
export function scheduleStops(
  name: string,
  args: ResolvedGpuHostArgs,
  instance: ec2.Instance,
  parent: pulumi.Resource,
): void {
  const schedules = [
    { action: "stop", expression: args.stopSchedule },
    { action: "start", expression: args.startSchedule },
  ].filter(({ expression }) => expression !== undefined);
  if (schedules.length === 0) {
    return;
  }
  const actions = schedules.map(({ action }) => `ec2:${capitalized(action)}Instances`);
  const role = createScheduleRole(name, args, instance, actions, parent);
  for (const { action, expression } of schedules) {
    new scheduler.Schedule(
      awsName([name, action], longestName),
      {
        description: `${capitalized(action)}s the GPU host ${name}`,
        scheduleExpression: expression!,
        scheduleExpressionTimezone: args.scheduleTimezone,
        flexibleTimeWindow: { mode: "OFF" },
        target: {
          arn: instance.arn.apply(
            (arn) => `arn:${parseArn(arn).partition}:scheduler:::aws-sdk:ec2:${action}Instances`,
          ),
          roleArn: role.arn,
          input: instance.id.apply((id) => JSON.stringify({ InstanceIds: [id] })),
        },
      },
      { parent },
    );
  }
}

/**
 * The scheduler's role: the scheduled actions, on this instance only, and what starting it needs of
 * the volumes' key.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
 */
function createScheduleRole(
  name: string,
  args: ResolvedGpuHostArgs,
  instance: ec2.Instance,
  actions: string[],
  parent: pulumi.Resource,
): iam.Role {
  const role = new iam.Role(
    awsName([name, "schedule"], longestName),
    {
      description: "Stops and starts a GPU host",
      assumeRolePolicy: instance.arn.apply((arn) =>
        JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "scheduler.amazonaws.com" },
              Action: "sts:AssumeRole",
              Condition: { StringEquals: { "aws:SourceAccount": parseArn(arn).account } },
            },
          ],
        }),
      ),
      tags: tagsFor("gpu-host", args.tags),
    },
    { parent },
  );
  new iam.RolePolicy(
    `${name}-schedule`,
    {
      role: role.name,
      policy: pulumi
        .all([instance.arn, args.kmsKeyArn])
        .apply(([arn, keyArn]) =>
          policyDocument(
            { Effect: "Allow", Action: actions, Resource: arn },
            ...(args.startSchedule !== undefined && keyArn !== undefined
              ? decryptVolumes(keyArn, parseArn(arn).region)
              : []),
          ),
        ),
    },
    { parent },
  );
  return role;
}

/**
 * Statements that let EC2 attach volumes of a customer's key for whoever starts the instance; without
 * them the start succeeds, and the instance stops at once.
 *
 * @see https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption-requirements.html#ebs-encryption-permissions
 */
function decryptVolumes(keyArn: string, region: string): object[] {
  // The domain is another one in China.
  const viaEc2 = { "kms:ViaService": `ec2.${region}.*` };
  return [
    {
      Effect: "Allow",
      Action: [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
      ],
      Resource: keyArn,
      Condition: { StringLike: viaEc2 },
    },
    {
      Effect: "Allow",
      Action: "kms:CreateGrant",
      Resource: keyArn,
      Condition: { StringLike: viaEc2, Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ];
}

/**
 * An alarm that stops the instance once it is idle. Minutes without measurements do not count, so
 * that an instance that was started again has its full time.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/UsingAlarmActions.html
 */
export function stopWhenIdle(
  name: string,
  args: ResolvedGpuHostArgs,
  instance: ec2.Instance,
  parent: pulumi.Resource,
): void {
  if (args.idleStopMinutes === undefined) {
    return;
  }
  const answer = pulumi.output(lookUpInstanceTypes([args.instanceType], { parent }));
  new cloudwatch.MetricAlarm(
    `${name}-idle`,
    {
      alarmDescription: `Stops the GPU host ${name} after ${args.idleStopMinutes} idle minutes`,
      namespace: "AWS/EC2",
      metricName: "CPUUtilization",
      dimensions: { InstanceId: instance.id },
      statistic: "Average",
      period: metricSeconds,
      evaluationPeriods: (args.idleStopMinutes * 60) / metricSeconds,
      comparisonOperator: "LessThanThreshold",
      threshold: answer.apply((known) => idlePercent(args, known)),
      treatMissingData: "notBreaching",
      alarmActions: [
        instance.arn.apply((arn) => {
          const { partition, region } = parseArn(arn);
          return `arn:${partition}:automate:${region}:ec2:stop`;
        }),
      ],
      tags: tagsFor("gpu-host", args.tags),
    },
    { parent },
  );
}

/** Share of the instance's CPUs below which it is idle, in percent. */
export function idlePercent(
  { instanceType, idleVcpus }: ResolvedGpuHostArgs,
  { types, problems, warnings }: InstanceTypesAnswer,
): number {
  const vcpus = types[instanceType]?.vcpus;
  if (vcpus === undefined) {
    const said = problems.map(({ propertyPath, reason }) => `${propertyPath} ${reason}`);
    throw new pulumi.RunError(
      `idleStopMinutes needs the number of vCPUs of ${instanceType}: ${[...said, ...warnings].join()}`,
    );
  }
  if (idleVcpus >= vcpus) {
    throw new pulumi.RunError(
      `idleVcpus is ${idleVcpus}: use more than 0 and less than the instance's vCPUs (${vcpus})`,
    );
  }
  return (idleVcpus / vcpus) * 100;
}

function capitalized(word: string): string {
  return word[0].toUpperCase() + word.slice(1);
}
