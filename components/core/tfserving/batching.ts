import type { z } from "zod";

import type { Problem } from "../arguments/problem";
import {
  judgedBy,
  listOf,
  objectOf,
  optionalFields,
  problemsOf,
  textLike,
  trueOrFalse,
  wholeNumberFrom,
} from "../arguments/schema";

/**
 * How calls are joined into batches. A call that finds the queue full fails with UNAVAILABLE, 503
 * in REST.
 *
 * Source: tensorflow_serving/servables/tensorflow/session_bundle_config.proto (BatchingParameters)
 * and tensorflow/core/kernels/batching_util/shared_batch_scheduler.h.
 */
export interface BatchingOptions {
  /** Most examples in a batch. @default 1000 */
  maxBatchSize?: number;

  /** Microseconds that a batch waits to be filled. @default 0 */
  batchTimeoutMicros?: number;

  /** Batches that may wait for a thread, at least 1. @default 10 */
  maxEnqueuedBatches?: number;

  /**
   * Threads that run batches, for all models together.
   * @default - the CPU limit rounded down, at least 1; without a limit the CPUs of the host
   */
  numBatchThreads?: number;

  /**
   * Sizes to which batches are padded, ascending. The last one is `maxBatchSize`, or
   * `maxExecutionBatchSize` with large batch splitting.
   * @default - no padding
   */
  allowedBatchSizes?: number[];

  /** Whether inputs of unequal shape are padded to join one batch. @default false */
  padVariableLengthInputs?: boolean;

  /**
   * Whether a call with more examples than a batch takes is split. Needs `maxBatchSize`.
   * @default false
   */
  enableLargeBatchSplitting?: boolean;

  /**
   * Most examples that run at a time once batches are split, at most `maxBatchSize`. Needs
   * `enableLargeBatchSplitting`.
   * @default - `maxBatchSize`
   */
  maxExecutionBatchSize?: number;

  /** Name of the threads in profiles. @default "batch_threads" */
  threadPoolName?: string;

  /**
   * Whether each version brings its own parameters in a file `batching_params.pbtxt` beside
   * `saved_model.pb`; one without the file is not batched. Of the fields above only
   * `numBatchThreads` and `threadPoolName` then have effect, others are refused. Flag
   * `enable_per_model_batching_parameters`.
   * @default false
   */
  perModelParameters?: boolean;
}

const defaultMaxBatchSize = 1000;

/** A field of `BatchingOptions` in `BatchingParameters`. */
interface BatchingParameter {
  schema: z.ZodType;
  /** Its name there. @default - it is none of them */
  proto?: string;
  /** Whether it is written as `name: value`, once for each of a list, and not as `name { value: value }`. */
  plain?: boolean;
}

const wholeNumber = (min: number) => wholeNumberFrom(min, Number.MAX_SAFE_INTEGER);

/** Every field, in the order of rendering. */
const batchingParameters: Record<keyof Required<BatchingOptions>, BatchingParameter> = {
  maxBatchSize: { proto: "max_batch_size", schema: wholeNumber(1) },
  batchTimeoutMicros: { proto: "batch_timeout_micros", schema: wholeNumber(0) },
  maxEnqueuedBatches: { proto: "max_enqueued_batches", schema: wholeNumber(1) },
  numBatchThreads: { proto: "num_batch_threads", schema: wholeNumber(1) },
  maxExecutionBatchSize: { proto: "max_execution_batch_size", schema: wholeNumber(1) },
  threadPoolName: {
    proto: "thread_pool_name",
    schema: textLike(/./, "use a text, or leave it out for the server's own name"),
  },
  enableLargeBatchSplitting: { proto: "enable_large_batch_splitting", schema: trueOrFalse() },
  allowedBatchSizes: { proto: "allowed_batch_sizes", plain: true, schema: judgedBy(checkSizes) },
  padVariableLengthInputs: {
    proto: "pad_variable_length_inputs",
    plain: true,
    schema: trueOrFalse(),
  },
  perModelParameters: { schema: trueOrFalse() },
};

