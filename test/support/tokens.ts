import { createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** A key pair of an issuer. */
export interface IssuerKey {
  kid: string;
  alg: "RS256" | "ES256";
  privateKey: KeyObject;
  publicKey: KeyObject;
}

export function issuerKey(alg: IssuerKey["alg"], kid: string): IssuerKey {
  const pair =
    alg === "RS256"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { kid, alg, ...pair };
}

/** The public keys as an issuer publishes them. */
export function keySet(...keys: IssuerKey[]): string {
  const published = keys.map(({ kid, alg, publicKey }) => ({
    ...publicKey.export({ format: "jwk" }),
    ...{ kid, alg, use: "sig" },
  }));
  return JSON.stringify({ keys: published });
}

/** A signed token. @param header - fields in place of the usual ones */
export function token(key: IssuerKey, claims: object, header: object = {}): string {
  const signed = unsigned({ alg: key.alg, kid: key.kid, typ: "JWT", ...header }, claims);
  const options = { key: key.privateKey, dsaEncoding: "ieee-p1363" as const };
  return `${signed}.${sign("sha256", Buffer.from(signed), options).toString("base64url")}`;
}

/** A token that takes an issuer's public key for a shared secret. */
export function confusedToken({ kid, publicKey }: IssuerKey, claims: object): string {
  const signed = unsigned({ alg: "HS256", kid }, claims);
  const secret = publicKey.export({ type: "spki", format: "pem" });
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

/** Header and claims of a token without its signature. */
export function unsigned(header: object, claims: object): string {
  return [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
}
