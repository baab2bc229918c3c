import { generateKeyPairSync, type JsonWebKey, type KeyObject } from "node:crypto";
import { describe, expect, it } from "vitest";
import { checkJwt, parseJwks } from "../../../components/core/serving/edge/jwks";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const jwk = (key: KeyObject, more: object = {}) => ({ ...key.export({ format: "jwk" }), ...more });
const setOf = (...keys: object[]) => JSON.stringify({ keys });
const reasonsOf = (...keys: object[]) => parseJwks(setOf(...keys)).reasons;
const pem = (key: KeyObject) => key.export({ type: "spki", format: "pem" });

const signing = { kid: "r1", use: "sig", alg: "RS256", x5t: "certificate" };
const otherCurve = generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey;
const short = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey;
const edwards = generateKeyPairSync("ed25519").publicKey;
/** Keys that an issuer may have beside those that sign, and what is said of them. */
const others: [string, JsonWebKey][] = [
  ['"enc" for another use than signatures', jwk(rsa.publicKey, { kid: "enc", use: "enc" })],
  [
    '"ops" for another use than signatures',
    jwk(rsa.publicKey, { kid: "ops", key_ops: ["encrypt"] }),
  ],
  ['"pss" for "PS256"', jwk(rsa.publicKey, { kid: "pss", alg: "PS256" })],
  ['"384" on the curve "P-384"', jwk(otherCurve, { kid: "384" })],
  ['"short" of RSA with 1024 bits', jwk(short, { kid: "short" })],
  ['without a kid of the type "OKP"', jwk(edwards)],
  ['"bad" that is damaged', { kty: "EC", crv: "P-256", kid: "bad", x: "AA", y: "AA" }],
  [
    '"a b" with blanks or other than ASCII characters in its kid, or more than 200',
    jwk(rsa.publicKey, { kid: "a b" }),
  ],
];

describe("a set of keys", () => {
  it("gives those that verify RS256 and ES256, and leaves the others out", () => {
    const set = [...others.map(([, key]) => key), jwk(rsa.publicKey, signing), jwk(ec.publicKey)];
    expect(parseJwks(setOf(...set))).toEqual({
      keys: [
        { kid: "r1", alg: "RS256", pem: pem(rsa.publicKey) },
        { kid: "", alg: "ES256", pem: pem(ec.publicKey) },
      ],
      reasons: [],
    });
  });

  it.each(others)("without another key than one %s is refused", (found, key) => {
    expect(reasonsOf(key)).toEqual([
      "has no key that verifies RS256 (RSA of 2048 bits or more) or ES256 (EC on P-256): " +
        `it has ${found}`,
    ]);
  });

  it.each([
    ["<html>", "is no JSON: give the text of a JSON Web Key Set"],
    ["[]", 'has no list "keys", so that it is no JSON Web Key Set (RFC 7517)'],
    ['{"keys": {}}', 'has no list "keys", so that it is no JSON Web Key Set (RFC 7517)'],
    [
      '{"keys": []}',
      "has no key that verifies RS256 (RSA of 2048 bits or more) or ES256 (EC on P-256): it is empty",
    ],
  ])("is refused where it is %s", (text, reason) => {
    expect(parseJwks(text).reasons).toEqual([reason]);
  });

  it.each([
    ["RSA", jwk(rsa.privateKey, { kid: "mine" })],
    ["EC", jwk(ec.privateKey, { kid: "mine" })],
    ["HMAC", { kty: "oct", kid: "mine", k: "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ" }],
  ])("is refused where it holds a private part, and none of it is repeated: %s", (_, key) => {
    const [reason] = reasonsOf(jwk(ec.publicKey), key);
    expect(reason).toBe(
      'holds the private part of the key "mine", and must not: whoever has it can make tokens, ' +
        "so that the key counts as leaked; give the public keys only",
    );
  });

  it("is refused where two keys have the same kid", () => {
    const twice = [jwk(rsa.publicKey, { kid: "a" }), jwk(ec.publicKey, { kid: "a" })];
    expect(reasonsOf(...twice)).toEqual([
      'has two keys with the kid "a": give each one of its own',
    ]);
  });
});

describe("tokens", () => {
  const good = { issuer: "https://login.example.com/", audience: "serving" };
  const jwks = setOf(jwk(ec.publicKey));

  it("may have any issuer and audience that is a text", () => {
    expect(checkJwt({ ...good, jwks }, "auth.jwt")).toEqual([]);
    expect(checkJwt({ issuer: "accounts", audience: "a b, ä", jwks }, "auth.jwt")).toEqual([]);
  });

  it("are refused with all that is wrong about them", () => {
    const wrong = { issuer: "", audience: "it's", jwks: "no" };
    const without = "without quotes and control characters, of up to 500 characters";
    expect(checkJwt(wrong, "auth.jwt")).toEqual([
      {
        propertyPath: "auth.jwt.issuer",
        reason: `is "": use the text of the claim iss, such as https://login.example.com/, ${without}`,
      },
      {
        propertyPath: "auth.jwt.audience",
        reason: `is "it's": use the text of the claim aud, such as serving, ${without}`,
      },
      {
        propertyPath: "auth.jwt.jwks",
        reason: "is no JSON: give the text of a JSON Web Key Set",
      },
    ]);
    expect(checkJwt({ ...good, issuer: "a\u0085b", jwks }, "auth.jwt")).toHaveLength(1);
  });
});
