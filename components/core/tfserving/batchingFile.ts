import * as fs from "node:fs";
import * as path from "node:path";

import { type BatchingOptions, batchingRows, checkBatching } from "./batching";

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
  return checkBatching(parse(fs.readFileSync(file, "utf8"))).map(
    ({ propertyPath, reason }) => `"${file}": ${protoName(propertyPath)} ${reason}`,
  );
}

/** `max_batch_size { value: 8 }` and `allowed_batch_sizes: 8`, as far as they are no texts. */
function parse(text: string): BatchingOptions {
  const found: Record<string, unknown> = {};
  const sizes: number[] = [];
  const fields = /(\w+)\s*(?::?\s*\{\s*value\s*:\s*(-?\d+|true|false)\s*\}|:\s*(-?\d+))/g;
  for (const [, proto, wrapped, plain] of text.replace(/#.*/g, "").matchAll(fields)) {
    const [name] = batchingRows.find(([, row]) => row.proto === proto) ?? [];
    if (name === "allowedBatchSizes" && plain) {
      sizes.push(Number(plain));
    } else if (name && wrapped) {
      found[name] = JSON.parse(wrapped);
    }
  }
  return { ...found, ...(sizes.length > 0 && { allowedBatchSizes: sizes }) };
}

/** `allowed_batch_sizes[0]` of `allowedBatchSizes[0]`. */
function protoName(propertyPath: string): string {
  return propertyPath.replace(/^\w+/, (name) => protos.get(name) ?? name);
}

const protos = new Map<string, string | undefined>(
  batchingRows.map(([name, { proto }]) => [name, proto]),
);
