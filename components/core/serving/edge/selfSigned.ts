import { createRequire } from "module";
import { isIP } from "net";
import * as pulumi from "@pulumi/pulumi";
import type * as Tls from "@pulumi/tls";
import { currentStack } from "../../stack/currentStack";
import { networkNames } from "../addresses";

/** What a certificate is for. */
export interface CertificateNames {
  /** Host names. */
  hosts: pulumi.Input<string>[];
  /** IPv4 and IPv6 addresses. */
  ips: pulumi.Input<string>[];
}

/** A certificate of the stack's own. */
export interface SelfSigned {
  /** Certificate in PEM. */
  certificate: pulumi.Output<string>;
  /** Its private key in PEM, a secret. */
  privateKey: pulumi.Output<string>;
  /** Certificate in PEM of the authority that signed it, which clients trust. */
  caCertificate: pulumi.Output<string>;
}

const dayHours = 24;
const yearHours = 365 * dayHours;
/** The longest common name that there is (RFC 5280, A.1). */
const longestName = 64;
const key = { algorithm: "ECDSA", ecdsaCurve: "P256" };

/**
 * Names by which a service is called: those on its network, this machine's, and further ones, of
 * which "every address" is none.
 */
export function namesOfService(serviceName: string, others: string[] = []): CertificateNames {
  const names = [...networkNames(serviceName), "localhost", "127.0.0.1", "::1", ...others];
  const known = [...new Set(names)].filter((name) => !["", "0.0.0.0", "::"].includes(name));
  return {
    hosts: known.filter((name) => !isIP(name)),
    ips: known.filter((name) => isIP(name)),
  };
}

/**
 * A certificate for servers, signed by an authority that signs nothing else. An update in the last 30 of
 * its 90 days makes another; the authority and with it what clients trust stays for ten years.
 *
 * @throws RunError where the npm package @pulumi/tls is missing, which only those install who use it
 */
export function createSelfSigned(
  name: string,
  { hosts, ips }: CertificateNames,
  parent: pulumi.Resource,
): SelfSigned {
  const tls = loadTls();
  const caKey = new tls.PrivateKey(`${name}-ca`, key, { parent });
  const ca = new tls.SelfSignedCert(
    `${name}-ca`,
    {
      privateKeyPem: caKey.privateKeyPem,
      subject: { commonName: `CA of ${currentStack()}`.slice(0, longestName) },
      isCaCertificate: true,
      setSubjectKeyId: true,
      allowedUses: ["cert_signing", "crl_signing"],
      validityPeriodHours: 10 * yearHours,
      // No certificate that it signs is valid longer than itself.
      earlyRenewalHours: 90 * dayHours,
    },
    { parent },
  );
  const { privateKeyPem } = new tls.PrivateKey(name, key, { parent });
  const request = new tls.CertRequest(
    name,
    {
      privateKeyPem,
      subject: { commonName: name.slice(0, longestName) },
      dnsNames: hosts,
      ipAddresses: ips,
    },
    { parent },
  );
  const certificate = new tls.LocallySignedCert(
    name,
    {
      certRequestPem: request.certRequestPem,
      caPrivateKeyPem: caKey.privateKeyPem,
      caCertPem: ca.certPem,
      setSubjectKeyId: true,
      allowedUses: ["digital_signature", "server_auth"],
      validityPeriodHours: 90 * dayHours,
      earlyRenewalHours: 30 * dayHours,
    },
    { parent },
  );
  return {
    certificate: certificate.certPem,
    privateKey: pulumi.secret(privateKeyPem),
    caCertificate: ca.certPem,
  };
}

/** When it is called for: who has no package of it needs no plugin of it. */
function loadTls(): typeof Tls {
  try {
    return createRequire(__filename)("@pulumi/tls") as typeof Tls;
  } catch {
    throw new pulumi.RunError(
      "tls.selfSigned: its provider is missing: npm install @pulumi/tls, or give tls.certificate and " +
        "tls.privateKey, which a program in another language makes with its own package of this provider",
    );
  }
}
