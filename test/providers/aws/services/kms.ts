import type { KeyArgs } from "@pulumi/aws/kms";

import { clients } from "../clients";
import { gone, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { flag, json, required, tags, text } from "../shapes";
import { checkPolicy } from "./iam";

const key = resource<KeyArgs>({
  inputs: {
    description: text({ max: 8192 }),
    enableKeyRotation: flag(required),
    policy: json({ ...required, max: 32768 }),
    tags: tags(),
  },
  check: ({ policy }) => checkPolicy(policy, "policy", true),
  async create(inputs) {
    const { KeyMetadata } = await clients.kms().createKey({
      Description: inputs.description,
      Policy: inputs.policy,
      Tags: Object.entries<string>(inputs.tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue })),
    });
    const id = KeyMetadata!.KeyId!;
    if (inputs.enableKeyRotation) {
      await clients.kms().enableKeyRotation({ KeyId: id });
    }
    return { id, outputs: { arn: KeyMetadata!.Arn, keyId: id } };
  },
  async exists(id) {
    const { KeyMetadata } = await clients.kms().describeKey({ KeyId: id });
    return KeyMetadata?.KeyState !== "PendingDeletion";
  },
  delete: (id) => gone(clients.kms().scheduleKeyDeletion({ KeyId: id })),
});

export default { resources: { "aws:kms/key:Key": key } } satisfies Service;
