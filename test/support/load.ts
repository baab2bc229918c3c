import * as path from "path";
import { Worker } from "worker_threads";
import { Failure, failures, Figures, figures, figuresByPhase, Mark, Samples } from "./load/figures";

export type { Failure, Figures, Latency } from "./load/figures";

/** REST requests: a POST with `body`, or a GET. */
export interface RestTarget {
  api: "rest";
  /** On 127.0.0.1. */
  url: string;
  /** Prepared once; what is sent is never serialized again. */
  body?: Uint8Array | string;
  /** More headers of each request. @default - none */
  headers?: Record<string, string>;
  /** Whether connections serve more than one request. @default true */
  keepAlive?: boolean;
  /**
   * Regular expression whose first group finds the model version in the first 4 kB of an answer.
   * @default - versions are not looked for: TensorFlow Serving names them in model status only
   */
  versionPattern?: string;
}

/** Unary gRPC calls; the model version is read from the answers of PredictionService. */
export interface GrpcTarget {
  api: "grpc";
  /** 127.0.0.1:PORT, without TLS. */
  address: string;
  /** Such as /tensorflow.serving.PredictionService/Predict. */
  method: string;
  /** The serialized message, such as `serializePredict` of servingGrpc gives. */
  request: Uint8Array;
  /** Metadata of each call. @default - none */
  headers?: Record<string, string>;
}

export interface LoadOptions {
  target: RestTarget | GrpcTarget;
  /**
   * Open loop: requests per second, evenly spaced, whatever becomes of them. A latency counts
   * from the time at which a request was due, so that a stall is not hidden.
   */
  perSecond?: number;
  /** Closed loop: this many clients, each of which waits for its answer. @default 1 */
  concurrency?: number;
  /** Name of the time before the first `mark`. @default "load" */
  phase?: string;
}

export interface LoadLimits {
  /**
   * Connections: REST opens them as it needs them and queues beyond; gRPC takes turns on them.
   * @default - REST: 64, gRPC: 1
   */
  connections: number;
  /** A request without an answer after this is a failure, in milliseconds. @default 10000 */
  timeoutMs: number;
  /** The load ends by itself after this. @default 300 */
  maxSeconds: number;
  /** The load ends by itself after this many. @default 1000000 */
  maxRequests: number;
}

export interface LoadResult extends Figures {
  /** Figures by phase. */
  phases: Record<string, Figures>;
  /** Failures by their reason, most frequent first. */
  failures: Failure[];
}

/** A load that is under way in a thread of its own. */
export interface Load {
  /** Requests that are to be sent from now on belong to this phase. */
  mark: (phase: string) => void;
  /** Counts so far. */
  progress: () => { sent: number; completed: number; failed: number };
  /** Waits until this many more have completed, or until the load has ended. */
  more: (requests: number) => Promise<void>;
  /** Sends nothing more, waits for what is under way and gives the figures. */
  stop: () => Promise<LoadResult>;
  /** The figures once the load has ended, by itself or by `stop`. */
  ended: Promise<LoadResult>;
}

const generator = path.join(__dirname, "load", "generator.mjs");

/**
 * Sends requests to a server on this machine until it is stopped or a limit ends it.
 *
 * No request is repeated but by what every client does: gRPC's own library sends a call again
 * that never left the connection.
 *
 * @throws RangeError for a target that is not on 127.0.0.1, or a rate and a concurrency at once
 */
export function startLoad(options: LoadOptions & Partial<LoadLimits>): Load {
  check(options);
  const marks: Mark[] = [{ phase: options.phase ?? "load", from: -Infinity }];
  const counters = new Int32Array(new SharedArrayBuffer(12));
  const thread = new Worker(generator, {
    workerData: { options: { ...limitsFor(options.target.api), ...defined(options) }, counters },
    // A test runner's loaders are none of its business.
    execArgv: [],
  });
  const ended = new Promise<LoadResult>((resolve, reject) => {
    thread.once("message", (samples: Samples) =>
      resolve({
        ...figures(samples),
        phases: figuresByPhase(samples, marks),
        failures: failures(samples, marks),
      }),
    );
    thread.once("error", reject);
    thread.once("exit", () => reject(new Error("the load's thread ended without a result")));
  });
  // Whoever asks gets the error.
  ended.catch(() => undefined);
  const progress = () => ({ sent: counters[0], completed: counters[1], failed: counters[2] });
  return {
    mark: (phase) => void marks.push({ phase, from: performance.timeOrigin + performance.now() }),
    progress,
    more: (requests) => completed(progress, progress().completed + requests, ended),
    stop: () => {
      thread.postMessage("stop");
      return ended;
    },
    ended,
  };
}

/** One line for a failed expectation or a screen. */
export function describeLoad(result: LoadResult): string {
  const lines = Object.entries({ all: result, ...result.phases }).map(
    ([phase, { total, failed, perSecond, latency }]) =>
      `${phase}: ${failed} of ${total} failed, ${perSecond.toFixed(0)}/s, ` +
      `p50 ${latency.p50.toFixed(1)} p99 ${latency.p99.toFixed(1)} max ${latency.max.toFixed(1)} ms`,
  );
  const reasons = result.failures.map(
    ({ reason, count, phase, afterMs }) => `${count} x ${reason} (${phase}, after ${afterMs} ms)`,
  );
  return [...lines, ...reasons.slice(0, 5)].join("\n");
}

function check({ target, perSecond, concurrency }: LoadOptions): void {
  const address = new URL(target.api === "rest" ? target.url : `http://${target.address}`);
  if (address.hostname !== "127.0.0.1") {
    throw new RangeError(`A load goes to 127.0.0.1 only, not to ${address.hostname}`);
  }
  if (perSecond !== undefined && concurrency !== undefined) {
    throw new RangeError("A load has a rate (perSecond) or clients (concurrency), not both");
  }
  if ((perSecond ?? concurrency ?? 1) <= 0) {
    throw new RangeError("A load has more than no requests");
  }
}

function limitsFor(api: "rest" | "grpc"): LoadLimits {
  return {
    connections: api === "rest" ? 64 : 1,
    timeoutMs: 10_000,
    maxSeconds: 300,
    maxRequests: 1_000_000,
  };
}

function defined<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}

async function completed(
  progress: Load["progress"],
  wanted: number,
  ended: Promise<unknown>,
): Promise<void> {
  let over = false;
  const end = ended.then(
    () => (over = true),
    () => (over = true),
  );
  while (!over && progress().completed < wanted) {
    await Promise.race([end, new Promise((resolve) => setTimeout(resolve, 20))]);
  }
}
