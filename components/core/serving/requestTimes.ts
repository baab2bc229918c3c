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
  /** An old name, for gRPC only. */
  grpcTimeoutSeconds?: number;
  server?: ServerOptions;
}

// For gRPC, where nothing is given.
const usualSeconds = 60;

/** The longest that any target can wait: AWS's limit for requests of a replica that leaves, less a margin. */
export const longestRequestSeconds = 3595;

/** What is wrong with a time that is given by its old name. */
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

/** The old names of the time, beside the new one and with another value. */
export function checkRequestTimes(args: TimedArgs): Problem[] {
  const { requestTimeoutSeconds: seconds, grpcTimeoutSeconds, server } = args;
  const beside = (propertyPath: string, value: number | undefined, same: number): Problem[] =>
    value === undefined || value === same
      ? []
      : [
          {
            propertyPath,
            reason: `is ${value}, and requestTimeoutSeconds is ${seconds}: leave it out`,
          },
        ];
  return seconds === undefined
    ? []
    : [
        ...beside("grpcTimeoutSeconds", grpcTimeoutSeconds, seconds),
        ...beside("server.restApiTimeoutMs", server?.restApiTimeoutMs, seconds * 1000),
      ];
}

/** What to say to those who use an old name. */
export function oldTimeNotes({ grpcTimeoutSeconds, server }: TimedArgs): string[] {
  const note = (name: string) =>
    `${name} is an old name: use requestTimeoutSeconds, for REST and gRPC alike.`;
  return [
    ...(grpcTimeoutSeconds === undefined ? [] : [note("grpcTimeoutSeconds")]),
    ...(server?.restApiTimeoutMs === undefined ? [] : [note("server.restApiTimeoutMs")]),
  ];
}
