/** A Docker image's name in its parts. */
export interface ImageReference {
  /** Host and perhaps port, such as `registry.example.com:5000`; absent means Docker Hub. */
  registry?: string;
  /** Path in the registry, such as `team/model`. */
  repository: string;
  tag?: string;
  /** Algorithm and hash, such as `sha256:…`. */
  digest?: string;
}

/** Why a text is no image reference, as a sentence without its subject. */
export interface ImageReferenceError {
  reason: string;
}

const longestName = 255;

const label = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
const host = `(?:${label}(?:\\.${label})*|\\[[a-fA-F0-9:]+\\])`;
const registryPattern = new RegExp(`^${host}(?::[0-9]+)?$`);
const componentPattern = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const tagPattern = /^\w[\w.-]{0,127}$/;

// Hex digits of each hash algorithm that registries know.
const digestLengths: Record<string, number> = { sha256: 64, sha384: 96, sha512: 128 };

/**
 * Takes an image reference apart as Docker does.
 *
 * The grammar is that of github.com/distribution/reference: registry and path of at most 255
 * characters, lower-case path components, then an optional `:tag` and an optional `@digest`. The
 * part before the first `/` is a registry if it holds `.` or `:` or is `localhost`. Where engines
 * differ, this keeps to what all take: Docker Engine 20.10 counts the registry into the 255
 * characters and refuses capitals in a first part that newer engines would look up as a host.
 * Nothing is filled in: no `docker.io`, no `library/`, no `latest`.
 */
export function parseImageReference(text: string): ImageReference | ImageReferenceError {
  const refuse = (why: string): ImageReferenceError => ({ reason: `is "${text}"; ${why}` });
  if (typeof text !== "string" || text === "") {
    return { reason: "is empty: use an image as [REGISTRY/]REPOSITORY[:TAG][@DIGEST]" };
  }
  if (/\s/.test(text)) {
    return refuse("an image reference has no blanks");
  }
  if (/^[a-f0-9]{64}$/.test(text)) {
    return refuse("this is an image's id: use it as sha256:… where an id is meant, else a name");
  }

  const [named, digest, ...moreDigests] = text.split("@");
  if (moreDigests.length > 0) {
    return refuse("an image reference has one digest at most");
  }
  if (digest !== undefined && !isDigest(digest)) {
    return refuse(`"${digest}" is no digest: use sha256: and 64 hex digits in lower case`);
  }

  const { name, tag } = splitTag(named);
  if (tag !== undefined && !tagPattern.test(tag)) {
    return refuse(
      `"${tag}" is no tag: use up to 128 letters, digits, _, . and -, not beginning with . or -`,
    );
  }

  const { registry, repository } = splitRegistry(name);
  if (registry !== undefined && !registryPattern.test(registry)) {
    return refuse(`"${registry}" is no registry: use HOST or HOST:PORT`);
  }
  const badComponent = repository.split("/").find((part) => !componentPattern.test(part));
  if (badComponent !== undefined) {
    return refuse(
      /[A-Z]/.test(badComponent)
        ? `"${badComponent}" has capitals, and a repository has to be lower case`
        : `"${badComponent}" is no part of a repository: use lower-case letters and digits, ` +
            "separated by ., _, __ or -",
    );
  }
  if (name.length > longestName) {
    return refuse(
      `registry and repository have ${name.length} of at most ${longestName} characters`,
    );
  }
  return {
    ...(registry !== undefined && { registry }),
    repository,
    ...(tag !== undefined && { tag }),
    ...(digest !== undefined && { digest }),
  };
}

function isDigest(text: string): boolean {
  const [algorithm, hash] = text.split(":");
  return (
    Object.keys(digestLengths).includes(algorithm) &&
    text === `${algorithm}:${hash}` &&
    hash.length === digestLengths[algorithm] &&
    /^[a-f0-9]+$/.test(hash)
  );
}

function splitTag(named: string): { name: string; tag?: string } {
  const colon = named.lastIndexOf(":");
  // A colon before a slash belongs to the registry's port.
  return colon > named.lastIndexOf("/")
    ? { name: named.slice(0, colon), tag: named.slice(colon + 1) }
    : { name: named };
}

function splitRegistry(name: string): { registry?: string; repository: string } {
  const slash = name.indexOf("/");
  const first = name.slice(0, slash);
  const isRegistry = slash >= 0 && (first === "localhost" || /[.:]/.test(first));
  return isRegistry ? { registry: first, repository: name.slice(slash + 1) } : { repository: name };
}
