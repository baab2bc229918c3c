import type { Problem } from "../core/problem";
import { checkBoolean, checkFields, checkInteger, shown } from "../core/checks";

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

/** Whole numbers, with their names in BatchingParameters. */
export const integerFields: { name: IntegerField; proto: string; min: number }[] = [
  { name: "maxBatchSize", proto: "max_batch_size", min: 1 },
  { name: "batchTimeoutMicros", proto: "batch_timeout_micros", min: 0 },
  { name: "maxEnqueuedBatches", proto: "max_enqueued_batches", min: 1 },
  { name: "numBatchThreads", proto: "num_batch_threads", min: 1 },
  { name: "maxExecutionBatchSize", proto: "max_execution_batch_size", min: 1 },
];

type IntegerField =
  | "maxBatchSize"
  | "batchTimeoutMicros"
  | "maxEnqueuedBatches"
  | "numBatchThreads"
  | "maxExecutionBatchSize";

const booleans: (keyof BatchingOptions)[] = [
  "padVariableLengthInputs",
  "enableLargeBatchSplitting",
  "perModelParameters",
];

const fields: (keyof BatchingOptions)[] = [
  ...integerFields.map(({ name }) => name),
  ...booleans,
  "allowedBatchSizes",
  "threadPoolName",
];

/** Finds what the server would refuse or pass over in batching options. */
export function checkBatching(batching: BatchingOptions, propertyPath: string): Problem[] {
  const problems = checkFields(batching, fields, propertyPath);
  if (problems.length > 0) {
    return problems;
  }
  for (const { name, min } of integerFields) {
    problems.push(...checkInteger(batching[name], `${propertyPath}.${name}`, { min }));
  }
  for (const name of booleans) {
    problems.push(...checkBoolean(batching[name], `${propertyPath}.${name}`));
  }
  const poolName: unknown = batching.threadPoolName;
  if (poolName !== undefined && (typeof poolName !== "string" || poolName === "")) {
    problems.push({
      propertyPath: `${propertyPath}.threadPoolName`,
      reason:
        poolName === ""
          ? "is empty: leave it out for the server's own name"
          : `is ${shown(poolName)}: use a text`,
    });
  }
  problems.push(...checkAllowedSizes(batching.allowedBatchSizes, propertyPath));
  // Relations between fields only say something once each field is sound.
  return problems.length > 0 ? problems : checkRelations(batching, propertyPath);
}

function checkAllowedSizes(sizes: number[] | undefined, propertyPath: string): Problem[] {
  const path = `${propertyPath}.allowedBatchSizes`;
  if (sizes === undefined) {
    return [];
  }
  if (!Array.isArray(sizes) || sizes.length === 0) {
    return [{ propertyPath: path, reason: "lists no size: use at least one or leave it out" }];
  }
  const problems = sizes.flatMap((size, index) =>
    checkInteger(size, `${path}[${index}]`, { min: 1 }),
  );
  const falling = sizes.findIndex((size, index) => index > 0 && size <= sizes[index - 1]);
  if (problems.length === 0 && falling > 0) {
    problems.push({
      propertyPath: path,
      reason: `is [${sizes.join(", ")}], but each size has to be larger than the one before`,
    });
  }
  return problems;
}

function checkRelations(batching: BatchingOptions, propertyPath: string): Problem[] {
  const problems: Problem[] = [];
  const refuse = (name: keyof BatchingOptions, reason: string) =>
    problems.push({ propertyPath: `${propertyPath}.${name}`, reason });
  const { maxBatchSize, maxExecutionBatchSize, allowedBatchSizes } = batching;
  const splitting = batching.enableLargeBatchSplitting === true;

  if (batching.perModelParameters) {
    const kept: (keyof BatchingOptions)[] = [
      "perModelParameters",
      "numBatchThreads",
      "threadPoolName",
    ];
    for (const name of fields) {
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
  const lines = integerFields
    .filter(({ name }) => values[name] !== undefined)
    .map(({ name, proto }) => `${proto} { value: ${values[name]} }`);
  if (batching.threadPoolName !== undefined) {
    lines.push(`thread_pool_name { value: ${JSON.stringify(batching.threadPoolName)} }`);
  }
  if (batching.enableLargeBatchSplitting !== undefined) {
    lines.push(`enable_large_batch_splitting { value: ${batching.enableLargeBatchSplitting} }`);
  }
  lines.push(...(batching.allowedBatchSizes ?? []).map((size) => `allowed_batch_sizes: ${size}`));
  if (batching.padVariableLengthInputs !== undefined) {
    lines.push(`pad_variable_length_inputs: ${batching.padVariableLengthInputs}`);
  }
  return lines.map((line) => `${line}\n`).join("");
}
