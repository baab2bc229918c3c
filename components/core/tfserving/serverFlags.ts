import type { z } from "zod";

import { highestInt32, isObject, shown } from "../arguments/checks";
import type { Problem } from "../arguments/problem";
import { judgedBy, trueOrFalse, valueWhere, wholeNumberFrom } from "../arguments/schema";
import { checkBatching, largestBatch, renderBatching } from "./batching";
import { readBatching } from "./batchingFile";
import { checkModelConfigs, renderModelConfigs, usesLabels } from "./modelConfig";
import { checkMonitoring, readMonitoring, renderMonitoring } from "./monitoring";
import { readModelConfigs } from "./readModelConfigs";
import type { ServerOptions } from "./serverOptions";

/** What becomes of one field of `ServerOptions`. */
export interface ServerField<Value> {
  schema: z.ZodType;
  /** The field's flags, with the value of each; undefined leaves a flag out. */
  flags: Record<string, (value: Value) => unknown>;
  /** Files that the field becomes, as text-proto, by the flag that takes the file. */
  files?: Record<string, (value: Value, cpus?: number) => string | undefined>;
  /** What such a file says, by the same flag. It throws an Error for what is no such file. */
  reads?: Record<string, (text: string) => Value>;
  /** The value where none is given; undefined leaves it to the server. */
  otherwise?: (options: ServerOptions, cpus?: number) => Value | undefined;
  /** Why the value does not go with other fields. */
  conflict?: (value: Value, options: ServerOptions) => string | undefined;
  /** Where a flag is set below the field, for messages about `extraArgs`. */
  places?: Record<string, string>;
}

type Further<Value> = Partial<ServerField<Value>>;

const number = (flag: string, min: number, further: Further<number> = {}): ServerField<number> => ({
  schema: wholeNumberFrom(min, highestInt32),
  flags: { [flag]: (value) => value },
  ...further,
});

const boolean = (flag: string, further: Further<boolean> = {}): ServerField<boolean> => ({
  schema: trueOrFalse(),
  flags: { [flag]: (value) => value },
  ...further,
});

/**
 * Every field of `ServerOptions`, in the order in which flags are rendered.
 *
 * Source: tensorflow_serving/model_servers/{main.cc,server.h}, release 2.19.
 */
