import { Problem, wholeNumber } from "../core/problem";
import { defaultRestTimeoutMs, type ServerOptions } from "../tfserving/serverOptions";

/** Longest times that requests may take, in milliseconds. */
export interface RequestTimes {
  restMs: number;
  grpcMs: number;
}

/** Seconds after which a gRPC call is given up unless `grpcTimeoutSeconds` is set. */
export const defaultGrpcTimeoutSeconds = 60;

/** The longest that any target can wait: AWS's limit for requests of a replica that leaves, less a margin. */
export const longestRequestSeconds = 3595;

/** What is wrong with a time limit for gRPC calls. */
export function checkGrpcTimeout(seconds: number): Problem[] {
  return wholeNumber("grpcTimeoutSeconds", seconds, 1, longestRequestSeconds);
}

/** How long a balancer waits, by what a service's arguments say. */
export function requestTimes(args: {
  server?: ServerOptions;
  grpcTimeoutSeconds: number;
}): RequestTimes {
  return { restMs: restTimeoutMs(args.server), grpcMs: args.grpcTimeoutSeconds * 1000 };
}

/** A little longer than the server takes at most, in milliseconds, so that its own answer arrives. */
export function restTimeoutMs(server?: ServerOptions): number {
  return (server?.restApiTimeoutMs ?? defaultRestTimeoutMs) + 1000;
}

/** Until a balancer that takes no more requests has answered all, in milliseconds. */
export function longestMs({ restMs, grpcMs }: RequestTimes): number {
  return Math.max(restMs, grpcMs);
}
