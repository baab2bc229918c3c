import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { createEc2Role, Ec2Role } from "../instances/ec2Role";
import { ResolvedEcsClusterArgs } from "./ecsClusterArgs";
import { policyDocument, sessionManager } from "../policyDocument";
import { tagsFor } from "../tags";

/**
 * The role of the cluster's instances: they may join this cluster, report to it, and be reached
 * through Session Manager. Images and logs are the tasks' execution role's business, so it has
 * fewer rights than AWS's managed policies AmazonEC2ContainerServiceforEC2Role and
 * AmazonSSMManagedInstanceCore.
 */
export function createInstanceRole(
  name: string,
  clusterArn: pulumi.Output<string>,
  { tags, instancePolicyArns }: ResolvedEcsClusterArgs,
  parent: pulumi.Resource,
): Ec2Role {
  const created = createEc2Role(
    name,
    {
      part: "instance",
      description: "Instances of an ECS cluster",
      policy: clusterArn.apply(instancePolicy),
      tags: tagsFor("instance", tags),
    },
    parent,
  );
  for (const policyArn of instancePolicyArns) {
    new iam.RolePolicyAttachment(
      `${name}-instance-${policyArn.replace(/^.*\//, "")}`,
      { role: created.role.name, policyArn },
      { parent },
    );
  }
  return created;
}

/**
 * The least that the ECS agent and Session Manager need.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
 */
export function instancePolicy(clusterArn: string): string {
  const instances = `${clusterArn.replace(":cluster/", ":container-instance/")}/*`;
  return policyDocument(
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
    sessionManager(),
  );
}
