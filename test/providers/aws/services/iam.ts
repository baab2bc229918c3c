import type * as pulumiIam from "@pulumi/aws/iam";

import { clients } from "../clients";
import type { CheckFailure, Plain } from "../../host/provider";
import { found, gone, keyValues, resource, tagChanges } from "../resourceType";
import type { Service } from "../resourceType";
import { fixed, flag, json, number, replaces, required, tags, text } from "../shapes";
import { unknown } from "../../host/provider";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const name = (max: number) => text({ ...replaces, max, pattern: /^[\w+=,.@-]+$/ });
const path = text({ ...replaces, pattern: /^\/([\w+=,.@-]+\/)*$/ });

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
    namePrefix: text({ ...replaces, max: 38 }),
    path,
    description: text({ max: 1000 }),
    assumeRolePolicy: json({ ...required, max: 2048 }),
    forceDetachPolicies: flag(),
    maxSessionDuration: number({ min: 3600, max: 43200 }),
    permissionsBoundary: text(),
    tags: tags(),
  },
  autoname: "name",
  check: ({ assumeRolePolicy }) => checkPolicy(assumeRolePolicy, "assumeRolePolicy", true),
  async create(inputs) {
    const { Role } = await clients.iam().createRole({
      RoleName: inputs.name,
      Path: inputs.path,
      Description: inputs.description,
      AssumeRolePolicyDocument: inputs.assumeRolePolicy,
      MaxSessionDuration: inputs.maxSessionDuration,
      PermissionsBoundary: inputs.permissionsBoundary,
      Tags: keyValues(inputs.tags),
    });
    const outputs = {
      arn: Role!.Arn,
      uniqueId: Role!.RoleId,
      createDate: Role!.CreateDate?.toISOString(),
    };
    return { id: inputs.name, outputs };
  },
  async update(update) {
    const { id, news, state } = update;
    if (update.changed("permissionsBoundary")) {
      throw new Error("The test provider cannot change permissionsBoundary");
    }
    if (update.changed("assumeRolePolicy")) {
      await clients
        .iam()
        .updateAssumeRolePolicy({ RoleName: id, PolicyDocument: news.assumeRolePolicy });
    }
    if (update.changed("description", "maxSessionDuration")) {
      await clients.iam().updateRole({
        RoleName: id,
        Description: news.description ?? "",
        MaxSessionDuration: news.maxSessionDuration,
      });
    }
    const { remove, add } = tagChanges(state.tags, news.tags);
    if (remove.length > 0) {
      await clients.iam().untagRole({ RoleName: id, TagKeys: remove });
    }
    await clients.iam().tagRole({ RoleName: id, Tags: keyValues(add) });
  },
  exists: (id) => found(clients.iam().getRole({ RoleName: id })),
  delete: (id) => gone(clients.iam().deleteRole({ RoleName: id })),
});

const rolePolicy = resource<pulumiIam.RolePolicyArgs>({
  inputs: { name: name(128), role: text(fixed), policy: json({ ...required, max: 10240 }) },
  autoname: "name",
  check: ({ policy }) => checkPolicy(policy, "policy", false),
  async create(inputs) {
    await put(inputs);
    return { id: `${inputs.role}:${inputs.name}` };
  },
  update: ({ news }) => put(news),
  exists: (_, { role, name }) =>
    found(clients.iam().getRolePolicy({ RoleName: role, PolicyName: name })),
  delete: (_, { role, name }) =>
    gone(clients.iam().deleteRolePolicy({ RoleName: role, PolicyName: name })),
});

async function put({ role, name, policy }: Plain): Promise<void> {
  await clients.iam().putRolePolicy({ RoleName: role, PolicyName: name, PolicyDocument: policy });
}

const rolePolicyAttachment = resource<pulumiIam.RolePolicyAttachmentArgs>({
  inputs: { role: text(fixed), policyArn: text(fixed) },
  async create({ role, policyArn }) {
    await clients.iam().attachRolePolicy({ RoleName: role, PolicyArn: policyArn });
    return { id: `${role}/${policyArn}` };
  },
  async exists(_, { role, policyArn }) {
    const { AttachedPolicies = [] } = await clients
      .iam()
      .listAttachedRolePolicies({ RoleName: role });
    return AttachedPolicies.some(({ PolicyArn }) => PolicyArn === policyArn);
  },
  delete: (_, { role, policyArn }) =>
    gone(clients.iam().detachRolePolicy({ RoleName: role, PolicyArn: policyArn })),
});

const instanceProfile = resource<pulumiIam.InstanceProfileArgs>({
  inputs: { name: name(128), path, role: text(), tags: tags() },
  autoname: "name",
  async create(inputs) {
    const { InstanceProfile } = await clients.iam().createInstanceProfile({
      InstanceProfileName: inputs.name,
      Path: inputs.path,
      Tags: keyValues(inputs.tags),
    });
    if (inputs.role) {
      await clients
        .iam()
        .addRoleToInstanceProfile({ InstanceProfileName: inputs.name, RoleName: inputs.role });
    }
    const outputs = { arn: InstanceProfile!.Arn, uniqueId: InstanceProfile!.InstanceProfileId };
    return { id: inputs.name, outputs };
  },
  async update(update) {
    const { id: InstanceProfileName, olds, news, state } = update;
    if (update.changed("role")) {
      if (olds.role) {
        await clients
          .iam()
          .removeRoleFromInstanceProfile({ InstanceProfileName, RoleName: olds.role });
      }
      if (news.role) {
        await clients.iam().addRoleToInstanceProfile({ InstanceProfileName, RoleName: news.role });
      }
    }
    const { remove, add } = tagChanges(state.tags, news.tags);
    if (remove.length > 0) {
      await clients.iam().untagInstanceProfile({ InstanceProfileName, TagKeys: remove });
    }
    await clients.iam().tagInstanceProfile({ InstanceProfileName, Tags: keyValues(add) });
  },
  exists: (id) => found(clients.iam().getInstanceProfile({ InstanceProfileName: id })),
  async delete(id, { role }) {
    if (role) {
      await gone(
        clients.iam().removeRoleFromInstanceProfile({ InstanceProfileName: id, RoleName: role }),
      );
    }
    await gone(clients.iam().deleteInstanceProfile({ InstanceProfileName: id }));
  },
});

export default {
  resources: {
    "aws:iam/role:Role": role,
    "aws:iam/rolePolicy:RolePolicy": rolePolicy,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": rolePolicyAttachment,
    "aws:iam/instanceProfile:InstanceProfile": instanceProfile,
  },
} satisfies Service;
