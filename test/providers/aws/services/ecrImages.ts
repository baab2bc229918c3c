// The server has repositories but takes no images: a registry of this machine does, whose address
// is in TEST_ECR_REGISTRY (HOST:PORT), and its login, if it wants one, in TEST_ECR_LOGIN
// (USER:PASSWORD). Repositories get addresses of it, and what is asked about images is read from it.
// Without it, addresses are those of AWS and there are no images.
import { randomBytes } from "crypto";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import type { Service } from "../resourceType";

/** As on AWS, the password is another one each time, unless the registry wants its own. */
async function getAuthorizationToken() {
  const { authorizationData: [data] = [] } = await clients.ecr().getAuthorizationToken({});
  const token = process.env.TEST_ECR_LOGIN ?? `AWS:${randomBytes(24).toString("base64")}`;
  const [userName, password] = token.split(":");
  return {
    id: process.env.AWS_REGION,
    password,
    proxyEndpoint: process.env.TEST_ECR_REGISTRY
      ? `http://${process.env.TEST_ECR_REGISTRY}`
      : data.proxyEndpoint,
    userName,
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

export async function tagsOf(name: string): Promise<string[]> {
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
  resources: {},
  functions: {
    "aws:ecr/getAuthorizationToken:getAuthorizationToken": getAuthorizationToken,
    "aws:ecr/getImages:getImages": getImages,
  },
} satisfies Service;
