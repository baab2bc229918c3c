import { X509Certificate } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { TlsArgs } from "@tf-model-serving/core";
import type { EdgeKeys } from "./edge";

/** A service that may have signed a certificate of its own. */
interface Signing {
  readonly caCertificate: pulumi.Output<string>;
}

/** What a notebook needs to call a service with TLS and keys. */
export function clientFiles(
  tls: TlsArgs | undefined,
  { caCertificate }: Signing,
  { notebook: apiKey }: EdgeKeys,
): { apiKey?: pulumi.Output<string>; caCertificate?: pulumi.Output<string> } {
  return { ...(apiKey && { apiKey }), ...(tls?.selfSigned && { caCertificate }) };
}

/**
 * Warns where the notebook cannot call the service.
 *
 * @param host - by which it would
 */
export async function warnOfNotebook(tls: TlsArgs | undefined, host: string): Promise<void> {
  const { certificate, clientCa } = tls ?? {};
  if (clientCa !== undefined) {
    await pulumi.log.warn(
      "tls.clientCa asks every client for a certificate, and the notebook has none: it cannot call the service.",
    );
  } else if (typeof certificate === "string" && !new X509Certificate(certificate).checkHost(host)) {
    await pulumi.log.warn(
      `tls.certificate is not for ${host}, by which the notebook calls the service and will not trust it: have it ` +
        "made for that name too.",
    );
  }
}

/** What a stack tells of its service's TLS and keys. */
export function edgeOutputs(
  tls: TlsArgs | undefined,
  { caCertificate }: Signing,
  { predict: predictKey }: EdgeKeys,
): { predictKey?: pulumi.Output<string>; caCertificate?: pulumi.Output<string> } {
  return { ...(predictKey && { predictKey }), ...(tls?.selfSigned && { caCertificate }) };
}
