import { checkInteger } from "../arguments/checks";
import type { Problem } from "../arguments/problem";
import { defaultRestTimeoutMs, type ServerOptions } from "../tfserving/serverOptions";

/** Longest times that requests may take, in milliseconds. */
export interface RequestTimes {
  restMs: number;
  grpcMs: number;
}

/** The arguments that say how long requests may take. */
export interface TimedArgs {
  requestTimeoutSeconds?: number;
  /** Of gRPC alone. */
  grpcTimeoutSeconds?: number;
  server?: ServerOptions;
}

// For gRPC, where nothing is given.
const usualSeconds = 60;

/** The longest that any target can wait: AWS's limit for requests of a replica that leaves, less a margin. */
export const longestRequestSeconds = 3595;

/** What is wrong with the time of gRPC calls alone. */
export function checkGrpcTimeout(seconds: number | undefined): Problem[] {
  return checkInteger(seconds, "grpcTimeoutSeconds", { min: 1, max: longestRequestSeconds });
}

/** How long whatever stands in front of the replicas waits. */
export function requestTimes(args: TimedArgs): RequestTimes {
  const { requestTimeoutSeconds, grpcTimeoutSeconds } = args;
  const seconds = grpcTimeoutSeconds ?? requestTimeoutSeconds ?? usualSeconds;
  return { restMs: restTimeoutMs(args), grpcMs: seconds * 1000 };
}

/** A little longer than the server takes at most, in milliseconds, so that its own answer arrives. */
export function restTimeoutMs({ server, requestTimeoutSeconds }: TimedArgs = {}): number {
  const given = requestTimeoutSeconds && requestTimeoutSeconds * 1000;
  return (server?.restApiTimeoutMs ?? given ?? defaultRestTimeoutMs) + 1000;
}

/** Until a balancer that takes no more requests has answered all, in milliseconds. */
export function longestMs({ restMs, grpcMs }: RequestTimes): number {
  return Math.max(restMs, grpcMs);
}

/** The old name of the time, beside the new one and with another value. */
export function checkRequestTimes(args: TimedArgs): Problem[] {
  const { requestTimeoutSeconds: seconds, server } = args;
  const given = server?.restApiTimeoutMs;
  return seconds === undefined || given === undefined || given === seconds * 1000
    ? []
    : [
        {
          propertyPath: "server.restApiTimeoutMs",
          reason: `is ${given}, and requestTimeoutSeconds is ${seconds}: leave it out`,
        },
      ];
}

/** What to say to those who use an old name. */
export function oldTimeNotes({ server }: TimedArgs): string[] {
  return server?.restApiTimeoutMs === undefined
    ? []
    : ["server.restApiTimeoutMs is an old name: use requestTimeoutSeconds."];
}
