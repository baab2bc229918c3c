import * as path from "node:path";

import { expect, describe, it } from "vitest";

import type { BatchingOptions } from "../../../components";
import { checkBatchedSignatures } from "../../../components/tfserving/batchedSignatures";
import { checkServedModels } from "../../../components/tfserving/servedModels";
import {
  encodeSavedModel,
  temporaryFolder,
  testdata,
  writeFiles,
  type WrittenSignature,
} from "./savedModelFile";

/** An input x and an output y; undefined for an unknown rank. */
function signature(input: number[] | undefined, output: number[] | undefined): WrittenSignature {
  const tensor = (shape?: number[]) => ({
    dtype: 1,
    tensorShape: shape ? { dim: shape.map((size) => ({ size })) } : { unknownRank: true },
  });
  return { inputs: { x: tensor(input) }, outputs: { y: tensor(output) } };
}

const open = signature([-1, 512], [-1]);
const fixed = signature([1, 512], [-1]);

function check(
  batching: BatchingOptions | undefined,
  signatures: Record<string, WrittenSignature>,
  files: Record<string, string> = {},
) {
  const modelFolder = temporaryFolder();
  const bytes = encodeSavedModel({
    metaGraphs: [{ metaInfoDef: { tags: ["serve"] }, signatureDef: signatures }],
  });
  writeFiles(modelFolder, { "m/1/saved_model.pb": bytes, ...files });
  const checked = checkServedModels({
    ...{ modelFolder, modelName: "m", signatureName: "serving_default" },
  });
  expect(checked.problems).toEqual([]);
  const { reasons, warnings } = checkBatchedSignatures(batching, checked.loaded);
  const relative = (text: string) => text.split(modelFolder).join("DIR");
  return { reasons: reasons.map(relative), warnings: warnings.map(relative) };
}

describe("signatures go with batching", () => {
  it.each<[string, WrittenSignature]>([
    ["with open first dimensions", open],
    ["of unknown rank", signature(undefined, undefined)],
    ["with further dimensions that are fixed", signature([-1, 1, 3], [-1, 137])],
  ])("%s", (_, serving_default) => {
    expect(check({}, { serving_default })).toEqual({ reasons: [], warnings: [] });
  });

  it("of any shape where there is none", () => {
    expect(check(undefined, { serving_default: fixed })).toEqual({ reasons: [], warnings: [] });
  });
});

describe("signatures do not go with batching", () => {
  it.each<[string, WrittenSignature, string]>([
    ["with an input of one row", fixed, 'the input "x" of shape [1, 512]'],
    ["with an input of several rows", signature([8], [-1]), 'the input "x" of shape [8]'],
    ["with a scalar input", signature([], [-1]), 'the input "x" of shape []'],
    ["with a scalar output", signature([-1], []), 'the output "y" of shape []'],
    [
      "with both fixed",
      signature([2, 3], [2]),
      'the input "x" of shape [2, 3], the output "y" of shape [2]',
    ],
  ])("%s", (_, serving_default, tensors) => {
    expect(check({ maxBatchSize: 8 }, { serving_default })).toEqual({
      reasons: [
        `signature "serving_default" of "DIR/m/1" has ${tensors}, and batching joins calls along ` +
          "the first dimension, which has to be open (-1): export it with None there",
      ],
      warnings: [],
    });
  });

  it("which is a warning where clients may never call them", () => {
    const { reasons, warnings } = check({}, { serving_default: open, single: fixed });
    expect(reasons).toEqual([]);
    expect(warnings).toEqual([
      expect.stringContaining(
        'signature "single" of "DIR/m/1" has the input "x" of shape [1, 512]',
      ),
    ]);
  });

  it("as TensorFlow writes them", () => {
    const { loaded } = checkServedModels({
      ...{ modelFolder: testdata, modelName: "scale", signatureName: "serving_default" },
    });
    expect(checkBatchedSignatures({}, loaded).reasons).toEqual([
      expect.stringContaining(
        `signature "serving_default" of "${path.join(testdata, "scale/1")}" has the output "count" of shape []`,
      ),
    ]);
  });
});

describe("each version's own batching", () => {
  const own = { perModelParameters: true };
  const file = "m/1/batching_params.pbtxt";

  it("leaves a version without parameters unbatched", () => {
    expect(check(own, { serving_default: fixed })).toEqual({ reasons: [], warnings: [] });
  });

  it("batches a version with parameters", () => {
    const { reasons } = check(own, { serving_default: fixed }, { [file]: "" });
    expect(reasons).toEqual([expect.stringContaining("of shape [1, 512]")]);
  });

  it("takes what the queue takes", () => {
    const text = `# for the GPU
      max_batch_size { value: 64 } batch_timeout_micros: { value : 0 }
      max_enqueued_batches { value: 100 } # more than CPUs
      enable_large_batch_splitting { value: true }
      max_execution_batch_size { value: 16 }
      allowed_batch_sizes: 8
      allowed_batch_sizes: 16
      pad_variable_length_inputs: true`;
    expect(check(own, { serving_default: open }, { [file]: text }).reasons).toEqual([]);
  });

  it.each([
    ["max_batch_size { value: 0 }", "max_batch_size is 0: use a whole number from 1"],
    ["max_enqueued_batches { value: 0 }", "max_enqueued_batches is 0: use a whole number"],
    ["num_batch_threads { value: -1 }", "num_batch_threads is -1: use a whole number from 1"],
    [
      "max_batch_size { value: 8 } allowed_batch_sizes: 4",
      "allowed_batch_sizes ends with 4, but has to end with maxBatchSize, 8",
    ],
  ])("with %s would crash the server", (text, reason) => {
    expect(check(own, { serving_default: open }, { [file]: text }).reasons).toEqual([
      expect.stringContaining(`"DIR/${file}": ${reason}`),
    ]);
    // Without the option nobody reads the file.
    expect(check({}, { serving_default: open }, { [file]: text }).reasons).toEqual([]);
  });
});
