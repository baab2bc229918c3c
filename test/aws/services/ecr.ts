// The server has repositories but takes no images: a registry of this machine does, whose address
// is in TEST_ECR_REGISTRY (HOST:PORT), and its login, if it wants one, in TEST_ECR_LOGIN
// (USER:PASSWORD). Repositories get addresses of it, and what is asked about images is read from it.
// Without it, addresses are those of AWS and there are no images.
import { randomBytes } from "crypto";
import type * as pulumiEcr from "@pulumi/aws/ecr";

import { clients } from "../clients";
import type { Plain } from "../provider";
import { found, gone, keyValues, resource, tagChanges } from "../resourceType";
import type { Service } from "../resourceType";
import {
  fixed,
  flag,
  json,
  list,
  object,
  replaces,
  required,
  tags,
  text,
  unknown,
} from "../shapes";
import { checkPolicy } from "./iam";

const repository = resource<pulumiEcr.RepositoryArgs>({
  inputs: {
    // prettier-ignore
    name: text({ ...replaces, min: 2, max: 256,
      pattern: /^([a-z0-9]+([._-][a-z0-9]+)*\/)*[a-z0-9]+([._-]+[a-z0-9]+)*$/ }),
    imageTagMutability: text({ oneOf: ["MUTABLE", "IMMUTABLE"] }),
    imageScanningConfiguration: object({ scanOnPush: flag(required) }),
    encryptionConfigurations: list(
      object({
        encryptionType: text({ oneOf: ["AES256", "KMS", "KMS_DSSE"] }),
        kmsKey: text(),
      }),
      { ...replaces, max: 1 },
    ),
    forceDelete: flag(),
    tags: tags(),
  },
  autoname: "name",
  lowerCase: true,
  check: ({ encryptionConfigurations: [encryption] = [] }: Plain) =>
    encryption?.kmsKey && !encryption.encryptionType?.startsWith("KMS")
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
  async update(update) {
    const { id, news, state } = update;
    if (update.changed("imageTagMutability")) {
      await clients.ecr().putImageTagMutability({
        repositoryName: id,
        imageTagMutability: news.imageTagMutability ?? "MUTABLE",
      });
    }
    if (update.changed("imageScanningConfiguration")) {
      await clients.ecr().putImageScanningConfiguration({
        repositoryName: id,
        imageScanningConfiguration: news.imageScanningConfiguration,
      });
    }
    const { remove, add } = tagChanges(state.tags, news.tags);
    if (remove.length > 0) {
      await clients.ecr().untagResource({ resourceArn: state.arn, tagKeys: remove });
    }
    await clients.ecr().tagResource({ resourceArn: state.arn, tags: keyValues(add) });
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
    new Set(rules.map(({ rulePriority }) => rulePriority)).size < rules.length
      ? ["has two rules of the same priority"]
      : [],
    rules.flatMap(({ selection = {}, action = {} }) => [
      ...(action.type === "expire" ? [] : [`has the action ${action.type}`]),
      ...(["tagged", "untagged", "any"].includes(selection.tagStatus)
        ? []
        : [`selects the status ${selection.tagStatus}`]),
      ...(["imageCountMoreThan", "sinceImagePushed"].includes(selection.countType)
        ? []
        : [`counts ${selection.countType}`]),
      ...(selection.countNumber > 0 ? [] : ["has no countNumber"]),
      ...(selection.tagStatus === "tagged" &&
      !selection.tagPrefixList?.length &&
      !selection.tagPatternList?.length
        ? ["selects tagged images without tagPrefixList or tagPatternList"]
        : []),
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
    const registryId = await putLifecycle(inputs);
    return { id: inputs.repository, outputs: { registryId } };
  },
  update: async ({ news }) => void (await putLifecycle(news)),
  exists: (id) => found(clients.ecr().getLifecyclePolicy({ repositoryName: id })),
  delete: (id) => gone(clients.ecr().deleteLifecyclePolicy({ repositoryName: id })),
});

async function putLifecycle({ repository, policy }: Plain): Promise<string | undefined> {
  const { registryId } = await clients
    .ecr()
    .putLifecyclePolicy({ repositoryName: repository, lifecyclePolicyText: policy });
  return registryId;
}

const repositoryPolicy = resource<pulumiEcr.RepositoryPolicyArgs>({
  inputs: { repository: text(fixed), policy: json({ ...required, max: 10240 }) },
  check: ({ policy }) => checkPolicy(policy, "policy", true),
  async create(inputs) {
    const registryId = await putPolicy(inputs);
    return { id: inputs.repository, outputs: { registryId } };
  },
  update: async ({ news }) => void (await putPolicy(news)),
  exists: (id) => found(clients.ecr().getRepositoryPolicy({ repositoryName: id })),
  delete: (id) => gone(clients.ecr().deleteRepositoryPolicy({ repositoryName: id })),
});

async function putPolicy({ repository, policy }: Plain): Promise<string | undefined> {
  const { registryId } = await clients
    .ecr()
    .setRepositoryPolicy({ repositoryName: repository, policyText: policy });
  return registryId;
}

/** As on AWS, the password is another one each time, unless the registry wants its own. */
async function getAuthorizationToken() {
  const { authorizationData: [data] = [] } = await clients.ecr().getAuthorizationToken({});
  const token = process.env.TEST_ECR_LOGIN ?? `AWS:${randomBytes(24).toString("base64")}`;
  const [userName, password] = token.split(":");
  return {
    id: process.env.AWS_REGION,
    authorizationToken: Buffer.from(token).toString("base64"),
    expiresAt: new Date(Date.now() + 12 * 3600_000).toISOString(),
    password,
    proxyEndpoint: process.env.TEST_ECR_REGISTRY
      ? `http://${process.env.TEST_ECR_REGISTRY}`
      : data.proxyEndpoint,
    userName,
  };
}

async function getRepository({ name }: Plain) {
  const { repositories: [repository] = [] } = await clients
    .ecr()
    .describeRepositories({ repositoryNames: [name] });
  const registry = process.env.TEST_ECR_REGISTRY;
  return {
    id: name,
    name,
    arn: repository.repositoryArn,
    registryId: repository.registryId,
    repositoryUrl: registry ? `${registry}/${name}` : repository.repositoryUri,
  };
}

async function getImages(inputs: Plain) {
  const { repositoryName } = inputs;
  await clients.ecr().describeRepositories({ repositoryNames: [repositoryName] });
  const imageIds = await Promise.all(
    (await tagsOf(repositoryName)).map(async (tag) => ({
      imageTag: tag,
      imageDigest: await digestOf(repositoryName, tag),
    })),
  );
  return { ...(inputs as object), id: repositoryName as string, imageIds };
}

async function getImage(inputs: Plain) {
  const { repositoryName, imageTag, imageDigest } = inputs;
  const { imageIds: images } = await getImages({ repositoryName });
  const image = images.find((each) =>
    imageDigest ? each.imageDigest === imageDigest : each.imageTag === imageTag,
  );
  if (!image) {
    throw new Error(`reading ECR Images: ImageNotFoundException: ${imageTag ?? imageDigest}`);
  }
  const { repositoryUrl } = await getRepository({ name: repositoryName });
  return {
    id: image.imageDigest,
    repositoryName,
    imageDigest: image.imageDigest,
    imageTag: image.imageTag,
    imageTags: images
      .filter((each) => each.imageDigest === image.imageDigest)
      .map((each) => each.imageTag),
    imageUri: `${repositoryUrl}@${image.imageDigest}`,
  };
}

async function tagsOf(name: string): Promise<string[]> {
  const registry = process.env.TEST_ECR_REGISTRY;
  if (!registry) {
    return [];
  }
  const answer = await fetch(`http://${registry}/v2/${name}/tags/list`, { headers: login() });
  return answer.ok ? (((await answer.json()) as { tags: string[] | null }).tags ?? []) : [];
}

async function digestOf(name: string, tag: string): Promise<string> {
  const Accept = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
  ].join(", ");
  const url = `http://${process.env.TEST_ECR_REGISTRY}/v2/${name}/manifests/${tag}`;
  const answer = await fetch(url, { method: "HEAD", headers: { Accept, ...login() } });
  return answer.headers.get("docker-content-digest")!;
}

function login(): Record<string, string> {
  const { TEST_ECR_LOGIN: text } = process.env;
  return text ? { Authorization: `Basic ${Buffer.from(text).toString("base64")}` } : {};
}

export default {
  resources: {
    "aws:ecr/repository:Repository": repository,
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": lifecyclePolicy,
    "aws:ecr/repositoryPolicy:RepositoryPolicy": repositoryPolicy,
  },
  functions: {
    "aws:ecr/getAuthorizationToken:getAuthorizationToken": getAuthorizationToken,
    "aws:ecr/getRepository:getRepository": getRepository,
    "aws:ecr/getImages:getImages": getImages,
    "aws:ecr/getImage:getImage": getImage,
  },
} satisfies Service;
