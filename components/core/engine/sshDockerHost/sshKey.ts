import { createHash, createPrivateKey, createPublicKey } from "crypto";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** An Ed25519 key for SSH. */
export interface SshKey {
  /** Private key in OpenSSH's format, a secret. */
  privateKey: pulumi.Output<string>;
  /** Public key as one line: `ssh-ed25519 AAAA...`. */
  publicKey: pulumi.Output<string>;
}

/** Generates a key that lives as long as the stack. */
export function createSshKey(name: string, parent: pulumi.Resource): SshKey {
  const seed = new random.RandomBytes(name, { length: 32 }, { parent }).base64;
  return {
    privateKey: pulumi.secret(seed.apply((text) => opensshKey(text).privateKey)),
    // Nothing secret can be computed from it.
    publicKey: pulumi.unsecret(seed.apply((text) => opensshKey(text).publicKey)),
  };
}

/**
 * The two halves of an Ed25519 key as OpenSSH writes them.
 *
 * Every version of OpenSSH reads its own format, and only 9.6 and later read a PKCS #8 file.
 *
 * @param seed - 32 random bytes in base64: an Ed25519 private key (RFC 8032, 5.1.5)
 * @see https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
 */
export function opensshKey(seed: string): { privateKey: string; publicKey: string } {
  const secret = Buffer.from(seed, "base64");
  const point = publicPoint(secret);
  const publicBlob = Buffer.concat([field(keyType), field(point)]);
  // The same number twice, by which ssh sees that a passphrase was right; there is none.
  const check = createHash("sha256").update(point).digest().subarray(0, 4);
  const privateBlob = padded(
    Buffer.concat([
      ...[check, check, field(keyType), field(point)],
      ...[field(Buffer.concat([secret, point])), field("")],
    ]),
  );
  const file = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    ...[field("none"), field("none"), field("")],
    ...[number(1), field(publicBlob), field(privateBlob)],
  ]);
  const lines = file.toString("base64").match(/.{1,70}/g) ?? [];
  return {
    privateKey: [begin, ...lines, end, ""].join("\n"),
    publicKey: `${keyType} ${publicBlob.toString("base64")}`,
  };
}

const keyType = "ssh-ed25519";
const begin = "-----BEGIN OPENSSH PRIVATE KEY-----";
const end = "-----END OPENSSH PRIVATE KEY-----";
/** Start of every Ed25519 key in PKCS #8; the 32 bytes of the key follow (RFC 8410, 7). */
const pkcs8Start = Buffer.from("302e020100300506032b657004220420", "hex");

function publicPoint(seed: Buffer): Buffer {
  const key = createPrivateKey({
    key: Buffer.concat([pkcs8Start, seed]),
    format: "der",
    type: "pkcs8",
  });
  return Buffer.from(createPublicKey(key).export({ format: "jwk" }).x ?? "", "base64url");
}

/** A string as SSH writes it: its length, and it. */
function field(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content as string);
  return Buffer.concat([number(bytes.length), bytes]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Filled up with 1, 2, 3... to a multiple of 8 bytes. */
function padded(blob: Buffer): Buffer {
  const missing = (8 - (blob.length % 8)) % 8;
  return Buffer.concat([blob, Buffer.from(Array.from({ length: missing }, (_, i) => i + 1))]);
}
