// Images, and with them the addresses of repositories, are those of a registry: see ecrImages.ts.
import type * as pulumiEcr from "@pulumi/aws/ecr";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { found, gone, keyValues, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { fixed, flag, json, list, object, replaces, required, tags, text } from "../shapes";
import { unknown } from "../../host/provider";
import { tagsOf } from "./ecrImages";

const repository = resource<pulumiEcr.RepositoryArgs>({
  inputs: {
    // prettier-ignore
    name: text({ ...replaces, min: 2, max: 256,
      pattern: /^([a-z0-9]+([._-][a-z0-9]+)*\/)*[a-z0-9]+([._-]+[a-z0-9]+)*$/ }),
    imageTagMutability: text({ oneOf: ["MUTABLE", "IMMUTABLE"] }),
    imageScanningConfiguration: object({ scanOnPush: flag(required) }),
    encryptionConfigurations: list(
      object({ encryptionType: text({ oneOf: ["AES256", "KMS"] }), kmsKey: text() }),
      { ...replaces, max: 1 },
    ),
    forceDelete: flag(),
    tags: tags(),
  },
  autoname: "name",
  lowerCase: true,
  check: ({ encryptionConfigurations: [encryption] = [] }: Plain) =>
    encryption?.kmsKey && encryption.encryptionType !== "KMS"
      ? [{ property: "encryptionConfigurations[0].kmsKey", reason: "needs the type KMS" }]
      : [],
  async create(inputs) {
    const { repository: made } = await clients.ecr().createRepository({
      repositoryName: inputs.name,
      imageTagMutability: inputs.imageTagMutability,
      imageScanningConfiguration: inputs.imageScanningConfiguration,
      encryptionConfiguration: inputs.encryptionConfigurations?.[0],
      tags: keyValues(inputs.tags),
    });
    const registry = process.env.TEST_ECR_REGISTRY;
    return {
      id: inputs.name,
      outputs: {
        arn: made!.repositoryArn,
        registryId: made!.registryId,
        repositoryUrl: registry ? `${registry}/${inputs.name}` : made!.repositoryUri,
      },
    };
  },
  exists: (id) => found(clients.ecr().describeRepositories({ repositoryNames: [id] })),
  async delete(id, { forceDelete }) {
    if (!forceDelete && (await tagsOf(id)).length > 0) {
      throw new Error(`RepositoryNotEmptyException: ${id} has images, and forceDelete is not set`);
    }
    await gone(clients.ecr().deleteRepository({ repositoryName: id, force: true }));
  },
});

/** @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html */
function checkLifecycle({ policy }: Plain) {
  if (policy === unknown) {
    return [];
  }
  const rules: Plain[] = JSON.parse(policy).rules ?? [];
  const reasons = [
    rules.length === 0 ? ["has no rules"] : [],
    rules.flatMap(({ selection = {}, action = {} }) => [
      ...(action.type === "expire" ? [] : [`has the action ${action.type}`]),
      ...(["untagged", "any"].includes(selection.tagStatus)
        ? []
        : [`selects the status ${selection.tagStatus}`]),
      ...(["imageCountMoreThan", "sinceImagePushed"].includes(selection.countType)
        ? []
        : [`counts ${selection.countType}`]),
      ...(selection.countNumber > 0 ? [] : ["has no countNumber"]),
      ...((selection.countType === "sinceImagePushed") === (selection.countUnit === "days")
        ? []
        : ["takes countUnit days with sinceImagePushed, and only then"]),
    ]),
  ].flat();
  return reasons.map((reason) => ({ property: "policy", reason }));
}

const lifecyclePolicy = resource<pulumiEcr.LifecyclePolicyArgs>({
  inputs: { repository: text(fixed), policy: json({ ...required, max: 30720 }) },
  check: checkLifecycle,
  async create(inputs) {
    const { repository: repositoryName, policy: lifecyclePolicyText } = inputs;
    await clients.ecr().putLifecyclePolicy({ repositoryName, lifecyclePolicyText });
    return { id: repositoryName };
  },
  exists: (id) => found(clients.ecr().getLifecyclePolicy({ repositoryName: id })),
  delete: (id) => gone(clients.ecr().deleteLifecyclePolicy({ repositoryName: id })),
});

export default {
  resources: {
    "aws:ecr/repository:Repository": repository,
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": lifecyclePolicy,
  },
} satisfies Service;
