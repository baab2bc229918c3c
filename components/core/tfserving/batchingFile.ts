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
  return checkBatching(readBatching(fs.readFileSync(file, "utf8"))).map(
    ({ propertyPath, reason }) => `"${file}": ${protoName(propertyPath)} ${reason}`,
  );
}

/** `max_batch_size { value: 8 }` and `allowed_batch_sizes: 8`. */
export function readBatching(text: string): BatchingOptions {
  const found: Record<string, unknown> = {};
  const sizes: number[] = [];
  const value = /(-?\d+|true|false|"(?:[^"\\]|\\.)*")/.source;
  const fields = new RegExp(
    `(\\w+)\\s*(?::?\\s*\\{\\s*value\\s*:\\s*${value}\\s*\\}|:\\s*${value})`,
    "g",
  );
  for (const [, proto, wrapped, plain] of text.replace(/#.*/g, "").matchAll(fields)) {
    const [name, row] = batchingRows.find(([, { proto: one }]) => one === proto) ?? [];
    const given = row?.plain ? plain : wrapped;
    if (name === "allowedBatchSizes" && given) {
      sizes.push(Number(given));
    } else if (name && given) {
      found[name] = JSON.parse(given);
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
