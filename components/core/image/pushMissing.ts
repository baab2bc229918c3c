import * as pulumi from "@pulumi/pulumi";
import { connect } from "../engine/engine";
import { finished } from "../engine/engineProgress";

/** A push of one image. */
export interface Push {
  /** Address of the Docker Engine that holds the image. */
  host: string;
  /** Local name. */
  source: string;
  /** Name in the registry, with its tag. */
  target: string;
  /** Such as `https://123456789012.dkr.ecr.eu-central-1.amazonaws.com`. */
  registryUrl: string;
  username: string;
  password: string;
}

// Whatever kind of manifest the tag names.
const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];
const answerTimeoutMs = 30_000;

/**
 * Pushes an image unless the registry has its tag.
 *
 * @returns whether it was pushed
 * @throws RunError that says what the registry or the engine said; never the password
 */
export async function pushMissing(push: Push): Promise<boolean> {
  if (await hasTag(push)) {
    return false;
  }
  await pushAnyway(push).catch((error: Error) => {
    throw new pulumi.RunError(`${push.target} could not be pushed: ${error.message}`);
  });
  return true;
}

async function pushAnyway({ host, source, target, ...login }: Push): Promise<void> {
  const docker = connect(host, 0);
  const [repo, tag] = splitTag(target);
  await docker.getImage(source).tag({ repo, tag });
  const { username, password, registryUrl: serveraddress } = login;
  const authconfig = { username, password, serveraddress };
  await finished(docker, await docker.getImage(target).push({ authconfig }));
}

/** @see https://distribution.github.io/distribution/spec/api/#existing-manifests */
async function hasTag({ target, registryUrl, username, password }: Push): Promise<boolean> {
  const [repo, tag] = splitTag(target);
  const repository = repo.slice(repo.indexOf("/") + 1);
  const login = Buffer.from(`${username}:${password}`).toString("base64");
  const { status } = await fetch(`${registryUrl}/v2/${repository}/manifests/${tag}`, {
    method: "HEAD",
    headers: { authorization: `Basic ${login}`, accept: manifestTypes.join(", ") },
    signal: AbortSignal.timeout(answerTimeoutMs),
  }).catch((error: Error & { cause?: Error }) => {
    // fetch itself says only that it failed.
    const { message } = error.cause ?? error;
    throw new pulumi.RunError(`The registry at ${registryUrl} does not answer: ${message}`);
  });
  if (status !== 200 && status !== 404) {
    throw new pulumi.RunError(`The registry answered ${status} when it was asked for ${target}`);
  }
  return status === 200;
}

function splitTag(target: string): [repo: string, tag: string] {
  const colon = target.lastIndexOf(":");
  return [target.slice(0, colon), target.slice(colon + 1)];
}
