import * as pulumi from "@pulumi/pulumi";
import type { ServedCertificate } from "../balancer/files";
import type { TlsArgs } from "./edgeArgs";
import { type CertificateNames, createSelfSigned } from "./selfSigned";

/** What a service shows its clients. */
export interface Served {
  /** @default - none that this program knows */
  certificate?: ServedCertificate;
  /** Certificate in PEM that clients have to trust besides; empty where there is none. */
  caCertificate: pulumi.Output<string>;
}

/** The certificate that is given, or one of the stack's own. */
export function servedBy(
  name: string,
  { selfSigned, certificate, privateKey }: TlsArgs = {},
  names: CertificateNames,
  parent: pulumi.Resource,
): Served {
  if (selfSigned) {
    const { caCertificate, ...made } = createSelfSigned(name, names, parent);
    return { certificate: made, caCertificate };
  }
  return {
    certificate: certificate && privateKey ? { certificate, privateKey } : undefined,
    caCertificate: pulumi.output(""),
  };
}
