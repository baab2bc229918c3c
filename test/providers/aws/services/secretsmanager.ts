import type { SecretArgs, SecretVersionArgs } from "@pulumi/aws/secretsmanager";

import { clients } from "../clients";
import { found, gone, keyValues, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { fixed, number, replaces, required, tags, text } from "../shapes";

const secret = resource<SecretArgs>({
  inputs: {
    name: text({ ...replaces, max: 512, pattern: /^[A-Za-z0-9/_+=.@-]+$/ }),
    description: text({ max: 2048 }),
    kmsKeyId: text(),
    // 0 for at once, else 7 to 30 days.
    recoveryWindowInDays: number({ min: 0, max: 30 }),
    tags: tags(),
  },
  autoname: "name",
  check: ({ recoveryWindowInDays: days }) =>
    days > 0 && days < 7 ? [{ property: "recoveryWindowInDays", reason: "is 0, or 7 to 30" }] : [],
  async create(inputs) {
    const { ARN: arn } = await clients.secretsManager().createSecret({
      Name: inputs.name,
      Description: inputs.description,
      KmsKeyId: inputs.kmsKeyId,
      Tags: keyValues(inputs.tags),
    });
    return { id: arn!, outputs: { arn } };
  },
  async exists(id) {
    const { DeletedDate } = await clients.secretsManager().describeSecret({ SecretId: id });
    return DeletedDate === undefined;
  },
  delete: (id, { recoveryWindowInDays: days }) =>
    gone(
      clients
        .secretsManager()
        .deleteSecret(
          days === 0
            ? { SecretId: id, ForceDeleteWithoutRecovery: true }
            : { SecretId: id, RecoveryWindowInDays: days ?? 30 },
        ),
    ),
});

const secretVersion = resource<SecretVersionArgs>({
  inputs: {
    secretId: text(fixed),
    secretString: text({ ...required, ...replaces, max: 65536 }),
  },
  async create(inputs) {
    const made = await clients.secretsManager().putSecretValue({
      SecretId: inputs.secretId,
      SecretString: inputs.secretString,
    });
    const { ARN: arn, VersionId: versionId } = made;
    return { id: `${inputs.secretId}|${versionId}`, outputs: { arn, versionId } };
  },
  exists: (_, { secretId, versionId }) =>
    found(clients.secretsManager().getSecretValue({ SecretId: secretId, VersionId: versionId })),
  // AWS has no call for it: a version without stages goes by itself, the last one with its secret.
  delete: async () => {},
});

export default {
  resources: {
    "aws:secretsmanager/secret:Secret": secret,
    "aws:secretsmanager/secretVersion:SecretVersion": secretVersion,
  },
} satisfies Service;
