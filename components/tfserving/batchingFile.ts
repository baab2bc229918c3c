import * as fs from "node:fs";
import * as path from "node:path";

import { type BatchingOptions, checkBatching, integerFields } from "./batching";

/** Lies beside saved_model.pb; without it a version is not batched under `perModelParameters`. */
export const batchingFile = "batching_params.pbtxt";

/**
 * Finds parameters in a version's own batching file that make the server crash. A file that is not
 * understood here is left to the server, which says so and does not start.
 *
 * Source: tensorflow_serving/servables/tensorflow/session_bundle_config.proto (BatchingParameters).
 */
export function checkBatchingFile(versionFolder: string): string[] {
  const file = path.join(versionFolder, batchingFile);
  return checkBatching(parse(fs.readFileSync(file, "utf8")), "").map(
    ({ propertyPath, reason }) => `"${file}": ${protoName(propertyPath.slice(1))} ${reason}`,
  );
}

/** `max_batch_size { value: 8 }` and `allowed_batch_sizes: 8`, as far as they are whole numbers. */
function parse(text: string): BatchingOptions {
  const found: Record<string, number | boolean | number[]> = {};
  const sizes: number[] = [];
  const fields = /(\w+)\s*:?\s*\{\s*value\s*:\s*(-?\d+|true|false)\s*\}|(\w+)\s*:\s*(-?\d+)/g;
  for (const [, wrapped, value, plain, size] of text.replace(/#.*/g, "").matchAll(fields)) {
    const integer = integerFields.find(({ proto }) => proto === wrapped);
    if (integer) {
      found[integer.name] = Number(value);
    } else if (wrapped === splitting) {
      found.enableLargeBatchSplitting = value === "true";
    } else if (plain === allowedSizes) {
      sizes.push(Number(size));
    }
  }
  return { ...found, ...(sizes.length > 0 && { allowedBatchSizes: sizes }) };
}

const splitting = "enable_large_batch_splitting";
const allowedSizes = "allowed_batch_sizes";

function protoName(field: string): string {
  const integer = integerFields.find(({ name }) => name === field);
  return (
    integer?.proto ??
    field.replace("allowedBatchSizes", allowedSizes).replace("enableLargeBatchSplitting", splitting)
  );
}
