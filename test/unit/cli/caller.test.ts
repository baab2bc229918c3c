// The commands as clients of a service that asks for a key, over TLS.
import * as fs from "node:fs";
import https from "node:https";
import type { AddressInfo } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { callerOf, NotForUs } from "../../../cli/predict/caller";
import { modelStatus } from "../../../cli/predict/service";
import { makeAuthority, makeCertificate } from "../../support/certificates";
import { startRest } from "../../support/restService";

const predictKey = "tfs_the-key-of-the-commands";
const answer = '{"model_version_status": [{"version": "7", "state": "AVAILABLE"}]}';
const ca = { key: "ca.key", certificate: "ca.pem" };
let folder: string;
const file = (name: string) => path.join(folder, name);
const read = (name: string) => fs.readFileSync(file(name), "utf8");
const onAddress = "https://127.0.0.1:8501/v1/models/m";
const onName = "https://models.example.com:8501/v1/models/m";

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-caller-"));
  makeAuthority(folder, ca, "authority");
  const pair = (name: string) => ({ key: `${name}.key`, certificate: `${name}.pem` });
  const names = ["subjectAltName=DNS:models.example.com"];
  makeCertificate(folder, ca, pair("server"), "/CN=server", names);
  makeCertificate(folder, ca, pair("client"), "/CN=client", []);
});

afterAll(() => fs.rmSync(folder, { recursive: true }));

/** A service behind TLS with the authorization of each request; its port. */
async function startService(options: https.ServerOptions = {}) {
  const keys: unknown[] = [];
  const own = { key: read("server.key"), cert: read("server.pem") };
  const server = https.createServer({ ...own, ...options }, (request, response) => {
    keys.push(request.headers.authorization);
    response.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { keys, url: `https://127.0.0.1:${port}/v1/models/m` };
}

const caCertificate = () => read("ca.pem");

describe("the commands call a service", () => {
  it("with the key of their stack, and without one where it has none", async () => {
    const { keys, url } = await startService();
    const outputs = { restUrl: onAddress, caCertificate: caCertificate() };
    await modelStatus(url, "dev", callerOf({ ...outputs, predictKey }, {}));
    await modelStatus(url, "dev", callerOf(outputs, {}));
    expect(keys).toEqual([`Bearer ${predictKey}`, undefined]);
  });

  it("with the token of a file, where the stack has no key for them", async () => {
    const { keys, url } = await startService();
    const outputs = { restUrl: onAddress, caCertificate: caCertificate() };
    fs.writeFileSync(file("token"), "header.payload.signature\n");
    const env = { TF_SERVING_API_KEY_FILE: file("token") };
    await modelStatus(url, "dev", callerOf(outputs, env));
    await modelStatus(url, "dev", callerOf({ ...outputs, predictKey }, env));
    expect(keys).toEqual(["Bearer header.payload.signature", `Bearer ${predictKey}`]);
  });

  it.each([
    ["the authority of the stack, at an address", onAddress],
    ["the authority of the stack, by a name", onName],
  ])("that is trusted by %s", async (_, restUrl) => {
    const { url } = await startService();
    const caller = callerOf({ restUrl, caCertificate: caCertificate() }, {});
    expect(await modelStatus(url, "dev", caller)).toMatchObject([{ version: "7" }]);
  });

  it("through a forwarded port under the name of its certificate", async () => {
    const { url } = await startService();
    const { tls } = callerOf({ restUrl: onName }, {});
    // In place of an authority that Node.js itself trusts.
    const caller = { tls: { ...tls, ca: caCertificate() } };
    expect(await modelStatus(url, "dev", caller)).toMatchObject([{ version: "7" }]);
  });

  it("that wants a certificate of its callers with that of the environment", async () => {
    const { url } = await startService({
      ...{ ca: caCertificate(), requestCert: true, rejectUnauthorized: true },
    });
    const outputs = { restUrl: onAddress, caCertificate: caCertificate() };
    const env = {
      TF_SERVING_CERTIFICATE_FILE: file("client.pem"),
      TF_SERVING_PRIVATE_KEY_FILE: file("client.key"),
    };
    expect(await modelStatus(url, "dev", callerOf(outputs, env))).toHaveLength(1);
    await expect(modelStatus(url, "dev", callerOf(outputs, {}))).rejects.toThrow(
      `The service at ${url} asks its callers for a certificate (tls.clientCa).`,
    );
    const missing = { ...env, TF_SERVING_PRIVATE_KEY_FILE: file("no.key") };
    expect(() => callerOf(outputs, missing)).toThrow(
      `TF_SERVING_PRIVATE_KEY_FILE names ${file("no.key")}, which cannot be read (ENOENT).`,
    );
  });
});

describe("the commands give no key to a service", () => {
  it.each<[string, string, boolean, string]>([
    ["whose authority nobody trusts", onName, false, "nobody whom this machine trusts"],
    [
      ...(["of another name", "https://other.example.com/v1/models/m", true] as const),
      "its certificate is for other names (ERR_TLS_CERT_ALTNAME_INVALID)",
    ],
  ])("%s", async (_, restUrl, isTrusted, why) => {
    const { keys, url } = await startService();
    const { tls, apiKey } = callerOf({ restUrl, predictKey }, {});
    const caller = { apiKey, tls: isTrusted ? { ...tls, ca: caCertificate() } : tls };
    await expect(modelStatus(url, "dev", caller)).rejects.toThrow(why);
    expect(keys).toEqual([]);
  });
});

describe("a refusal of the service", () => {
  it.each([
    [401, "npm run up"],
    [403, "auth.clients.predict"],
    [429, "ask again in a second"],
    [503, "limits.callsPerReplica"],
  ])("%d says what to do, and shows no key", async (status, advice) => {
    const said = '{"error": "no"}';
    const { base } = await startRest({ "/v1/models/m": said }, status);
    const caller = callerOf({ restUrl: `${base}/m`, predictKey }, {});
    const error = await modelStatus(`${base}/m`, "dev", caller).catch((error) => error);
    expect(error).toMatchObject({
      message: `The service at ${base}/m answered ${status}: no`,
      advice: expect.stringContaining(advice),
    });
    expect(error instanceof NotForUs).toBe(status === 403);
    expect(JSON.stringify([error.message, error.advice])).not.toContain(predictKey);
  });
});
