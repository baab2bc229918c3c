import * as efs from "@pulumi/aws/efs";
import * as pulumi from "@pulumi/pulumi";
import { openExecChannels, policyDocument, pullImage, writeLog } from "../policyDocument";
import { createTaskRoles, TaskRoles } from "../service/taskRoles";
import { ResolvedEcsNotebookArgs } from "./ecsNotebookArgs";

/** Creates the roles of a notebook's task; whoever works in it has the task role's permissions. */
export function createNotebookRoles(
  name: string,
  args: ResolvedEcsNotebookArgs,
  needs: {
    secretArn: pulumi.Input<string>;
    logGroupArn: pulumi.Input<string>;
    accessPoint: efs.AccessPoint;
  },
  parent: pulumi.Resource,
): TaskRoles {
  const { secretArn, logGroupArn, accessPoint } = needs;
  const { repositoryArn, kmsKeyArn } = args;
  const needed = pulumi
    .output({ secretArn, logGroupArn, repositoryArn, kmsKeyArn })
    .apply(notebookExecutionPolicy);
  const files = pulumi
    .all([accessPoint.fileSystemArn, accessPoint.arn])
    .apply(([fileSystemArn, accessPointArn]) => filesPolicy(fileSystemArn, accessPointArn));
  return createTaskRoles(
    name,
    args,
    {
      execution: {
        description: "Starts a notebook: reads its token, writes its log",
        component: "notebook-execution-role",
        policies: { "execution-policy": needed },
      },
      task: {
        description: "A notebook: uses its files and is reached by a tunnel",
        component: "notebook-task-role",
        policies: { "files-policy": files, "tunnel-policy": policyDocument(openExecChannels()) },
      },
    },
    parent,
  );
}

/** What ECS needs to start this notebook and no other task. */
function notebookExecutionPolicy(arns: {
  secretArn: string;
  logGroupArn: string;
  repositoryArn?: string;
  kmsKeyArn?: string;
}): string {
  return policyDocument(
    {
      Sid: "ReadThisToken",
      Effect: "Allow",
      Action: "secretsmanager:GetSecretValue",
      Resource: arns.secretArn,
    },
    writeLog(arns.logGroupArn),
    ...(arns.kmsKeyArn === undefined ? [] : [decryptToken(arns.kmsKeyArn)]),
    ...(arns.repositoryArn === undefined ? [] : pullImage(arns.repositoryArn)),
  );
}

function decryptToken(kmsKeyArn: string): object {
  return { Sid: "DecryptThisToken", Effect: "Allow", Action: "kms:Decrypt", Resource: kmsKeyArn };
}

/** Reading and writing through one access point; nobody is root there. */
function filesPolicy(fileSystemArn: string, accessPointArn: string): string {
  return policyDocument({
    Sid: "UseTheseFiles",
    Effect: "Allow",
    Action: ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
    Resource: fileSystemArn,
    Condition: { StringEquals: { "elasticfilesystem:AccessPointArn": accessPointArn } },
  });
}
