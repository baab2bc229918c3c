import { createPublicKey, type JsonWebKey } from "crypto";
import { isObject } from "../../arguments/checks";
import type { Problem } from "../../arguments/problem";
import type { JwtArgs } from "./edgeArgs";

/** A public key that tokens are verified with. */
export interface JwtKey {
  /** What tokens call it; empty where the set has no name for it. */
  kid: string;
  /** Algorithm of the signatures: RS256 or ES256. */
  alg: string;
  /** SubjectPublicKeyInfo in PEM. */
  pem: string;
}

/** A key of a set as it is there (RFC 7517, 4). */
interface GivenKey {
  kty?: unknown;
  kid?: unknown;
  use?: unknown;
  key_ops?: unknown;
  alg?: unknown;
  crv?: unknown;
  d?: unknown;
  k?: unknown;
}

const shortestRsaBits = 2048;

/** The keys of a JSON Web Key Set that verify RS256 and ES256, and why it cannot be used, if so. */
export function parseJwks(text: string): { keys: JwtKey[]; reasons: string[] } {
  const refuse = (reason: string) => ({ keys: [], reasons: [reason] });
  let set: unknown;
  try {
    set = JSON.parse(text);
  } catch {
    return refuse("is no JSON: give the text of a JSON Web Key Set");
  }
  const given = isObject(set) ? (set as { keys?: unknown }).keys : undefined;
  if (!Array.isArray(given)) {
    return refuse('has no list "keys", so that it is no JSON Web Key Set (RFC 7517)');
  }
  const all = given.filter(isObject) as GivenKey[];
  const secret = all.find(({ d, k }) => d !== undefined || k !== undefined);
  if (secret) {
    return refuse(
      `holds the private part of the key ${nameOf(secret)}, and must not: whoever has it can make ` +
        "tokens, so that the key counts as leaked; give the public keys only",
    );
  }
  const read = all.map((key) => ({ key, found: readKey(key) }));
  const keys = read.flatMap(({ found }) => (typeof found === "string" ? [] : [found]));
  const found = read.map(({ key, found: what }) => `${nameOf(key)} ${String(what)}`).join(", ");
  const twice = keys.find(({ kid }, place) => keys.findIndex((one) => one.kid === kid) < place);
  return {
    keys,
    reasons: [
      ...(keys.length === 0
        ? [
            `has no key that verifies RS256 (RSA of ${shortestRsaBits} bits or more) or ES256 (EC on ` +
              `P-256): ${found === "" ? "it is empty" : `it has ${found}`}`,
          ]
        : []),
      ...(twice
        ? [`has two keys with the kid ${JSON.stringify(twice.kid)}: give each one of its own`]
        : []),
    ],
  };
}

/** The key, or what it is in place of one that can be used. */
function readKey(key: GivenKey): JwtKey | string {
  const { kty, kid = "", use = "sig", key_ops: operations } = key;
  const alg = { RSA: "RS256", EC: "ES256" }[String(kty)];
  if (alg === undefined) {
    return `of the type ${JSON.stringify(kty)}`;
  }
  if (use !== "sig" || (Array.isArray(operations) && !operations.includes("verify"))) {
    return "for another use than signatures";
  }
  if ((key.alg ?? alg) !== alg) {
    return `for ${JSON.stringify(key.alg)}`;
  }
  // It is written into the balancer's configuration.
  if (typeof kid !== "string" || !/^[\x21-\x7e]{0,200}$/.test(kid)) {
    return "with blanks or other than ASCII characters in its kid, or more than 200";
  }
  if (kty === "EC" && key.crv !== "P-256") {
    return `on the curve ${JSON.stringify(key.crv)}`;
  }
  try {
    const read = createPublicKey({ key: key as JsonWebKey, format: "jwk" });
    const { modulusLength: bits = 0 } = read.asymmetricKeyDetails ?? {};
    return kty === "RSA" && bits < shortestRsaBits
      ? `of RSA with ${bits} bits`
      : { kid, alg, pem: read.export({ type: "spki", format: "pem" }).toString() };
  } catch {
    return "that is damaged";
  }
}

function nameOf({ kid }: GivenKey): string {
  return kid === undefined ? "without a kid" : JSON.stringify(kid);
}

/** What cannot work about tokens; their issuer and audience are compared letter by letter. */
export function checkJwt({ issuer, audience, jwks }: JwtArgs, path: string): Problem[] {
  const at = (field: keyof JwtArgs, reasons: string[]) =>
    reasons.map((reason) => ({ propertyPath: `${path}.${field}`, reason }));
  return [
    ...at("issuer", checkClaim(issuer, "iss", "https://login.example.com/")),
    ...at("audience", checkClaim(audience, "aud", "serving")),
    ...at("jwks", parseJwks(jwks).reasons),
  ];
}

function checkClaim(text: string, claim: string, example: string): string[] {
  return /^[^\p{Cc}'"]{1,500}$/u.test(text)
    ? []
    : [
        `is ${JSON.stringify(text)}: use the text of the claim ${claim}, such as ${example}, ` +
          "without quotes and control characters, of up to 500 characters",
      ];
}