/** The same, to go through. */
export const batchingRows = Object.entries(batchingParameters) as [
  keyof BatchingOptions,
  BatchingParameter,
][];

const schema = objectOf<BatchingOptions>(optionalFields<BatchingOptions>(batchingParameters));

/** Finds what the server would refuse or pass over in batching options. */
export function checkBatching(batching: BatchingOptions): Problem[] {
  const problems = problemsOf(schema, batching);
  // Relations between fields only say something once each field is sound.
  return problems.length > 0 ? problems : checkRelations(batching);
}

function checkSizes(sizes: number[]): Problem[] {
  if (!Array.isArray(sizes) || sizes.length === 0) {
    return [{ propertyPath: "", reason: "lists no size: use at least one or leave it out" }];
  }
  const problems = problemsOf(listOf(wholeNumber(1)), sizes);
  const falling = sizes.findIndex((size, index) => index > 0 && size <= sizes[index - 1]);
  return problems.length > 0 || falling < 0
    ? problems
    : [
        {
          propertyPath: "",
          reason: `is [${sizes.join(", ")}], but each size has to be larger than the one before`,
        },
      ];
}

function checkRelations(batching: BatchingOptions): Problem[] {
  const problems: Problem[] = [];
  const refuse = (name: keyof BatchingOptions, reason: string) =>
    problems.push({ propertyPath: name, reason });
  const { maxBatchSize, maxExecutionBatchSize, allowedBatchSizes } = batching;
  const splitting = batching.enableLargeBatchSplitting === true;

  if (batching.perModelParameters) {
    const kept: (keyof BatchingOptions)[] = [
      "perModelParameters",
      "numBatchThreads",
      "threadPoolName",
    ];
    for (const [name] of batchingRows) {
      if (batching[name] !== undefined && !kept.includes(name)) {
        refuse(name, "has no effect with perModelParameters; put it into batching_params.pbtxt");
      }
    }
    return problems;
  }
  if (splitting && maxBatchSize === undefined) {
    refuse("enableLargeBatchSplitting", "is true, but needs maxBatchSize, which is not set");
    return problems;
  }
  if (maxExecutionBatchSize !== undefined && !splitting) {
    refuse(
      "maxExecutionBatchSize",
      `is ${maxExecutionBatchSize}, but has no effect without enableLargeBatchSplitting`,
    );
  }
  const largest = maxBatchSize ?? defaultMaxBatchSize;
  if (splitting && maxExecutionBatchSize !== undefined && maxExecutionBatchSize > largest) {
    refuse(
      "maxExecutionBatchSize",
      `is ${maxExecutionBatchSize}, above maxBatchSize, which is ${largest}`,
    );
  }
  const last = allowedBatchSizes?.[allowedBatchSizes.length - 1];
  const executed = splitting ? (maxExecutionBatchSize ?? largest) : largest;
  if (last !== undefined && last !== executed) {
    const limit =
      splitting && maxExecutionBatchSize !== undefined ? "maxExecutionBatchSize" : "maxBatchSize";
    refuse("allowedBatchSizes", `ends with ${last}, but has to end with ${limit}, ${executed}`);
  }
  return problems;
}

/** Batch size that the server works with. */
export function largestBatch(batching: BatchingOptions): number {
  return batching.maxBatchSize ?? defaultMaxBatchSize;
}

/** Renders `BatchingParameters` as text-proto; `cpus` are the whole CPUs of a replica. */
export function renderBatching(batching: BatchingOptions, cpus: number | undefined): string {
  const values = { ...batching, numBatchThreads: batching.numBatchThreads ?? cpus };
  return batchingRows
    .flatMap(([name, { proto, plain }]) =>
      proto === undefined
        ? []
        : [values[name] ?? []]
            .flat()
            .map((value) => JSON.stringify(value))
            .map((value) => `${proto}${plain ? `: ${value}` : ` { value: ${value} }`}\n`),
    )
    .join("");
}
