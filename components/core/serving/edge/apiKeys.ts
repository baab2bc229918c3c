import { createHash, randomBytes } from "crypto";
import type { Problem } from "../../arguments/problem";
import { isObject } from "../../arguments/checks";
import type { AuthArgs } from "./edgeArgs";

// Scanners of secrets find a key by it that was published.
const prefix = "tfs_";
const keyBytes = 32;
const algorithm = "sha256:";
const hashPattern = /^sha256:[0-9a-f]{64}$/i;
const clientPattern = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** Clients that a stack has by itself: its notebook, and `npm run predict`. */
export const ownClients = ["notebook", "predict"] as const;

/** A new key of 256 random bits. */
export function makeApiKey(): string {
  return apiKeyOf(randomBytes(keyBytes));
}

/** The text of a key: `tfs_` and its bytes in base64url (RFC 4648, 5). */
export function apiKeyOf(bytes: Buffer): string {
  return prefix + bytes.toString("base64url");
}

/**
 * What is stored of a key. A plain SHA-256 is enough, since nobody can guess 256 random bits: slow
 * hashes are for passwords.
 */
export function hashApiKey(key: string): string {
  return algorithm + createHash("sha256").update(key).digest("hex");
}

/** The hexadecimal digits of a hash. */
export function digitsOf(hash: string): string {
  return hash.slice(algorithm.length).toLowerCase();
}

/** What is wrong with the name of a client that has keys. */
export function checkClientName(name: string, propertyPath: string): Problem[] {
  return clientPattern.test(name)
    ? []
    : [
        {
          propertyPath,
          reason:
            `is no name for a client: use up to 63 lower-case letters, digits, ., _ and -, ` +
            "beginning with a letter or a digit",
        },
      ];
}

/**
 * What cannot work about the keys of a service, as far as they are known: of an output nothing is
 * said. No text that may be a key is repeated.
 *
 * @param path - of the argument, such as `auth.apiKeys`
 */
export function checkApiKeys(apiKeys: NonNullable<AuthArgs["apiKeys"]>, path: string): Problem[] {
  const owners = new Map<string, string>();
  return Object.entries(apiKeys).flatMap(([client, hashes]) => {
    const at = `${path}.${client}`;
    const empty = `has no key: npm run key -- add ${client} makes one; or leave the client out`;
    const known = Array.isArray(hashes) ? hashes : isObject(hashes) ? undefined : [];
    return [
      ...checkClientName(client, at),
      ...(known?.length === 0 ? [{ propertyPath: at, reason: empty }] : []),
      ...(known ?? []).flatMap((hash: unknown, place) =>
        typeof hash === "string" ? checkHash(hash, client, `${at}[${place}]`, owners) : [],
      ),
    ];
  });
}

function checkHash(
  hash: string,
  client: string,
  propertyPath: string,
  owners: Map<string, string>,
): Problem[] {
  const refuse = (reason: string): Problem[] => [{ propertyPath, reason }];
  const instead = `npm run key -- add ${client} makes a key and stores its hash`;
  if (hash.startsWith(prefix)) {
    return refuse(
      "is a key in place of its hash, and counts as leaked, since whoever reads this can call: " +
        `remove it; ${instead}`,
    );
  }
  if (!hashPattern.test(hash)) {
    return refuse(`is no hash of a key, which is sha256: and 64 hexadecimal digits: ${instead}`);
  }
  const digits = digitsOf(hash);
  const owner = owners.get(digits);
  owners.set(digits, owner ?? client);
  if (owner === undefined) {
    return [];
  }
  return refuse(
    owner === client
      ? "is there twice: remove one of the two"
      : `is the hash of a key of ${owner} as well, and a key tells one client only: ${instead}`,
  );
}
