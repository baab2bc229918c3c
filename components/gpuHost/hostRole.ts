import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { awsName } from "../ecs/awsName";
import { tagsFor } from "../ecs/tags";

/** AWS's limit for the name of a role, less Pulumi's random suffix. */
const roleName = 64 - 8;

/** An instance's permissions, and the policy that has to be there before it starts. */
export interface HostRole {
  profile: iam.InstanceProfile;
  policy: iam.RolePolicy;
}

/** The instance's role: it may read its own key, and be reached through Session Manager. */
export function createHostRole(
  name: string,
  hostKeySecretArn: pulumi.Output<string>,
  tags: Record<string, string> | undefined,
  parent: pulumi.Resource,
): HostRole {
  const role = new iam.Role(
    awsName([name, "host"], roleName),
    {
      description: "A GPU host",
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
      tags: tagsFor("gpu-host", tags),
    },
    { parent },
  );
  const policy = new iam.RolePolicy(
    `${name}-host`,
    {
      role: role.name,
      policy: hostKeySecretArn.apply((arn) => JSON.stringify(hostPolicy(arn))),
    },
    { parent },
  );
  const profile = new iam.InstanceProfile(
    `${name}-host`,
    { role: role.name, tags: tagsFor("gpu-host", tags) },
    { parent },
  );
  return { profile, policy };
}

/**
 * Less than AWS's managed policy AmazonSSMManagedInstanceCore, which can also read every parameter.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
 */
export function hostPolicy(hostKeySecretArn: string) {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "OwnKey",
        Effect: "Allow",
        Action: "secretsmanager:GetSecretValue",
        Resource: hostKeySecretArn,
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
