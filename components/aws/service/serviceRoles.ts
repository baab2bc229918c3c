import * as pulumi from "@pulumi/pulumi";
import { ResolvedEcsArgs } from "./ecsModelServiceArgs";
import { openExecChannels, policyDocument, pullImage, writeLog } from "../policyDocument";
import { createTaskRoles, TaskRoles } from "./taskRoles";

/** Creates the roles of a replica's task; the model server itself may do nothing. */
export function createServiceRoles(
  name: string,
  args: ResolvedEcsArgs,
  logGroupArn: pulumi.Input<string>,
  parent: pulumi.Resource,
): TaskRoles {
  const needed = pulumi
    .all([args.repositoryArn, logGroupArn])
    .apply(([repository, logGroup]) => executionPolicy(repository, logGroup));
  return createTaskRoles(
    name,
    args,
    {
      execution: {
        description: "Starts the replicas: pulls the image, writes the log",
        component: "execution-role",
        policies: { "execution-policy": needed },
      },
      task: {
        description: "The replicas themselves: no permissions",
        component: "task-role",
        policies: args.enableExec ? { "exec-policy": policyDocument(openExecChannels()) } : {},
      },
    },
    parent,
  );
}

/** What ECS needs for one repository and one log group, and no other. */
function executionPolicy(repositoryArn: string, logGroupArn: string): string {
  return policyDocument(...pullImage(repositoryArn), writeLog(logGroupArn));
}
