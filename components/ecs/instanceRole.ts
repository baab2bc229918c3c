import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { awsName } from "./awsName";
import { ResolvedClusterArgs } from "./gpuClusterArgs";
import { tagsFor } from "./tags";

/** An instance's permissions, and the policy that has to be there before it starts. */
export interface InstanceRole {
  profile: iam.InstanceProfile;
  policy: iam.RolePolicy;
}

/** AWS's limit for the name of a role, less Pulumi's random suffix. */
const roleName = 64 - 8;

/**
 * The role of the cluster's instances: they may join this cluster, report to it, and be reached
 * through Session Manager. Images and logs are the tasks' execution role's business, so it has
 * fewer rights than AWS's managed policies AmazonEC2ContainerServiceforEC2Role and
 * AmazonSSMManagedInstanceCore.
 */
export function createInstanceRole(
  name: string,
  clusterArn: pulumi.Output<string>,
  { tags, instancePolicyArns }: ResolvedClusterArgs,
  parent: pulumi.Resource,
): InstanceRole {
  const role = new iam.Role(
    awsName([name, "instance"], roleName),
    {
      description: "Instances of an ECS cluster",
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "ec2.amazonaws.com" },
            Action: "sts:AssumeRole",
          },
        ],
      }),
      tags: tagsFor("instance", tags),
    },
    { parent },
  );
  const policy = new iam.RolePolicy(
    `${name}-instance`,
    { role: role.name, policy: clusterArn.apply((arn) => JSON.stringify(instancePolicy(arn))) },
    { parent },
  );
  for (const policyArn of instancePolicyArns) {
    new iam.RolePolicyAttachment(
      `${name}-instance-${policyArn.replace(/^.*\//, "")}`,
      { role: role.name, policyArn },
      { parent },
    );
  }
  const profile = new iam.InstanceProfile(
    `${name}-instance`,
    { role: role.name, tags: tagsFor("instance", tags) },
    { parent },
  );
  return { profile, policy };
}

/**
 * The least that the ECS agent and Session Manager need.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
 */
export function instancePolicy(clusterArn: string) {
  const instances = `${clusterArn.replace(":cluster/", ":container-instance/")}/*`;
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "JoinCluster",
        Effect: "Allow",
        Action: [
          "ecs:DeregisterContainerInstance",
          "ecs:RegisterContainerInstance",
          "ecs:SubmitAttachmentStateChanges",
          "ecs:SubmitContainerStateChange",
          "ecs:SubmitTaskStateChange",
        ],
        Resource: clusterArn,
      },
      {
        Sid: "ReportToCluster",
        Effect: "Allow",
        Action: ["ecs:Poll", "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState"],
        // Instances get their ids when they join; the path holds them to this cluster.
        Resource: instances,
      },
      {
        Sid: "FindEndpoint",
        Effect: "Allow",
        Action: "ecs:DiscoverPollEndpoint",
        // This action has no resource types (service authorization reference of ECS).
        Resource: "*",
      },
      {
        Sid: "SessionManager",
        Effect: "Allow",
        Action: [
          "ssm:UpdateInstanceInformation",
          "ssmmessages:CreateControlChannel",
          "ssmmessages:CreateDataChannel",
          "ssmmessages:OpenControlChannel",
          "ssmmessages:OpenDataChannel",
        ],
        // As AWS documents it: the channels have no resource types.
        Resource: "*",
      },
    ],
  };
}
