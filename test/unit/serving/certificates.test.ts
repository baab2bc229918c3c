import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, describe, expect, it } from "vitest";
import {
  certificateWarnings,
  checkCertificates,
} from "../../../components/core/serving/edge/certificates";
import type { TlsArgs } from "../../../components/core/serving/edge/edgeArgs";
import { makeAuthority, makeCertificate, openssl } from "../../support/certificates";

const pair = (name: string) => ({ key: `${name}.key`, certificate: `${name}.pem` });
const forServers = ["subjectAltName=DNS:serving.example.com", "extendedKeyUsage=serverAuth"];
/** How long certificates of the tests are valid. */
const validDays = 30;
const inDays = (days: number) => new Date(Date.now() + days * 24 * 3600 * 1000);
const day = (date: Date) => date.toISOString().slice(0, 10);

let folder: string;
const text = (file: string) => fs.readFileSync(path.join(folder, file), "utf8");

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-"));
  makeAuthority(folder, pair("ca"), "ca");
  makeAuthority(folder, pair("other-ca"), "other-ca");
  makeCertificate(folder, pair("ca"), pair("server"), "/CN=server/O=Example", forServers);
  makeCertificate(folder, pair("ca"), pair("client"), "/CN=client", [
    "extendedKeyUsage=clientAuth",
  ]);
  const request = `req -x509 -days ${validDays} -noenc`;
  for (const [name, kind] of [
    ["rsa-2048", "rsa:2048"],
    ["rsa-1024", "rsa:1024"],
    ["p-384", "ec -pkeyopt ec_paramgen_curve:P-384"],
    ["p-521", "ec -pkeyopt ec_paramgen_curve:P-521"],
    ["ed25519", "ed25519"],
  ]) {
    openssl(
      folder,
      `${request} -newkey ${kind} -keyout ${name}.key -out ${name}.pem -subj /CN=${name}`,
    );
  }
  openssl(folder, "pkey -in server.key -aes256 -passout pass:secret -out encrypted.key");
  openssl(folder, "ec -in server.key -aes256 -passout pass:secret -out encrypted-sec1.key");
  return () => fs.rmSync(folder, { recursive: true });
});

