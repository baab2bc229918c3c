import type * as pulumi from "@pulumi/pulumi";
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

/** What a stack tells of its service's TLS and keys. */
export function edgeOutputs(
  tls: TlsArgs | undefined,
  { caCertificate }: Signing,
  { predict: predictKey }: EdgeKeys,
): { predictKey?: pulumi.Output<string>; caCertificate?: pulumi.Output<string> } {
  return { ...(predictKey && { predictKey }), ...(tls?.selfSigned && { caCertificate }) };
}
