import * as efs from "@pulumi/aws/efs";
import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { awsName } from "../ecs/awsName";
import { execPolicy, trustPolicy } from "../ecs/serviceRoles";
import { tagsFor } from "../ecs/tags";
import { ResolvedEcsNotebookArgs } from "./ecsNotebookArgs";

/** Longest name of a role, less Pulumi's own suffix. */
const roleNameLength = 64 - 8;

/** The roles of a notebook's task. */
export interface NotebookRoles {
  /** What ECS may do to start it: read the token, write the log, pull the image. */
  executionRoleArn: pulumi.Output<string>;
  /** What the notebook, and whoever works in it, may do: use its files and be reached. */
  taskRoleArn: pulumi.Output<string>;
  /** What has to be there before it starts. */
  policies: iam.RolePolicy[];
}

/** Creates both roles. */
export function createNotebookRoles(
  name: string,
  args: ResolvedEcsNotebookArgs,
  needs: {
    secretArn: pulumi.Input<string>;
    logGroupArn: pulumi.Input<string>;
    accessPoint: efs.AccessPoint;
  },
  parent: pulumi.Resource,
): NotebookRoles {
  const assumeRolePolicy = pulumi.output(args.clusterArn).apply(trustPolicy);
  const role = (part: string, description: string) =>
    new iam.Role(
      awsName([name, part], roleNameLength),
      { description, assumeRolePolicy, tags: tagsFor(`notebook-${part}`, args.tags) },
      { parent },
    );
  const policy = (part: string, of: iam.Role, document: pulumi.Input<string>) =>
    new iam.RolePolicy(`${name}-${part}`, { role: of.name, policy: document }, { parent });
  const execution = role("execution-role", "Starts a notebook: reads its token, writes its log");
  const task = role("task-role", "A notebook: uses its files and is reached by a tunnel");
  const { secretArn, logGroupArn, accessPoint } = needs;
  const { repositoryArn, kmsKeyArn } = args;
  return {
    executionRoleArn: execution.arn,
    taskRoleArn: task.arn,
    policies: [
      policy(
        "execution-policy",
        execution,
        pulumi.output({ secretArn, logGroupArn, repositoryArn, kmsKeyArn }).apply(executionPolicy),
      ),
      policy(
        "files-policy",
        task,
        pulumi
          .all([accessPoint.fileSystemArn, accessPoint.arn])
          .apply(([fileSystemArn, accessPointArn]) => filesPolicy(fileSystemArn, accessPointArn)),
      ),
      policy("tunnel-policy", task, execPolicy()),
    ],
  };
}

/** What ECS needs to start this notebook and no other task. */
export function executionPolicy(arns: {
  secretArn: string;
  logGroupArn: string;
  repositoryArn?: string;
  kmsKeyArn?: string;
}): string {
  return document(
    {
      Sid: "ReadThisToken",
      Effect: "Allow",
      Action: "secretsmanager:GetSecretValue",
      Resource: arns.secretArn,
    },
    {
      Sid: "WriteThisLog",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: `${arns.logGroupArn.replace(/:\*$/, "")}:log-stream:*`,
    },
    ...(arns.kmsKeyArn === undefined ? [] : [decryptToken(arns.kmsKeyArn)]),
    ...(arns.repositoryArn === undefined ? [] : pullImage(arns.repositoryArn)),
  );
}

function decryptToken(kmsKeyArn: string): object {
  return { Sid: "DecryptThisToken", Effect: "Allow", Action: "kms:Decrypt", Resource: kmsKeyArn };
}

function pullImage(repositoryArn: string): object[] {
  return [
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
  ];
}

/** Reading and writing through one access point; nobody is root there. */
export function filesPolicy(fileSystemArn: string, accessPointArn: string): string {
  return document({
    Sid: "UseTheseFiles",
    Effect: "Allow",
    Action: ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
    Resource: fileSystemArn,
    Condition: { StringEquals: { "elasticfilesystem:AccessPointArn": accessPointArn } },
  });
}

function document(...statements: object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