export const serverFields: {
  [Name in keyof Required<ServerOptions>]: ServerField<NonNullable<ServerOptions[Name]>>;
} = {
  restApiTimeoutMs: number("rest_api_timeout_in_ms", 1),
  restApiNumThreads: number("rest_api_num_threads", 1, { otherwise: callThreads }),
  grpcMaxThreads: number("grpc_max_threads", 1, { otherwise: grpcThreads }),
  intraOpParallelism: number("tensorflow_intra_op_parallelism", 0, { otherwise: poolThreads }),
  interOpParallelism: number("tensorflow_inter_op_parallelism", 0, { otherwise: poolThreads }),
  sessionParallelism: number("tensorflow_session_parallelism", 0, {
    conflict: (value, options) => {
      const others = (["intraOpParallelism", "interOpParallelism"] as const).filter(
        (name) => options[name] !== undefined,
      );
      return others.length > 0
        ? `is ${value} beside ${others.join(" and ")}; set either it or those`
        : undefined;
    },
  }),
  fileSystemPollWaitSeconds: number("file_system_poll_wait_seconds", 0, { otherwise: () => 0 }),
  maxNumLoadRetries: number("max_num_load_retries", 0, { otherwise: () => 0 }),
  loadRetryIntervalMicros: number("load_retry_interval_micros", 0, {
    schema: wholeNumberFrom(0, Number.MAX_SAFE_INTEGER),
    conflict: (value, { maxNumLoadRetries }) =>
      maxNumLoadRetries
        ? undefined
        : `is ${value}, but nothing is retried; set maxNumLoadRetries to 1 or more`,
  }),
  numLoadThreads: number("num_load_threads", 0),
  numUnloadThreads: number("num_unload_threads", 0),
  numRequestIterationsForWarmup: number("num_request_iterations_for_warmup", 1, {
    conflict: (value, { enableModelWarmup }) =>
      enableModelWarmup === false
        ? `is ${value}, but enableModelWarmup is false; leave one out`
        : undefined,
  }),
  modelConfigPollWaitSeconds: number("model_config_file_poll_wait_seconds", 0, {
    conflict: (value, { models, fileSystemPollWaitSeconds }) =>
      value && models === undefined
        ? `is ${value}, but has no effect without models`
        : value && !fileSystemPollWaitSeconds
          ? `is ${value}, but a change would wait for ever for its versions while ` +
            "fileSystemPollWaitSeconds is 0; set that to 1 or more (tensorflow/serving#1519)"
          : undefined,
  }),
  enableModelWarmup: boolean("enable_model_warmup"),
  enableGrpcHealthcheckService: boolean("enable_grpc_healthcheck_service"),
  enableProfiler: boolean("enable_profiler", { otherwise: () => false }),
  enableCors: boolean("rest_api_enable_cors_support"),
  perProcessGpuMemoryFraction: {
    schema: valueWhere<number>(
      (value) => typeof value === "number" && value > 0 && value <= 1,
      "use a number above 0 up to 1",
    ),
    flags: { per_process_gpu_memory_fraction: (value) => value },
  },
  grpcChannelArguments: {
    schema: judgedBy(checkChannelArguments),
    flags: {
      grpc_channel_arguments: (values) =>
        Object.entries(values)
          .map(([name, value]) => `${name}=${value}`)
          .sort()
          .join(",") || undefined,
    },
  },
  savedModelTags: {
    schema: valueWhere<string[]>(
      (tags) => Array.isArray(tags) && tags.length > 0 && tags.every(isTag),
      'use at least one tag, none empty or with ","',
    ),
    flags: { saved_model_tags: (tags) => tags.join(",") },
  },
  enableBfloat16: {
    schema: trueOrFalse(),
    flags: { mixed_precision: (value) => (value ? "bfloat16" : undefined) },
  },
  batching: {
    schema: judgedBy(checkBatching),
    flags: {
      enable_batching: () => true,
      enable_per_model_batching_parameters: ({ perModelParameters }) => perModelParameters,
    },
    places: { enable_per_model_batching_parameters: "batching.perModelParameters" },
    files: { batching_parameters_file: renderBatching },
    reads: { batching_parameters_file: readBatching },
  },
  models: {
    schema: judgedBy(checkModelConfigs),
    // Without the flag a server that starts with labels refuses its configuration.
    flags: {
      allow_version_labels_for_unavailable_models: (models) => usesLabels(models) || undefined,
    },
    places: { allow_version_labels_for_unavailable_models: "models[].labels" },
    files: { model_config_file: renderModelConfigs },
    reads: { model_config_file: readModelConfigs },
  },
  monitoring: {
    schema: judgedBy(checkMonitoring),
    flags: {},
    files: { monitoring_config_file: renderMonitoring },
    reads: { monitoring_config_file: readMonitoring },
    otherwise: () => ({}),
  },
  extraArgs: {
    schema: valueWhere<string[]>((value) => Array.isArray(value), "use a list of --name=value"),
    flags: {},
  },
};

/** The same, to go through; a field's functions take values of this field alone. */
export const serverRows = Object.entries<unknown>(serverFields) as [
  keyof ServerOptions,
  ServerField<never>,
][];

// Calls that gRPC's server refuses with RESOURCE_EXHAUSTED once its threads are taken would only
// wait in the REST server, so a small replica needs many more threads than CPUs.
const fewestGrpcThreads = 64;

// A call keeps its thread while its batch fills; TensorFlow Serving's batching guide asks for
// twice the batch size, which for the default size of 1000 would be 2000 threads.
const mostThreadsForBatching = 256;

/** Calls that have to be under way so that batches fill; 0 without batching. */
export function callsForBatches({ batching }: ServerOptions): number {
  return batching ? Math.min(2 * largestBatch(batching), mostThreadsForBatching) : 0;
}

function callThreads(options: ServerOptions, cpus?: number): number | undefined {
  return cpus && Math.max(4 * cpus, callsForBatches(options));
}

function grpcThreads(options: ServerOptions, cpus?: number): number | undefined {
  const threads = callThreads(options, cpus);
  return threads && Math.max(threads, fewestGrpcThreads);
}

function poolThreads({ sessionParallelism }: ServerOptions, cpus?: number): number | undefined {
  return sessionParallelism === undefined ? cpus : undefined;
}

function checkChannelArguments(channel: unknown): Problem[] {
  if (!isObject(channel)) {
    return [{ propertyPath: "", reason: `is ${shown(channel)}: use an object of texts by name` }];
  }
  return Object.entries(channel)
    .filter((pair) => !pair.every((part) => typeof part === "string" && /^[^,=]+$/.test(part)))
    .map(([propertyPath, value]) => ({
      propertyPath,
      reason:
        `is ${shown(value)}; the server splits names and values at "," and "=", so neither may ` +
        "be empty or hold them, and numbers are given as text",
    }));
}

function isTag(tag: unknown): boolean {
  return typeof tag === "string" && /^[^,]+$/.test(tag);
}
