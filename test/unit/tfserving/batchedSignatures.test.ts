import * as path from "node:path";

import { expect, describe, it } from "vitest";

import type { BatchingOptions } from "@tf-model-serving/core";
import { checkBatchedSignatures } from "../../../components/core/tfserving/batchedSignatures";
import { checkServedModels } from "../../../components/core/tfserving/servedModels";
import { refusals } from "../../support/refusals";
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

const own = { perModelParameters: true };
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
  it.each<[string, WrittenSignature, BatchingOptions | undefined]>([
    ["with open first dimensions", open, {}],
    ["of unknown rank", signature(undefined, undefined), {}],
    ["with further dimensions that are fixed", signature([-1, 1, 3], [-1, 137]), {}],
    ["of any shape where there is none", fixed, undefined],
    ["of a version without parameters, where each has its own", fixed, own],
  ])("%s", (_, serving_default, batching) => {
    expect(check(batching, { serving_default })).toEqual({ reasons: [], warnings: [] });
  });
});

describe("signatures do not go with batching", () => {
  it("with a first dimension that is not open", async () => {
    const fixedOnes = {
      "an input of one row": fixed,
      "an input of several rows": signature([8], [-1]),
      "a scalar input": signature([], [-1]),
      "a scalar output": signature([-1], []),
      "both fixed": signature([2, 3], [2]),
    };
    const said = await refusals(fixedOnes, (serving_default) => {
      const { reasons, warnings } = check({ maxBatchSize: 8 }, { serving_default });
      expect(warnings).toEqual([]);
      return reasons;
    });
    await expect(said).toMatchFileSnapshot("snapshots/fixed-signatures.txt");
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
  const file = "m/1/batching_params.pbtxt";

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

  it("with which the server would crash is refused, where anybody reads it", async () => {
    const files = [
      "max_batch_size { value: 0 }",
      "max_enqueued_batches { value: 0 }",
      "num_batch_threads { value: -1 }",
      "max_batch_size { value: 8 } allowed_batch_sizes: 4",
    ];
    const said = await refusals(Object.fromEntries(files.map((text) => [text, text])), (text) => {
      expect(check({}, { serving_default: open }, { [file]: text }).reasons).toEqual([]);
      return check(own, { serving_default: open }, { [file]: text }).reasons;
    });
    await expect(said).toMatchFileSnapshot("snapshots/crashing-batching-parameters.txt");
  });
});
