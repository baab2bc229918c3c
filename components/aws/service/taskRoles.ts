import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { parseArn } from "../arn";
import { awsName, roleNameLength } from "../awsName";
import { policyDocument } from "../policyDocument";
import { tagsFor } from "../tags";

/** The roles of an ECS task, as its component hands them on. */
export interface TaskRoles {
  /** What ECS may do to start the task. */
  executionRoleArn: pulumi.Output<string>;
  /** What the containers themselves may do. */
  taskRoleArn: pulumi.Output<string>;
  /** What has to be there before a task starts. */
  policies: iam.RolePolicy[];
}

/** A task role as it is to be created. */
export interface TaskRole {
  /** What the role is for; IAM shows it. */
  description: string;
  /** Value of the role's tag `tfserving:component`. */
  component: string;
  /** Policies as text, by the last part of their names. */
  policies: Record<string, pulumi.Input<string>>;
}

/** Creates both roles; ECS tasks of the cluster's own account and region can take them, nobody else. */
export function createTaskRoles(
  name: string,
  args: { clusterArn: pulumi.Input<string>; tags?: Record<string, string> },
  { execution, task }: { execution: TaskRole; task: TaskRole },
  parent: pulumi.Resource,
): TaskRoles {
  const assumeRolePolicy = pulumi.output(args.clusterArn).apply(trustPolicy);
  const create = (part: string, { description, component, policies }: TaskRole) => {
    const role = new iam.Role(
      awsName([name, part], roleNameLength),
      { description, assumeRolePolicy, tags: tagsFor(component, args.tags) },
      { parent },
    );
    return {
      arn: role.arn,
      policies: Object.entries(policies).map(
        ([last, policy]) =>
          new iam.RolePolicy(`${name}-${last}`, { role: role.name, policy }, { parent }),
      ),
    };
  };
  const executionRole = create("execution-role", execution);
  const taskRole = create("task-role", task);
  return {
    executionRoleArn: executionRole.arn,
    taskRoleArn: taskRole.arn,
    policies: [...executionRole.policies, ...taskRole.policies],
  };
}

/**
 * Who may take the roles.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
 */
function trustPolicy(clusterArn: string): string {
  const { partition, region, account } = parseArn(clusterArn);
  return policyDocument({
    Effect: "Allow",
    Principal: { Service: "ecs-tasks.amazonaws.com" },
    Action: "sts:AssumeRole",
    Condition: {
      StringEquals: { "aws:SourceAccount": account },
      ArnLike: { "aws:SourceArn": `arn:${partition}:ecs:${region}:${account}:*` },
    },
  });
}
