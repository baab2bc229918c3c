import { ports } from "./balancer/ports";
import { hasTls } from "./edge/edge";
import type { TlsArgs } from "./edge/edgeArgs";

/** Where clients on the network of a service find its model. */
export interface ServiceAddresses {
  /** Base URL of the model for REST: `http://HOST:PORT/v1/models/NAME`. */
  restUrl: string;
  /** Address for gRPC, `HOST:PORT`. */
  grpcAddress: string;
}

/**
 * The addresses of a service behind balancers, by its name on the network. They are known before
 * anything serves: a client that calls later, such as a notebook, can have them at once.
 *
 * @param host - name of the service
 * @param modelName - name of the model in URLs
 * @param tls - of the service. @default - it is plain
 */
export function serviceAddresses(host: string, modelName: string, tls?: TlsArgs): ServiceAddresses {
  return {
    restUrl: `${scheme(tls)}://${host}:${ports.rest}/v1/models/${modelName}`,
    grpcAddress: `${host}:${ports.grpc}`,
  };
}

/** How URLs of a service's REST begin. */
export function scheme(tls: TlsArgs | undefined): "http" | "https" {
  return hasTls(tls) ? "https" : "http";
}

/**
 * The names that a service has on Docker's networks: its own and, where that has an underscore, a
 * second one with hyphens. Host names have no underscores, and some clients hold to that: Java's
 * `URI.getHost()` is null. No other name there can be the second one: replicas and canaries, whose
 * names come from the service's, have an underscore in theirs.
 */
export function networkNames(serviceName: string): string[] {
  return [...new Set([serviceName, serviceName.split("_").join("-")])];
}
