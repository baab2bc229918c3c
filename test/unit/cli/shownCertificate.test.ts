import * as fs from "node:fs";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import * as tls from "node:tls";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { status } from "../../../cli/commands/status";
import { certificateFact, shownCertificate } from "../../../cli/predict/shownCertificate";
import { makeAuthority, makeCertificate } from "../../support/certificates";
import { temporaryFolder } from "../../support/modelFolder";
import { startRest } from "../../support/restService";
import { startScriptedEngine, withReplica } from "../../support/scriptedEngine";
import { stackContext } from "../../support/stackContext";

const subject = "CN=serving.example.com";
const soon = { subject, daysLeft: 29 };

/** The URL of a service with a certificate of 30 days. */
async function startTls(options: tls.TlsOptions = {}): Promise<string> {
  const folder = temporaryFolder();
  const [ca, own] = ["ca", "own"].map((name) => ({ key: `${name}.key`, certificate: name }));
  makeAuthority(folder, ca, "ca");
  makeCertificate(folder, ca, own, "/CN=serving.example.com", ["subjectAltName=IP:127.0.0.1"]);
  const [key, cert] = [own.key, own.certificate].map((file) =>
    fs.readFileSync(path.join(folder, file)),
  );
  const server = tls.createServer({ key, cert, ...options }, (socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1/models/m`;
}

describe("the certificate that a service shows", () => {
  it("is read, whoever signed it", async () => {
    expect(await shownCertificate(await startTls())).toMatchObject(soon);
  });

  it("is read where clients need one of their own", async () => {
    const url = await startTls({ requestCert: true, rejectUnauthorized: true });
    expect(await shownCertificate(url)).toMatchObject(soon);
  });

  it("is none without TLS, and where nobody answers", async () => {
    const { base } = await startRest({});
    expect(await shownCertificate(base)).toBeUndefined();
    expect(await shownCertificate(base.replace("http:", "https:"))).toBeUndefined();
    expect(await shownCertificate("https://127.0.0.1:1")).toBeUndefined();
  });

  const inDays = (days: number) => ({
    ...{ subject, daysLeft: days },
    validTo: new Date(Date.now() + (days + 0.5) * 24 * 3600 * 1000).toISOString(),
  });

  it.each([
    [30, /^certificate of CN=serving.example.com expires in 30 days, on [\d-]+$/],
    [29, /^certificate of CN=serving.example.com expires in 29 days, on [\d-]+: renew it$/],
    [1, /expires in 1 day, on [\d-]+: renew it$/],
    [0, /expires in less than a day, on [\d-]+: renew it$/],
    [-1, /expired on [\d-]+: renew it$/],
  ])("reads so when it ends in %d days", (days, text) => {
    expect(certificateFact(inDays(days), "renew it").text).toMatch(text);
  });
});

describe("npm run status of a service with TLS", () => {
  let said: string;
  beforeEach(() => {
    said = "";
    vi.spyOn(console, "log").mockImplementation((line = "") => void (said += `${line}\n`));
    vi.spyOn(console, "error").mockImplementation(() => {});
  });

  async function context(settings: Record<string, unknown>) {
    const { host } = await startScriptedEngine(withReplica);
    const given = { restUrl: await startTls(), replicas: 1, grpcAddress: "" };
    return stackContext({ host, settings, given });
  }

  it.each([
    [{}, "renew it"],
    [{ tls: { selfSigned: true } }, "npm run up renews it"],
  ])("says when its certificate ends, and with %j what renews it", async (settings, renewal) => {
    await status(await context(settings), {});
    expect(said).toMatch(
      new RegExp(
        `^TLS +certificate of ${subject} expires in 29 days, on [\\d-]+: ${renewal}$`,
        "m",
      ),
    );
  });

  it("gives programs the time in JSON", async () => {
    await status(await context({}), { json: true });
    expect(JSON.parse(said).certificate).toMatchObject(soon);
  });
});
