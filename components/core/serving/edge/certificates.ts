import { createPrivateKey, KeyObject, X509Certificate } from "crypto";
import type { Problem } from "../../arguments/problem";
import type { TlsArgs } from "./edgeArgs";

/** How long before its end people are told of a certificate, in days. */
export const renewalDays = 30;

const dayMs = 24 * 3600 * 1000;
const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** By which OpenSSL and Node.js call P-256 and P-384. */
const curves = ["prime256v1", "secp384r1"];
const shortestRsaBits = 2048;
/** "TLS web server authentication" (RFC 5280, 4.2.1.12). */
const serverUse = "1.3.6.1.5.5.7.3.1";

/**
 * What cannot work about the certificates of a service, as far as they are known: of an output
 * nothing is said.
 *
 * @param path - of the argument, such as `tls`
 */
export function checkCertificates(tls: TlsArgs, path: string, now = new Date()): Problem[] {
  const at = (field: keyof TlsArgs, reasons: string[]) =>
    reasons.map((reason) => ({ propertyPath: `${path}.${field}`, reason }));
  const { certificate, privateKey, clientCa } = tls;
  const key = typeof privateKey === "string" ? readKey(privateKey) : undefined;
  const chain = typeof certificate === "string" ? readCertificates(certificate) : undefined;
  const known = key instanceof KeyObject ? key : undefined;
  return [
    ...at(
      "certificate",
      given(chain, (certificates) => chainProblems(certificates, known, now)),
    ),
    ...at("certificate", holdsKey(certificate)),
    ...at("privateKey", typeof key === "string" ? [key] : []),
    ...at("privateKey", known && Array.isArray(chain) ? pairProblems(chain, known) : []),
    ...at(
      "clientCa",
      given(clientCas(clientCa), (certificates) => caProblems(certificates, now)),
    ),
    ...at("clientCa", holdsKey(clientCa)),
  ];
}

/** What works with a certificate now, and not for long or not with every client. */
export function certificateWarnings(tls: TlsArgs, path: string, now = new Date()): string[] {
  const found = (["certificate", "clientCa"] as const).flatMap((field) => {
    const read = typeof tls[field] === "string" ? readCertificates(tls[field]) : [];
    return (Array.isArray(read) ? read : []).map((certificate) => ({ field, certificate }));
  });
  const ending = found
    .map(({ field, certificate }) => ({ field, certificate, days: daysLeft(certificate, now) }))
    .filter(({ days }) => days >= 0 && days < renewalDays)
    .map(
      ({ field, certificate }) =>
        `${path}.${field}: ${named(certificate)} ${expiryText(certificate, now)}: renew it.`,
    );
  const [leaf] = found.filter(({ field }) => field === "certificate");
  return leaf && !leaf.certificate.subjectAltName
    ? [
        ...ending,
        `${path}.certificate: ${named(leaf.certificate)} has no subjectAltName, without which most ` +
          "clients trust no certificate: have one made with the names and addresses of the service.",
      ]
    : ending;
}

/** Whole days until a certificate ends; negative once it has. */
export function daysLeft({ validTo }: { validTo: string }, now = new Date()): number {
  return Math.floor((Date.parse(validTo) - now.getTime()) / dayMs);
}

/** `expires in 29 days, on 2026-12-27`, or `expired on 2026-10-01`. */
export function expiryText(certificate: { validTo: string }, now = new Date()): string {
  const days = daysLeft(certificate, now);
  const left = days === 0 ? "in less than a day" : `in ${days} ${days === 1 ? "day" : "days"}`;
  return `${days < 0 ? "expired" : `expires ${left},`} on ${day(certificate.validTo)}`;
}

function clientCas(clientCa: unknown): X509Certificate[] | string | undefined {
  return typeof clientCa === "string" ? readCertificates(clientCa) : undefined;
}

function given(
  read: X509Certificate[] | string | undefined,
  check: (certificates: X509Certificate[]) => string[],
): string[] {
  return typeof read === "string" ? [read] : check(read ?? []);
}

/** The certificates of a text, or what is wrong with it. */
function readCertificates(text: string): X509Certificate[] | string {
  const blocks = text.match(block) ?? [];
  if (blocks.length === 0) {
    return (
      "holds no certificate in PEM: give the text from -----BEGIN CERTIFICATE----- " +
      "to -----END CERTIFICATE-----"
    );
  }
  const certificates: X509Certificate[] = [];
  for (const pem of blocks) {
    try {
      certificates.push(new X509Certificate(pem));
    } catch {
      const number = certificates.length + 1;
      return `cannot be read: certificate ${number} of ${blocks.length} is damaged; copy it again`;
    }
  }
  return certificates;
}

