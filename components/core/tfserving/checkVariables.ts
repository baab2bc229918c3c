import * as fs from "node:fs";
import * as path from "node:path";

import { BrokenIndexError, type CheckpointIndex, readCheckpointIndex } from "./checkpointIndex";
import { quoted } from "./versionFolders";

/** What there is to say of the variables of a version. */
export interface CheckedVariables {
  reasons: string[];
  /** What is not known, and no reason to refuse the version. */
  notes: string[];
}

const copyAgain = "copy the whole export again";

/**
 * Compares the files in `variables/` with their index, which says how many there are and how long
 * each has to be. TensorFlow reads them when it loads the model, and fails then.
 *
 * @param folder - the version's folder
 * @param hasVariables - whether the graph needs any
 */
export function checkVariables(folder: string, hasVariables: boolean): CheckedVariables {
  const index = path.join(folder, "variables", "variables.index");
  if (!fs.existsSync(index)) {
    const missing =
      `"${folder}" has no variables/variables.index, but its graph has variables, so every ` +
      "request would fail; copy the whole export, not only saved_model.pb";
    return { reasons: hasVariables ? [missing] : [], notes: [] };
  }
  try {
    const found = readCheckpointIndex(index);
    return found === undefined
      ? { reasons: [], notes: [`${index} is in a form that is not read here: nothing is checked`] }
      : { reasons: checkShards(path.dirname(index), found), notes: [] };
  } catch (error) {
    if (error instanceof BrokenIndexError) {
      return { reasons: [`${index} ${error.message}; ${copyAgain}`], notes: [] };
    }
    throw error;
  }
}

function checkShards(folder: string, { shardBytes }: CheckpointIndex): string[] {
  const needed = shardBytes
    .map((bytes, shard) => ({ bytes, name: shardName(shard, shardBytes.length) }))
    .filter(({ bytes }) => bytes > 0);
  const missing = needed.filter(({ name }) => !fs.existsSync(path.join(folder, name)));
  const reasons = needed
    .filter((shard) => !missing.includes(shard))
    .map(({ name, bytes }) => ({ name, bytes, has: fs.statSync(path.join(folder, name)).size }))
    .filter(({ bytes, has }) => has < bytes)
    .map(
      ({ name, bytes, has }) =>
        `${path.join(folder, name)} has ${has} bytes, and variables.index says ${bytes}; ${copyAgain}`,
    );
  if (missing.length > 0) {
    reasons.push(
      `"${folder}" lacks ${quoted(missing.map(({ name }) => name))} of the ${shardBytes.length} ` +
        `that variables.index names; ${copyAgain}`,
    );
  }
  return reasons;
}

/** Source: DataFilename in tensorflow/core/util/tensor_bundle/naming.cc. */
function shardName(shard: number, shards: number): string {
  const digits = (value: number) => String(value).padStart(5, "0");
  return `variables.data-${digits(shard)}-of-${digits(shards)}`;
}
