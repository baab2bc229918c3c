import * as fs from "node:fs";
import * as path from "node:path";

import type { BatchingOptions } from "./batching";
import { batchingFile, checkBatchingFile } from "./batchingFile";
import type { ModelFolder } from "./modelFolder";
import type { Signature, TensorSpec } from "./savedModel";

/** A model that a server loads. */
export interface LoadedModel {
  model: ModelFolder;
  /** The signature that a client calls who names none, or the one that is asked for. */
  signatureName: string;
}

/** What batching does to the signatures of models. */
export interface CheckedSignatures {
  /** Of signatures that are called. */
  reasons: string[];
  /** Of others, which may not be. */
  warnings: string[];
}

/**
 * Finds signatures that cannot be batched. A batch joins calls along the first dimension of every
 * input and splits outputs along theirs, so that one which is fixed, or not there, fails as soon as
 * two calls meet, if not at once. With `perModelParameters`, what a version's own file has wrong is
 * found too.
 *
 * Source: tensorflow_serving/batching/batching_session.cc.
 *
 * @param batching - options that may not be checked yet
 */
export function checkBatchedSignatures(
  batching: BatchingOptions | undefined,
  models: LoadedModel[],
): CheckedSignatures {
  const found: CheckedSignatures = { reasons: [], warnings: [] };
  for (const { model, signatureName } of batching ? models : []) {
    for (const { folder, signatures } of model.versions) {
      if (batching?.perModelParameters === true) {
        if (!fs.existsSync(path.join(folder, batchingFile))) {
          continue;
        }
        found.reasons.push(...checkBatchingFile(folder));
      }
      for (const [name, signature] of Object.entries(signatures)) {
        const fixed = fixedTensors(signature);
        if (fixed.length > 0) {
          const place = name === signatureName ? found.reasons : found.warnings;
          place.push(
            `signature "${name}" of "${folder}" has ${fixed.join(", ")}, and batching joins calls ` +
              "along the first dimension, which has to be open (-1): export it with None there",
          );
        }
      }
    }
  }
  return found;
}

function fixedTensors({ inputs, outputs }: Signature): string[] {
  return [...fixedOf("input", inputs), ...fixedOf("output", outputs)];
}

function fixedOf(kind: string, tensors: Record<string, TensorSpec>): string[] {
  return Object.entries(tensors)
    .filter(([, { shape }]) => shape !== undefined && shape[0] !== -1)
    .map(([name, { shape = [] }]) => `the ${kind} "${name}" of shape [${shape.join(", ")}]`);
}
