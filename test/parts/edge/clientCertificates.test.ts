// Clients that have to show a certificate, in the HAProxy that users get.
import * as fs from "node:fs";
import * as https from "node:https";
import * as os from "node:os";
import * as path from "node:path";
import * as grpc from "@grpc/grpc-js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseEntry } from "../../../cli/accessLog/entry";
import { balancerImage } from "../../support/balancer";
import { makeAuthority, makeCertificate, type Pair } from "../../support/certificates";
import { logs } from "../../support/docker";
import { type EchoBalancer, startEchoBalancer } from "../../support/echoBalancer";
import { predictMethod } from "../../support/servingGrpc";
import { until } from "../../support/until";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-certificates-"));
const pair = (name: string): Pair => ({ key: `${name}.key`, certificate: `${name}.crt` });
const read = (file: string) => fs.readFileSync(path.join(folder, file), "utf8");

let balancer: EchoBalancer;

beforeAll(async () => {
  for (const name of ["service-ca", "client-ca", "stranger-ca"]) {
    makeAuthority(folder, pair(name), name);
  }
  const names = ["subjectAltName=DNS:localhost,IP:127.0.0.1"];
  makeCertificate(folder, pair("service-ca"), pair("service"), "/CN=service", names);
  makeCertificate(folder, pair("client-ca"), pair("ada"), "/O=birds/CN=ada", []);
  makeCertificate(folder, pair("stranger-ca"), pair("stranger"), "/CN=ada", []);
  balancer = await startEchoBalancer(balancerImage(), [{}], {
    tls: { selfSigned: true, clientCa: read("client-ca.crt") },
    served: { certificate: read("service.crt"), privateKey: read("service.key") },
  });
});
afterAll(() => {
  balancer?.remove();
  fs.rmSync(folder, { recursive: true });
});

/** The status of a request, or the reason of its failure. */
function ask(client?: string, requestId = "none"): Promise<number | string> {
  const certificate = client && { cert: read(`${client}.crt`), key: read(`${client}.key`) };
  const options = {
    ca: read("service-ca.crt"),
    headers: { "x-request-id": requestId },
    ...certificate,
  };
  const url = `https://127.0.0.1:${balancer.restPort}/v1/models/birds`;
  return new Promise((resolve) =>
    https
      .get(url, options, (answer) => answer.resume().on("end", () => resolve(answer.statusCode!)))
      .on("error", ({ code, message }: NodeJS.ErrnoException) => resolve(code ?? message)),
  );
}

test("a certificate of the clients' authority lets a client in, and the log has its subject", async () => {
  expect(await ask("ada", "with-certificate")).toBe(200);
  const entries = () => logs(balancer.id).split("\n").map(parseEntry);
  const entry = () => entries().find((one) => one?.requestId === "with-certificate");
  await until("the request is in the log", () => entry() !== undefined);
  expect(entry()!.clientCertificate).toBe("CN=ada,O=birds");
});

test("a client without one, or with one of somebody else, reaches nothing", async () => {
  expect(await ask()).toMatch(/CERTIFICATE_REQUIRED|ECONNRESET/i);
  expect(await ask("stranger")).toMatch(/UNKNOWN_CA|ECONNRESET/i);
});

test("gRPC asks for it as well", async () => {
  const ca = fs.readFileSync(path.join(folder, "service-ca.crt"));
  const withOne = grpc.credentials.createSsl(
    ca,
    Buffer.from(read("ada.key")),
    Buffer.from(read("ada.crt")),
  );
  expect(await call(withOne)).toBe(grpc.status.OK);
  expect(await call(grpc.credentials.createSsl(ca))).toBe(grpc.status.UNAVAILABLE);
});

function call(credentials: grpc.ChannelCredentials): Promise<grpc.status> {
  const client = new grpc.Client(`127.0.0.1:${balancer.grpcPort}`, credentials);
  const same = (message: Buffer) => message;
  return new Promise<grpc.status>((resolve) =>
    client.makeUnaryRequest(predictMethod, same, same, Buffer.alloc(4), (error) =>
      resolve(error?.code ?? grpc.status.OK),
    ),
  ).finally(() => client.close());
}
