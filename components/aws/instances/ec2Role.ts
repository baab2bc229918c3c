import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import { awsName, roleNameLength } from "../awsName";
import { policyDocument } from "../policyDocument";

/** An EC2 instance's permissions, and the policy that has to be there before it starts. */
export interface Ec2Role {
  role: iam.Role;
  profile: iam.InstanceProfile;
  policy: iam.RolePolicy;
}

/** Creates a role that EC2 instances take, with one policy of its own, and its instance profile. */
export function createEc2Role(
  name: string,
  { part, ...args }: Ec2RoleArgs,
  parent: pulumi.Resource,
): Ec2Role {
  const role = new iam.Role(
    awsName([name, part], roleNameLength),
    {
      description: args.description,
      assumeRolePolicy: policyDocument({
        Effect: "Allow",
        Principal: { Service: "ec2.amazonaws.com" },
        Action: "sts:AssumeRole",
      }),
      tags: args.tags,
    },
    { parent },
  );
  const policy = new iam.RolePolicy(
    `${name}-${part}`,
    { role: role.name, policy: args.policy },
    { parent },
  );
  const profile = new iam.InstanceProfile(
    `${name}-${part}`,
    { role: role.name, tags: args.tags },
    { parent },
  );
  return { role, profile, policy };
}

/** What tells one role of instances from another. */
export interface Ec2RoleArgs {
  /** Last part of the names. */
  part: string;
  description: string;
  /** Its policy as text. */
  policy: pulumi.Input<string>;
  tags: Record<string, string>;
}
