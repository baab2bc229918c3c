import type { Api } from "./requests";
import type { Edge } from "./settings";

/** Longest line, in bytes; the rest of a longer one is lost. */
export const longestLine = 4096;

/**
 * One JSON object for each request: who asked what of which replica, and how long it took. Neither
 * bodies nor keys are in it. Times are HAProxy's own, -1 where it did not get that far.
 *
 * @see https://docs.haproxy.org/3.2/configuration.html#8.2.6
 */
export function accessLog(api: Api, { sample, tls }: Edge): string {
  const fields: [name: string, value: string][] = [
    ["time", `[request_date(ms),ms_utime("%Y-%m-%dT%H:%M:%S.%3NZ")]`],
    ["requestId", "[var(txn.id)]"],
    ["client", `[var(txn.client)]`],
    ["api", `[str(${api})]`],
    ["model", "[var(txn.model)]"],
    ["version", "[var(txn.version)]"],
    ["verb", "[var(txn.verb)]"],
    ["method", "HM"],
    ["status:sint", "ST"],
    ["grpcStatus:sint", "[var(txn.grpc_status)]"],
    ["bytesIn:sint", "U"],
    ["bytesOut:sint", "B"],
    ["queueMs:sint", "Tw"],
    ["serverMs:sint", "Tr"],
    ["totalMs:sint", "Ta"],
    ["replica", "[var(txn.replica)]"],
    ["release", "[var(txn.release)]"],
    ["refusal", "[var(txn.refusal)]"],
    ["sample", `[str(${sample})]`],
    ["clientCertificate", tls?.clientCertificates ? "[ssl_c_s_dn(,0,rfc2253)]" : "[str()]"],
    ["protocol", "HV"],
  ];
  const line = fields.map(([name, value]) => `%(${name})${value}`).join(" ");
  return `  log-format '%{+json}o ${line}'
  http-response set-var-fmt(txn.replica) %[bc_dst]:%[bc_dst_port]
  http-response set-var(txn.release) bc_dst,map_str(virt@releases)
  http-response set-var(txn.release) lua.release unless { var(txn.release) -m found }
${api === "grpc" ? "  http-after-response set-var(txn.grpc_status) res.hdr(grpc-status)\n" : ""}${quiet(sample)}`;
}

/** What was answered well is written down by chance; of gRPC a status before the answer's end is an error. */
function quiet(sample: number): string {
  const shown = Math.round(sample * 10_000);
  return sample === 1
    ? ""
    : `  http-response set-log-level silent if { status lt 400 } !{ res.hdr(grpc-status) -m found } { rand(10000) ge ${shown} }\n`;
}
