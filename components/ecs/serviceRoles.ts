import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { parseArn } from "./arn";
import { awsName } from "./awsName";
import { ResolvedEcsArgs } from "./ecsModelServiceArgs";
import { tagsFor } from "./tags";

/** Longest name of a role that leaves room for Pulumi's random suffix. */
const roleName = 64 - 8;

/** The roles of a replica's task. */
export interface ServiceRoles {
  /** What ECS may do to start a task: pull the image and write its log. */
  executionRoleArn: pulumi.Output<string>;
  /** What the model server itself may do: nothing, or be reached by ECS Exec. */
  taskRoleArn: pulumi.Output<string>;
  /** What has to be there before a task starts. */
  policies: iam.RolePolicy[];
}

/** Creates both roles; ECS tasks of the cluster's own account and region can take them, nobody else. */
export function createServiceRoles(
  name: string,
  args: ResolvedEcsArgs,
  logGroupArn: pulumi.Input<string>,
  parent: pulumi.Resource,
): ServiceRoles {
  const assumeRolePolicy = pulumi.output(args.clusterArn).apply(trustPolicy);
  const role = (part: string, description: string) =>
    new iam.Role(
      awsName([name, part], roleName),
      { description, assumeRolePolicy, tags: tagsFor(part, args.tags) },
      { parent },
    );
  const execution = role("execution-role", "Starts the replicas: pulls the image, writes the log");
  const task = role("task-role", "The replicas themselves: no permissions");
  const policy = (part: string, of: iam.Role, document: pulumi.Input<string>) =>
    new iam.RolePolicy(`${name}-${part}`, { role: of.name, policy: document }, { parent });
  return {
    executionRoleArn: execution.arn,
    taskRoleArn: task.arn,
    policies: [
      policy(
        "execution-policy",
        execution,
        pulumi
          .all([args.repositoryArn, logGroupArn])
          .apply(([repository, logGroup]) => executionPolicy(repository, logGroup)),
      ),
      ...(args.enableExec ? [policy("exec-policy", task, execPolicy())] : []),
    ],
  };
}

/**
 * Who may take the roles.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 */
export function trustPolicy(clusterArn: string): string {
  const { partition, region, account } = parseArn(clusterArn);
  return document({
    Effect: "Allow",
    Principal: { Service: "ecs-tasks.amazonaws.com" },
    Action: "sts:AssumeRole",
    Condition: {
      StringEquals: { "aws:SourceAccount": account },
      ArnLike: { "aws:SourceArn": `arn:${partition}:ecs:${region}:${account}:*` },
    },
  });
}

/** What ECS needs for one repository and one log group, and no other. */
export function executionPolicy(repositoryArn: string, logGroupArn: string): string {
  return document(
    {
      Sid: "PullThisImage",
      Effect: "Allow",
      Action: [
        "ecr:BatchCheckLayerAvailability",
        "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer",
      ],
      Resource: repositoryArn,
    },
    {
      // A login is for the whole registry, so AWS knows no resource for it:
      // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
      Sid: "LogInToTheRegistry",
      Effect: "Allow",
      Action: "ecr:GetAuthorizationToken",
      Resource: "*",
    },
    {
      Sid: "WriteThisLog",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: `${logGroupArn.replace(/:\*$/, "")}:log-stream:*`,
    },
  );
}

/** What ECS Exec's agent in the container needs. */
export function execPolicy(): string {
  return document({
    // Channels have no name before they are opened, so AWS knows no resource for them:
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    Sid: "OpenExecChannels",
    Effect: "Allow",
    Action: [
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ],
    Resource: "*",
  });
}

function document(...statements: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
