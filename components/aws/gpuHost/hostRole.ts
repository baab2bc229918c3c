import * as pulumi from "@pulumi/pulumi";
import { createEc2Role, Ec2Role } from "../instances/ec2Role";
import { policyDocument, sessionManager } from "../policyDocument";
import { tagsFor } from "../tags";

/** The instance's role: it may read its own key, and be reached through Session Manager. */
export function createHostRole(
  name: string,
  hostKeySecretArn: pulumi.Output<string>,
  tags: Record<string, string> | undefined,
  parent: pulumi.Resource,
): Ec2Role {
  return createEc2Role(
    name,
    {
      part: "host",
      description: "A GPU host",
      policy: hostKeySecretArn.apply(hostPolicy),
      tags: tagsFor("gpu-host", tags),
    },
    parent,
  );
}

/** What the instance needs, and nothing else. */
function hostPolicy(hostKeySecretArn: string): string {
  return policyDocument(
    {
      Sid: "OwnKey",
      Effect: "Allow",
      Action: "secretsmanager:GetSecretValue",
      Resource: hostKeySecretArn,
    },
    sessionManager(),
  );
}