/** The key of a text, or what is wrong with it; nothing of the text is ever said. */
function readKey(text: string): KeyObject | string {
  if (/ENCRYPTED/.test(text)) {
    return (
      "is encrypted, and nobody is there to enter its passphrase: decrypt it with " +
      "openssl pkey -in KEY.pem -out DECRYPTED.pem, and give that as a secret"
    );
  }
  try {
    return createPrivateKey(text);
  } catch {
    return (
      "holds no private key in PEM that can be read: give the text from " +
      "-----BEGIN PRIVATE KEY----- to -----END PRIVATE KEY-----"
    );
  }
}

function holdsKey(text: unknown): string[] {
  return typeof text === "string" && /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)
    ? ["holds a private key as well, and is no secret: give the key as privateKey alone"]
    : [];
}

function chainProblems(
  certificates: X509Certificate[],
  key: KeyObject | undefined,
  now: Date,
): string[] {
  const [leaf, ...signers] = certificates;
  if (leaf === undefined) {
    return [];
  }
  const own = certificates.findIndex((one) => (key ? one.checkPrivateKey(key) : !one.ca));
  if (own > 0) {
    return [
      `begins with ${named(leaf)}, and that of the service itself, ${named(certificates[own])}, is ` +
        `number ${own + 1}: put it first, and after it those that signed it`,
    ];
  }
  const stray = signers.findIndex((signer, place) => !isSignedBy(certificates[place], signer));
  return [
    ...certificates.flatMap((certificate) => dateProblems(certificate, now)),
    ...keyTypeProblems(leaf),
    ...(leaf.keyUsage && !leaf.keyUsage.includes(serverUse)
      ? [`is ${named(leaf)}, which is not for servers: have one made for TLS server authentication`]
      : []),
    ...(stray < 0
      ? []
      : [
          `has ${named(signers[stray])} after ${named(certificates[stray])}, which it did not sign: ` +
            "put after each certificate the one that signed it, and leave out others",
        ]),
  ];
}

function isSignedBy(certificate: X509Certificate, signer: X509Certificate): boolean {
  return certificate.checkIssued(signer) && certificate.verify(signer.publicKey);
}

function pairProblems(certificates: X509Certificate[], key: KeyObject): string[] {
  return certificates.some((certificate) => certificate.checkPrivateKey(key))
    ? []
    : [`does not belong to ${named(certificates[0])}: give the key that it was made with`];
}

function caProblems(certificates: X509Certificate[], now: Date): string[] {
  return certificates.flatMap((certificate) => [
    ...dateProblems(certificate, now),
    ...(certificate.ca
      ? []
      : [
          `is ${named(certificate)}, which may not sign others: give the certificate of the ` +
            "authority that signs those of the clients",
        ]),
  ]);
}

function dateProblems(certificate: X509Certificate, now: Date): string[] {
  const { validFrom } = certificate;
  if (daysLeft(certificate, now) < 0) {
    return [`has ${named(certificate)}, which ${expiryText(certificate, now)}: renew it`];
  }
  return now.getTime() < Date.parse(validFrom)
    ? [
        `has ${named(certificate)}, which is valid from ${day(validFrom)} on: give one that is valid ` +
          "now, or set this machine's clock",
      ]
    : [];
}

/** Of Mozilla's intermediate list, which the balancer follows. @see https://wiki.mozilla.org/Security/Server_Side_TLS */
function keyTypeProblems(certificate: X509Certificate): string[] {
  const { asymmetricKeyType: type = "", asymmetricKeyDetails = {} } = certificate.publicKey;
  const { modulusLength = 0, namedCurve = "" } = asymmetricKeyDetails;
  return (type === "rsa" && modulusLength >= shortestRsaBits) ||
    (type === "ec" && curves.includes(namedCurve))
    ? []
    : [
        `is ${named(certificate)} with a key of ${type} ${modulusLength || namedCurve}`.trimEnd() +
          `: use RSA of ${shortestRsaBits} bits or more, or ECDSA on P-256 or P-384`,
      ];
}

/** `the certificate of CN=serving.example.com, O=Example`. */
function named(certificate: X509Certificate): string {
  return `the certificate of ${ownerOf(certificate)}`;
}

/** `CN=serving.example.com, O=Example`; of a certificate without a subject, what it is for. */
export function ownerOf({ subject, subjectAltName }: X509Certificate): string {
  return subject?.split("\n").join(", ") || subjectAltName || "nobody";
}

function day(date: string): string {
  return new Date(date).toISOString().slice(0, 10);
}
