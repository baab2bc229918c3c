import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { AuthArgs, TlsArgs } from "@tf-model-serving/core";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import type { Settings } from "../../../program/config/settings";
import { createEdge, withEdge } from "../../../program/edge";
import { type FileServer, startFileServer } from "../../support/fileServer";
import { promiseOf, type Recording, settle, startMocks } from "../../support/mocks";
import { enterSmallProject } from "../../support/smallProject";

const keyText = "-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n";
const certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

let recording: Recording;

beforeEach(async () => {
  enterSmallProject();
  recording = await startMocks();
});

/** What a service is told of the keys `tls` and `auth`, and what is wrong with them. */
async function read(service: { tls?: object; auth?: object }) {
  const settings = { target: "docker", args: { service }, problems: [], recorded: {} };
  const { args, problems } = await withEdge(settings as unknown as Settings);
  return {
    service: args.service as { tls?: TlsArgs; auth?: AuthArgs },
    problems: problems.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`),
  };
}

describe("certificates and keys", () => {
  it("are read from files of the project, or are the text itself", async () => {
    fs.writeFileSync("server.pem", certificate);
    fs.writeFileSync("key.pem", keyText);
    const { service, problems } = await read({
      tls: { certificate: "server.pem", privateKey: "key.pem", clientCa: certificate },
    });
    expect(problems).toEqual([]);
    expect(service).toEqual({
      tls: { certificate, privateKey: keyText, clientCa: certificate },
    });
  });

  it("may be a private key that is encrypted in the stack's file", async () => {
    fs.writeFileSync("Pulumi.dev.yaml", "config: {tfserving:tls: {privateKey: {secure: v1:abc}}}");
    const { service, problems } = await read({ tls: { privateKey: keyText } });
    expect([problems, service.tls?.privateKey]).toEqual([[], keyText]);
  });

  it("are refused where a private key is there in plain text, which is not repeated", async () => {
    const config = { "tfserving:tls": { privateKey: keyText } };
    fs.writeFileSync("Pulumi.dev.yaml", JSON.stringify({ config }));
    const { service, problems } = await read({ tls: { certificate, privateKey: keyText } });
    expect(problems).toEqual([
      "tls.privateKey: is the key itself in plain text, which whoever reads the stack's file has: " +
        "replace it by another one, encrypted with npm run pulumi -- config set --secret --path " +
        "tls.privateKey < KEY.pem, or name its file",
    ]);
    expect(service).toEqual({});
  });

  it("are refused where a file is not there, or the value is no text", async () => {
    const tls = { certificate: "gone.pem", privateKey: [keyText], clientCa: "model" };
    const { problems } = await read({ tls });
    const advice = "give a path relative to the project, or the PEM text itself";
    expect(problems).toEqual([
      `tls.certificate: is "gone.pem", and that file is not there: ${advice}`,
      "tls.privateKey: is no text: give a path relative to the project, or the PEM text as a secret",
      `tls.clientCa: is "model", and that file cannot be read (EISDIR): ${advice}`,
    ]);
  });
});

describe("clients", () => {
  it("cannot have the names of the stack's own", async () => {
    const { problems } = await read({
      auth: { apiKeys: { notebook: [], predict: [], other: [] } },
    });
    const reason = "is a client that the stack itself has: use another name";
    expect(problems).toEqual([
      `auth.apiKeys.notebook: ${reason}`,
      `auth.apiKeys.predict: ${reason}`,
    ]);
  });

  it("of the stack have keys of their own, which are secrets while their hashes are none", async () => {
    const given = { apiKeys: { other: ["sha256:0"] }, clients: { other: { models: ["birds"] } } };
    const { edge, keys } = createEdge({ auth: given, tls: { privateKey: keyText } }, true);
    await settle();

    expect(recording.resources.map(({ name }) => name)).toEqual(["notebook-key", "predict-key"]);
    expect(await promiseOf(keys.predict!)).toMatch(/^tfs_[A-Za-z0-9_-]{43}$/);
    expect(await pulumi.isSecret(keys.predict!)).toBe(true);
    const { notebook, predict, other } = edge.auth!.apiKeys!;
    expect(other).toEqual(["sha256:0"]);
    expect(edge.auth!.clients).toEqual(given.clients);
    for (const hashes of [notebook, predict]) {
      expect(await promiseOf(pulumi.output(hashes))).toEqual([
        expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      ]);
      expect(await pulumi.isSecret(pulumi.output(hashes))).toBe(false);
    }
    expect(await pulumi.isSecret(pulumi.output(edge.tls!.privateKey))).toBe(true);
  });

  it.each<[string, AuthArgs | undefined, boolean, string[]]>([
    ["where nobody is asked for a key", undefined, true, []],
    ["where nothing tells who calls", { clients: {} }, true, []],
    ["without a notebook", { apiKeys: {} }, false, ["predict"]],
  ])("of the stack are made as they are needed: %s", async (_, auth, hasNotebook, names) => {
    const { edge, keys } = createEdge({ auth }, hasNotebook);
    await settle();
    expect(Object.keys(keys)).toEqual(names);
    expect(Object.keys(edge.auth?.apiKeys ?? {})).toEqual(names);
  });
});

describe("keys of an issuer", () => {
  const jwks = '{"keys": []}';
  const wellKnown = "/.well-known/openid-configuration";
  let server: FileServer;

  beforeAll(async () => {
    server = await startFileServer(fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-issuer-")));
    return () => {
      server.stop();
      fs.rmSync(path.dirname(server.authority), { recursive: true });
    };
  });
  beforeEach(() => {
    server.files = {};
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  });

  const serve = (files: Record<string, unknown>) => {
    for (const [name, content] of Object.entries(files)) {
      const text = typeof content === "string" ? content : JSON.stringify(content);
      server.files[name] = { content: Buffer.from(text) };
    }
  };
  const readJwt = (jwt: object) => read({ auth: { jwt: { audience: "serving", ...jwt } } });

  it("are read from a file", async () => {
    fs.writeFileSync("jwks.json", jwks);
    const { service, problems } = await readJwt({ issuer: "a", jwks: "jwks.json" });
    expect([problems, service.auth?.jwt?.jwks]).toEqual([[], jwks]);
  });

  it("are fetched from a URL", async () => {
    serve({ "/keys": jwks });
    const { service, problems } = await readJwt({ issuer: "a", jwks: `${server.address}/keys` });
    expect([problems, service.auth?.jwt?.jwks]).toEqual([[], jwks]);
  });

  it.each(["", "/"])("are found by the issuer's own document: %j at its end", async (end) => {
    const issuer = server.address + end;
    serve({ "/keys": jwks, [wellKnown]: { issuer, jwks_uri: `${server.address}/keys` } });
    const { service, problems } = await readJwt({ issuer });
    expect([problems, service.auth?.jwt?.jwks]).toEqual([[], jwks]);
  });

  it.each<[string, object, string]>([
    ["no JSON", { [wellKnown]: "<html>" }, "jwks: HOST/DOCUMENT is no JSON object. AGAIN"],
    [
      "without keys",
      { [wellKnown]: { issuer: "HOST" } },
      "jwks: HOST/DOCUMENT names no https URL of keys (jwks_uri). AGAIN",
    ],
    [
      "of another issuer",
      { [wellKnown]: { issuer: "https://other.example.com" } },
      "issuer: is HOST, and HOST/DOCUMENT says https://other.example.com: use that",
    ],
    ["not there", {}, "jwks: HOST/DOCUMENT answers 404 Not Found. AGAIN"],
  ])("are refused where the issuer's document is %s", async (_, files, expected) => {
    serve(JSON.parse(JSON.stringify(files).replace("HOST", server.address)));
    const { problems } = await readJwt({ issuer: server.address });
    const again = "Try again, or give the keys as a file, which needs no connection";
    expect(problems.map((line) => line.split(server.address).join("HOST"))).toEqual([
      `auth.jwt.${expected}`.replaceAll("DOCUMENT", wellKnown.slice(1)).replace("AGAIN", again),
    ]);
  });

  it("are refused where the issuer cannot be reached, and the rest is judged", async () => {
    const apiKeys = { other: ["sha256:0"] };
    const jwt = { issuer: "a", audience: "b", jwks: "https://127.0.0.1:2/keys" };
    const { service, problems } = await read({ auth: { apiKeys, jwt } });
    expect(problems).toEqual([
      expect.stringMatching(
        /^auth\.jwt\.jwks: https:\/\/127\.0\.0\.1:2\/keys does not answer: connect ECONNREFUSED 127\.0\.0\.1:2\. Try again/,
      ),
    ]);
    expect(service).toEqual({ auth: { apiKeys } });
  });

  it.each([
    [
      { issuer: "accounts" },
      "is missing, and the issuer is no https URL that names it: give a file or URL",
    ],
    [
      { issuer: "accounts", jwks: "http://127.0.0.1/keys" },
      'is "http://127.0.0.1/keys", and that file is not there: give a path relative to the project, or an https URL',
    ],
  ])("are refused without a way to them: %j", async (jwt, reason) => {
    const { problems, service } = await readJwt(jwt);
    expect([problems, service]).toEqual([[`auth.jwt.jwks: ${reason}`], {}]);
  });
});
