import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";
import {
  apiKeyOf,
  checkApiKeys,
  hashApiKey,
  makeApiKey,
} from "../../../components/core/serving/edge/apiKeys";
import { keyMap } from "../../../components/core/serving/edge/keyMap";
import { promiseOf, startMocks } from "../../support/mocks";

const digits = (letter: string) => letter.repeat(64);
const refused = (apiKeys: object) =>
  checkApiKeys(apiKeys as Record<string, string[]>, "auth.apiKeys").map(
    ({ propertyPath, reason }) => `${propertyPath}: ${reason}`,
  );

describe("a key", () => {
  it("is 256 random bits behind a prefix that scanners of secrets find", () => {
    expect(makeApiKey()).toMatch(/^tfs_[A-Za-z0-9_-]{43}$/);
    expect(makeApiKey()).not.toBe(makeApiKey());
  });

  it("is stored as what sha256sum says of it", () => {
    const key = apiKeyOf(Buffer.alloc(32, 0xfb));
    expect(key).toBe("tfs_-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s");
    expect(hashApiKey(key)).toBe(
      "sha256:e3b800ebcc40b68072971df572baaec191508f0754c1222bd59c2d50597ba84f",
    );
  });
});

describe("keys of clients", () => {
  it("may be several of each, in any case, and outputs", () => {
    const apiKeys = {
      "team-a": [`sha256:${digits("a")}`, `sha256:${digits("B")}`],
      "0.b_": pulumi.output([`sha256:${digits("c")}`]),
    };
    expect(refused(apiKeys)).toEqual([]);
    expect(refused({})).toEqual([]);
  });

  it("are refused where they cannot work, and nothing that may be a key is repeated", () => {
    const key = makeApiKey();
    const found = refused({
      "Team A": [`sha256:${digits("1")}`],
      empty: [],
      text: "sha256",
      leaked: [key],
      other: ["hunter2", `sha256:${digits("g")}`, `sha256:${digits("a")}0`],
      twice: [`sha256:${digits("a")}`, `sha256:${digits("A")}`],
      shared: [`sha256:${digits("a")}`],
    });
    const noHash = (client: string) =>
      "is no hash of a key, which is sha256: and 64 hexadecimal digits: " +
      `npm run key -- add ${client} makes a key and stores its hash`;
    expect(found).toEqual([
      "auth.apiKeys.Team A: is no name for a client: use up to 63 lower-case letters, digits, ., _ and -, beginning with a letter or a digit",
      "auth.apiKeys.empty: has no key: npm run key -- add empty makes one; or leave the client out",
      "auth.apiKeys.text: has no key: npm run key -- add text makes one; or leave the client out",
      "auth.apiKeys.leaked[0]: is a key in place of its hash, and counts as leaked, since whoever reads this can call: remove it; npm run key -- add leaked makes a key and stores its hash",
      ...[0, 1, 2].map((place) => `auth.apiKeys.other[${place}]: ${noHash("other")}`),
      "auth.apiKeys.twice[1]: is there twice: remove one of the two",
      "auth.apiKeys.shared[0]: is the hash of a key of twice as well, and a key tells one client only: npm run key -- add shared makes a key and stores its hash",
    ]);
    expect(found.join()).not.toContain(key);
    expect(found.join()).not.toContain("hunter2");
  });
});

describe("the balancer's map of keys", () => {
  beforeEach(async () => void (await startMocks()));

  it("has a line for each hash, by client, whatever the order of the clients is", async () => {
    const apiKeys = {
      "team-b": [`sha256:${digits("B")}`, pulumi.output(`sha256:${digits("c")}`)],
      "team-a": pulumi.output([`sha256:${digits("a")}`]),
    };
    expect(await promiseOf(keyMap(apiKeys))).toBe(
      `${digits("a")} team-a\n${digits("b")} team-b\n${digits("c")} team-b\n`,
    );
    expect(await promiseOf(keyMap({}))).toBe("");
  });

  it("is a secret only where a hash is", async () => {
    const open = { a: [pulumi.unsecret(pulumi.secret(`sha256:${digits("a")}`))] };
    const closed = { a: [pulumi.secret(`sha256:${digits("a")}`)] };
    expect(await pulumi.isSecret(keyMap(open))).toBe(false);
    expect(await pulumi.isSecret(keyMap(closed))).toBe(true);
  });
});
