import type { AliasArgs, KeyArgs } from "@pulumi/aws/kms";

import { clients } from "../clients";
import { gone, resource, tagChanges } from "../resourceType";
import type { Service } from "../resourceType";
import { flag, json, number, replaces, required, tags, text } from "../shapes";
import { checkPolicy } from "./iam";

const key = resource<KeyArgs>({
  inputs: {
    description: text({ max: 8192 }),
    deletionWindowInDays: number({ min: 7, max: 30 }),
    enableKeyRotation: flag(),
    policy: json({ max: 32768 }),
    tags: tags(),
  },
  check: ({ policy }) => (policy === undefined ? [] : checkPolicy(policy, "policy", true)),
  async create(inputs) {
    const { KeyMetadata } = await clients.kms().createKey({
      Description: inputs.description,
      Policy: inputs.policy,
      Tags: kmsTags(inputs.tags),
    });
    const id = KeyMetadata!.KeyId!;
    await rotate(id, inputs.enableKeyRotation);
    return { id, outputs: { arn: KeyMetadata!.Arn, keyId: id } };
  },
  async update(update) {
    const { id, news, state } = update;
    if (update.changed("description")) {
      await clients.kms().updateKeyDescription({ KeyId: id, Description: news.description ?? "" });
    }
    if (update.changed("policy")) {
      await clients.kms().putKeyPolicy({ KeyId: id, PolicyName: "default", Policy: news.policy });
    }
    if (update.changed("enableKeyRotation")) {
      await rotate(id, news.enableKeyRotation);
    }
    const { remove, add } = tagChanges(state.tags, news.tags);
    if (remove.length > 0) {
      await clients.kms().untagResource({ KeyId: id, TagKeys: remove });
    }
    await clients.kms().tagResource({ KeyId: id, Tags: kmsTags(add) });
  },
  async exists(id) {
    const { KeyMetadata } = await clients.kms().describeKey({ KeyId: id });
    return KeyMetadata?.KeyState !== "PendingDeletion";
  },
  delete: (id, { deletionWindowInDays: PendingWindowInDays = 30 }) =>
    gone(clients.kms().scheduleKeyDeletion({ KeyId: id, PendingWindowInDays })),
});

async function rotate(KeyId: string, enabled = false): Promise<void> {
  await (enabled
    ? clients.kms().enableKeyRotation({ KeyId })
    : clients.kms().disableKeyRotation({ KeyId }));
}

function kmsTags(values: Record<string, string> = {}) {
  return Object.entries(values).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}

const alias = resource<AliasArgs>({
  inputs: {
    name: text({ ...replaces, max: 256, pattern: /^alias\/(?!aws\/)[a-zA-Z0-9:/_-]+$/ }),
    targetKeyId: text(required),
  },
  async create({ name: AliasName, targetKeyId: TargetKeyId }) {
    await clients.kms().createAlias({ AliasName, TargetKeyId });
    return { id: AliasName, outputs: { arn: (await describe(AliasName))?.AliasArn } };
  },
  update: async ({ id, news }) =>
    void (await clients.kms().updateAlias({ AliasName: id, TargetKeyId: news.targetKeyId })),
  exists: async (id) => (await describe(id)) !== undefined,
  delete: (id) => gone(clients.kms().deleteAlias({ AliasName: id })),
});

async function describe(name: string) {
  const { Aliases = [] } = await clients.kms().listAliases({});
  return Aliases.find(({ AliasName }) => AliasName === name);
}

export default {
  resources: { "aws:kms/key:Key": key, "aws:kms/alias:Alias": alias },
} satisfies Service;
