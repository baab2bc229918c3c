import type * as pulumiIam from "@pulumi/aws/iam";

import { clients } from "../clients";
import type { CheckFailure, Plain } from "../../host/provider";
import { found, gone, keyValues, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { fixed, json, replaces, required, tags, text } from "../shapes";
import { unknown } from "../../host/provider";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const name = (max: number) => text({ ...replaces, max, pattern: /^[\w+=,.@-]+$/ });

/** What IAM refuses in a policy's form, as far as the server does not. */
export function checkPolicy(document: string, property: string, principal: boolean) {
  if (document === unknown) {
    return [];
  }
  const failures: CheckFailure[] = [];
  const fail = (reason: string): void => void failures.push({ property, reason });
  const { Version, Statement } = JSON.parse(document);
  if (Version !== "2012-10-17") {
    fail(`has version ${Version}, use 2012-10-17`);
  }
  for (const statement of [Statement ?? []].flat() as Plain[]) {
    const known = ["Sid", "Effect", "Action", "Resource", "Principal", "Condition", "NotAction"];
    const unknowns = Object.keys(statement).filter((key) => !known.includes(key));
    if (unknowns.length > 0) {
      fail(`has a statement with ${unknowns.join(", ")}`);
    }
    if (!["Allow", "Deny"].includes(statement.Effect)) {
      fail(`has a statement with the effect ${statement.Effect}`);
    }
    for (const action of [statement.Action ?? statement.NotAction ?? []].flat()) {
      if (!/^(\*|[a-z0-9-]+:[A-Za-z*]+)$/.test(action)) {
        fail(`has the action ${action}`);
      }
    }
    if (principal !== (statement.Principal !== undefined)) {
      fail(principal ? "has a statement without principal" : "has a statement with a principal");
    }
  }
  return failures;
}

const role = resource<pulumiIam.RoleArgs>({
  inputs: {
    name: name(64),
    description: text({ max: 1000 }),
    assumeRolePolicy: json({ ...required, max: 2048 }),
    tags: tags(),
  },
  autoname: "name",
  check: ({ assumeRolePolicy }) => checkPolicy(assumeRolePolicy, "assumeRolePolicy", true),
  async create(inputs) {
    const { Role } = await clients.iam().createRole({
      RoleName: inputs.name,
      Description: inputs.description,
      AssumeRolePolicyDocument: inputs.assumeRolePolicy,
      Tags: keyValues(inputs.tags),
    });
    return { id: inputs.name, outputs: { arn: Role!.Arn } };
  },
  exists: (id) => found(clients.iam().getRole({ RoleName: id })),
  delete: (id) => gone(clients.iam().deleteRole({ RoleName: id })),
});

const rolePolicy = resource<pulumiIam.RolePolicyArgs>({
  inputs: { name: name(128), role: text(fixed), policy: json({ ...required, max: 10240 }) },
  autoname: "name",
  check: ({ policy }) => checkPolicy(policy, "policy", false),
  async create({ role, name, policy }) {
    const names = { RoleName: role, PolicyName: name };
    await clients.iam().putRolePolicy({ ...names, PolicyDocument: policy });
    return { id: `${role}:${name}` };
  },
  exists: (_, { role, name }) =>
    found(clients.iam().getRolePolicy({ RoleName: role, PolicyName: name })),
  delete: (_, { role, name }) =>
    gone(clients.iam().deleteRolePolicy({ RoleName: role, PolicyName: name })),
});

const instanceProfile = resource<pulumiIam.InstanceProfileArgs>({
  inputs: { name: name(128), role: text(required), tags: tags() },
  autoname: "name",
  async create(inputs) {
    const { InstanceProfile } = await clients.iam().createInstanceProfile({
      InstanceProfileName: inputs.name,
      Tags: keyValues(inputs.tags),
    });
    await clients
      .iam()
      .addRoleToInstanceProfile({ InstanceProfileName: inputs.name, RoleName: inputs.role });
    return { id: inputs.name, outputs: { arn: InstanceProfile!.Arn } };
  },
  exists: (id) => found(clients.iam().getInstanceProfile({ InstanceProfileName: id })),
  async delete(id, { role }) {
    await gone(
      clients.iam().removeRoleFromInstanceProfile({ InstanceProfileName: id, RoleName: role }),
    );
    await gone(clients.iam().deleteInstanceProfile({ InstanceProfileName: id }));
  },
});

export default {
  resources: {
    "aws:iam/role:Role": role,
    "aws:iam/rolePolicy:RolePolicy": rolePolicy,
    "aws:iam/instanceProfile:InstanceProfile": instanceProfile,
  },
} satisfies Service;
