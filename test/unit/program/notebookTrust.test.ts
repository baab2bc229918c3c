import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect, it, vi } from "vitest";

import { warnOfNotebook } from "../../../program/edgeOutputs";
import { makeAuthority, makeCertificate } from "../../support/certificates";
import { temporaryFolder } from "../tfserving/savedModelFile";

/** A certificate of a service by these names. */
function certificateFor(names: string): string {
  const folder = temporaryFolder();
  const authority = { key: "ca.key", certificate: "ca.pem" };
  makeAuthority(folder, authority, "ca");
  const pair = { key: "key.pem", certificate: "server.pem" };
  makeCertificate(folder, authority, pair, "/CN=server", [`subjectAltName=${names}`]);
  return fs.readFileSync(path.join(folder, pair.certificate), "utf8");
}

it.each([
  [
    "another name",
    () => ({ certificate: certificateFor("DNS:models.example.com") }),
    "is not for birds",
  ],
  [
    "the notebook's name",
    () => ({ certificate: certificateFor("DNS:birds,DNS:models.example.com") }),
  ],
  ["clients' certificates", () => ({ selfSigned: true, clientCa: "PEM" }), "the notebook has none"],
  ["a certificate of the stack", () => ({ selfSigned: true })],
  ["no TLS", () => undefined],
])(
  "a stack is told where its notebook cannot call the service: %s",
  async (_, tls, said?: string) => {
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    await warnOfNotebook(tls(), "birds");
    expect(warn.mock.calls.map(([text]) => text)).toEqual(
      said ? [expect.stringContaining(said)] : [],
    );
  },
);
