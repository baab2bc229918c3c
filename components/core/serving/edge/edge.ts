import type { Edge } from "../balancer/settings";
import type { ServerOptions } from "../../tfserving/serverOptions";
import { callsForBatches } from "../../tfserving/serverFlags";
import { edgeDefaults, type EdgeArgs, type TlsArgs } from "./edgeArgs";
import { parseJwks } from "./jwks";

/** What decides on the edge of a service. */
export interface EdgeOwner extends EdgeArgs {
  cpus: number;
  server?: ServerOptions;
}

/** What the arguments mean for the balancer, with every default filled in. */
export function edgeOf(args: EdgeOwner): Edge {
  const { tls, auth = {}, limits = {}, accessLog, server = {}, cpus } = args;
  const callsPerReplica = limits.callsPerReplica ?? usualCalls(server, cpus);
  return {
    tls: hasTls(tls) ? { clientCertificates: tls?.clientCa !== undefined } : undefined,
    callers: callersOf(auth),
    clients: auth.clients ?? {},
    limits: {
      ...limits,
      callsPerReplica,
      queuedPerReplica: limits.queuedPerReplica ?? queuedPerCall * callsPerReplica,
      queueMilliseconds: limits.queueMilliseconds ?? edgeDefaults.queueMilliseconds,
    },
    sample: accessLog?.sample ?? edgeDefaults.sample,
    maxRequestMb: args.maxRequestMb,
    maxConnections: args.maxConnections ?? edgeDefaults.maxConnections,
    cors: server.enableCors ?? false,
  };
}

// Measured (docs/benchmarks.md): with fewer calls a replica idles while the next ones come, and with
// more of them all wait longer and no more are answered.
const callsPerCpu = 3;
// For bursts: with more, calls that waited would be more than 1 % of those in a minute of overload.
const queuedPerCall = 2;

/** Batches need more calls at a time than CPUs do. */
function usualCalls(server: ServerOptions, cpus: number): number {
  return Math.max(callsPerCpu * Math.ceil(cpus), callsForBatches(server));
}

/** Whether a service has a certificate. */
export function hasTls(tls: (TlsArgs & { secretName?: unknown }) | undefined): boolean {
  return (tls?.certificate ?? tls?.secretName) !== undefined || tls?.selfSigned === true;
}

function callersOf({ apiKeys, jwt }: NonNullable<EdgeArgs["auth"]>): Edge["callers"] {
  return apiKeys || jwt
    ? {
        keys: apiKeys !== undefined,
        tokens: jwt && {
          issuer: jwt.issuer,
          audience: jwt.audience,
          clientClaim: jwt.clientClaim ?? edgeDefaults.clientClaim,
          keys: parseJwks(jwt.jwks).keys,
        },
      }
    : undefined;
}
