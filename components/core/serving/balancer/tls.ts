import { configFolder } from "./callers";
import type { Api } from "./requests";
import type { Edge } from "./settings";

/** Files of the certificate, below the balancer's folder, as a Secret of type kubernetes.io/tls has them. */
export const tlsFiles = {
  certificate: "tls/tls.crt",
  privateKey: "tls/tls.key",
  clientCa: "client-ca.crt",
} as const;

/** Longest time of a handshake. */
const handshakeSeconds = 5;

/**
 * TLS 1.2 and later, with the suites and curves of Mozilla's intermediate list.
 *
 * @see https://ssl-config.mozilla.org/#server=haproxy&config=intermediate
 */
export function tlsGlobal({ tls }: Edge): string {
  return tls
    ? `  ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets prefer-client-ciphers
  ssl-default-bind-ciphers ${suites.join(":")}
  ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256
  ssl-default-bind-curves X25519:prime256v1:secp384r1
`
    : "";
}

const suites = ["ECDSA", "RSA"].flatMap((kind) =>
  ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"].map(
    (cipher) => `ECDHE-${kind}-${cipher}`,
  ),
);

/** The certificate, which a reload reads anew. */
export function certificateStore({ tls }: Edge): string {
  return tls
    ? `
crt-store service
  load crt "${configFolder}/${tlsFiles.certificate}" key "${configFolder}/${tlsFiles.privateKey}" alias "served"
`
    : "";
}

/** How a port speaks: gRPC is HTTP/2 in any case. */
export function bindOptions(api: Api, { tls }: Edge): string {
  const protocol = api === "grpc" ? " proto h2" : "";
  if (!tls) {
    return protocol;
  }
  const offered = api === "grpc" ? "h2" : "h2,http/1.1";
  const clients = tls.clientCertificates
    ? ` ca-file ${configFolder}/${tlsFiles.clientCa} verify required`
    : "";
  return ` ssl crt "@service/served" alpn ${offered}${protocol}${clients}`;
}

/** @default - there is no handshake */
export function handshakeTimeout({ tls }: Edge): string {
  return tls ? `  timeout client-hs ${handshakeSeconds}s\n` : "";
}
