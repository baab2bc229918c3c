import { describe, expect, it } from "vitest";

import { opensshKey } from "../../../components/core/engine/sshDockerHost/sshKey";

// RFC 8032, 7.1, test 1.
const secret = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const point = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const { privateKey, publicKey } = opensshKey(Buffer.from(secret, "hex").toString("base64"));

describe("an SSH key", () => {
  it("has the public key that belongs to its 32 bytes", () => {
    const [type, blob, ...rest] = publicKey.split(" ");
    expect([type, rest]).toEqual(["ssh-ed25519", []]);
    expect(Buffer.from(blob, "base64").toString("hex")).toBe(
      `0000000b${Buffer.from("ssh-ed25519").toString("hex")}00000020${point}`,
    );
  });

  it("is written in OpenSSH's format, without passphrase, both halves in it", () => {
    const lines = privateKey.split("\n");
    expect(lines[0]).toBe("-----BEGIN OPENSSH PRIVATE KEY-----");
    expect(lines.slice(-2)).toEqual(["-----END OPENSSH PRIVATE KEY-----", ""]);
    expect(Math.max(...lines.map((line) => line.length))).toBe(70);
    const file = Buffer.from(lines.slice(1, -2).join(""), "base64");
    expect(file.toString("latin1")).toMatch(
      /^openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none\0\0\0\0/,
    );
    expect(file.toString("hex")).toContain(`00000040${secret}${point}`);
  });

  it("is filled up to whole blocks of 8 bytes", () => {
    const lines = privateKey.split("\n");
    const file = Buffer.from(lines.slice(1, -2).join(""), "base64").toString("hex");
    // Behind the public key: the length of the rest.
    const [, rest] = file.split(`${point}`);
    const length = parseInt(rest.slice(0, 8), 16);
    expect(length % 8).toBe(0);
    expect(file).toMatch(/0000000001020304(05(06(07)?)?)?$/);
  });

  it("is the same for the same bytes", () => {
    expect(opensshKey(Buffer.from(secret, "hex").toString("base64"))).toEqual({
      privateKey,
      publicKey,
    });
  });
});