/** What is wrong, a line for each problem. */
function problems(tls: TlsArgs, now?: Date): string {
  const found = checkCertificates(tls, "tls", now);
  return found.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`).join("\n");
}

const served = () => ({ certificate: text("server.pem"), privateKey: text("server.key") });

describe("certificates that are taken", () => {
  it.each<[string, () => TlsArgs]>([
    ["a certificate and its key", served],
    [
      "those that signed it after it",
      () => ({ ...served(), certificate: text("server.pem") + text("ca.pem") }),
    ],
    [
      "words around the PEM",
      () => ({ ...served(), certificate: `subject=x\r\n${text("server.pem")}` }),
    ],
    [
      "RSA of 2048 bits",
      () => ({ certificate: text("rsa-2048.pem"), privateKey: text("rsa-2048.key") }),
    ],
    ["ECDSA on P-384", () => ({ certificate: text("p-384.pem"), privateKey: text("p-384.key") })],
    ["two authorities of clients", () => ({ clientCa: text("ca.pem") + text("other-ca.pem") })],
    ["one of the stack's own", () => ({ selfSigned: true })],
    [
      "what is not known yet",
      () => ({ certificate: pulumi.output("x"), privateKey: pulumi.secret("x") }),
    ],
  ])("are %s", (_, tls) => {
    expect(problems(tls())).toBe("");
  });
});

describe("certificates that cannot work", () => {
  it.each<[string, () => TlsArgs, string | RegExp]>([
    [
      "no PEM",
      () => ({ certificate: "tls.pem", clientCa: "" }),
      /^tls.certificate: holds no certificate in PEM: .*\ntls.clientCa: holds no certificate in PEM/,
    ],
    [
      "a damaged certificate",
      () => ({
        certificate: text("ca.pem") + text("server.pem").replace("MII", "AII"),
      }),
      /certificate 2 of 2 is damaged/,
    ],
    [
      "no key",
      () => ({ ...served(), privateKey: text("server.pem") }),
      /^tls.privateKey: holds no private key in PEM that can be read: give/,
    ],
    [
      "a public key",
      () => ({ ...served(), privateKey: "-----BEGIN PUBLIC KEY-----" }),
      /^tls.privateKey: holds no private key in PEM/,
    ],
    [
      "an encrypted key",
      () => ({ ...served(), privateKey: text("encrypted.key") }),
      /^tls.privateKey: is encrypted, .*openssl pkey -in KEY.pem -out/,
    ],
    [
      "an encrypted key of the old kind",
      () => ({ ...served(), privateKey: text("encrypted-sec1.key") }),
      /^tls.privateKey: is encrypted/,
    ],
    [
      "a key of another certificate",
      () => ({ ...served(), privateKey: text("client.key") }),
      "tls.privateKey: does not belong to the certificate of CN=server, O=Example: give the key that it was made with",
    ],
    [
      "a key beside the certificate",
      () => ({ ...served(), certificate: text("server.pem") + text("server.key") }),
      /^tls.certificate: holds a private key as well/,
    ],
    [
      "the signer first",
      () => ({ ...served(), certificate: text("ca.pem") + text("server.pem") }),
      /^tls.certificate: begins with the certificate of CN=ca, and that of the service itself, the certificate of CN=server, O=Example, is number 2: put it first/,
    ],
    [
      "the signer first, and no key known",
      () => ({ certificate: text("ca.pem") + text("server.pem") }),
      /^tls.certificate: begins with the certificate of CN=ca/,
    ],
    [
      "one that signed nothing",
      () => ({ ...served(), certificate: text("server.pem") + text("other-ca.pem") }),
      /^tls.certificate: has the certificate of CN=other-ca after the certificate of CN=server, O=Example, which it did not sign/,
    ],
    [
      "one for clients",
      () => ({ certificate: text("client.pem"), privateKey: text("client.key") }),
      /^tls.certificate: is the certificate of CN=client, which is not for servers/,
    ],
    [
      "RSA of 1024 bits",
      () => ({ certificate: text("rsa-1024.pem") }),
      /^tls.certificate: is the certificate of CN=rsa-1024 with a key of rsa 1024: use RSA of 2048/,
    ],
    [
      "ECDSA on P-521",
      () => ({ certificate: text("p-521.pem") }),
      /with a key of ec secp521r1: use/,
    ],
    ["Ed25519", () => ({ certificate: text("ed25519.pem") }), /with a key of ed25519: use/],
    [
      "an authority of clients that is none",
      () => ({ clientCa: text("ca.pem") + text("client.pem") }),
      /^tls.clientCa: is the certificate of CN=client, which may not sign others/,
    ],
  ])("%s", (_, tls, expected) => {
    expect(problems(tls())).toMatch(expected);
  });

  it("no longer", () => {
    const end = day(inDays(validDays));
    expect(problems({ ...served(), clientCa: text("ca.pem") }, inDays(validDays + 1))).toBe(
      `tls.certificate: has the certificate of CN=server, O=Example, which expired on ${end}: renew it\n` +
        `tls.clientCa: has the certificate of CN=ca, which expired on ${end}: renew it`,
    );
  });

  it("not yet", () => {
    expect(problems(served(), inDays(-1))).toMatch(
      `tls.certificate: has the certificate of CN=server, O=Example, which is valid from ${day(new Date())} on`,
    );
  });

  it("never say anything of a key", () => {
    const key = text("encrypted.key").split("\n")[1];
    const said = problems({
      certificate: text("encrypted.key"),
      privateKey: text("encrypted.key"),
    });
    expect(said).not.toContain(key.slice(0, 16));
  });
});

describe("warnings about certificates", () => {
  it("tell how long one that ends within 30 days is valid", () => {
    expect(certificateWarnings({ ...served(), clientCa: text("ca.pem") }, "tls")).toEqual([
      `tls.certificate: the certificate of CN=server, O=Example expires in 29 days, on ${day(inDays(validDays))}: renew it.`,
      `tls.clientCa: the certificate of CN=ca expires in 29 days, on ${day(inDays(validDays))}: renew it.`,
    ]);
  });

  it("say nothing of one that is valid longer, and of one that has expired", () => {
    expect(certificateWarnings(served(), "tls", inDays(-1))).toEqual([]);
    expect(certificateWarnings(served(), "tls", inDays(validDays + 1))).toEqual([]);
  });

  it("tell of a certificate for no host name", () => {
    expect(certificateWarnings({ certificate: text("rsa-2048.pem") }, "tls", inDays(-1))).toEqual([
      expect.stringMatching(
        /^tls.certificate: the certificate of CN=rsa-2048 has no subjectAltName/,
      ),
    ]);
  });
});
