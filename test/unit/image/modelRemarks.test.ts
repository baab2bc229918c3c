import * as fs from "node:fs";
import * as path from "node:path";

import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { type ModelConfigOptions, ModelVersionPolicy } from "@tf-model-serving/core";
import { modelRemarks } from "../../../components/core/image/modelRemarks";
import { checkServedModels } from "../../../components/core/tfserving/servedModels";
import { declaredWith, everyTarget } from "../../support/everyTarget";
import { modelFolder as folderWith } from "../../support/modelFolder";
import { encodeCheckpointIndex, writeShard } from "../tfserving/checkpointFile";
import { functionOf, node, savedModelOf } from "../tfserving/graphFile";
import { encodeSavedModel, savedModelWith } from "../tfserving/savedModelFile";

let modelFolder: string;

beforeEach(() => {
  vi.spyOn(pulumi.log, "info").mockResolvedValue();
  modelFolder = folderWith({
    "my_model/3/saved_model.pb": savedBy("2.19.0"),
    "my_model/12/saved_model.pb": savedBy("2.21.0"),
    "my_model/12/assets/names.txt": "",
  });
});

function savedBy(tensorflowVersion: string, ...inputShape: number[]): Uint8Array {
  const savedModel = savedModelWith("serving_default");
  const [metaGraph] = savedModel.metaGraphs;
  metaGraph.metaInfoDef = { tags: ["serve"], tensorflowVersion };
  if (inputShape.length > 0) {
    const dim = inputShape.map((size) => ({ size }));
    const x = { name: "x:0", dtype: 1, tensorShape: { dim } };
    metaGraph.signatureDef!.serving_default = { ...metaGraph.signatureDef!.serving_default };
    metaGraph.signatureDef!.serving_default.inputs = { x };
  }
  return encodeSavedModel(savedModel);
}

/** Sparse, as far as hashes do not read them. */
function writeWeights(size: number, version = "12"): void {
  const folder = path.join(modelFolder, "my_model", version, "variables");
  writeShard(folder, 0, 1, size);
  const index = encodeCheckpointIndex(1, [{ shardId: 0, offset: 0, size }]);
  fs.writeFileSync(path.join(folder, "variables.index"), index);
}

/** What a preview says, less of it what others than the image's component say. */
async function warningsOf(target: string, values: object = {}): Promise<string[]> {
  await declaredWith({ ...everyTarget[target], modelFolder, ...values });
  return vi
    .mocked(pulumi.log.warn)
    .mock.calls.map(([text]) => text)
    .filter((text) => /saved by|memoryMb|batching/.test(text));
}

// In place is Docker with another strategy: its image is Docker's.
const targets = Object.keys(everyTarget).filter((name) => name !== "docker, in place");

describe.each(targets)("a preview on target %s", (target) => {
  it("warns of a model that is newer than its server and too large for memoryMb, and notes what is not served", async () => {
    writeWeights(70e6);
    fs.mkdirSync(path.join(modelFolder, "my_model/temp-1795350300"));
    const warnings = await warningsOf(target, { memoryMb: 64 });
    const notes = vi.mocked(pulumi.log.info).mock.calls.map(([text]) => text);
    const said = [
      ...new Set([...warnings, ...notes.filter((text) => text.includes("beside its"))]),
    ];
    const text = said.sort().join("\n\n").replaceAll(modelFolder, "DIR");
    await expect(text).toMatchFileSnapshot("snapshots/model-remarks.txt");
  });

  it("refuses batching on a signature with a fixed first dimension, with the shape", async () => {
    fs.writeFileSync(
      path.join(modelFolder, "my_model/12/saved_model.pb"),
      savedBy("2.19.0", 1, 512),
    );
    // Which of the two versions has it is known where there is a canary.
    const key = everyTarget[target].canaryVersion ? "canaryVersion" : "server.batching";
    await expect(warningsOf(target, { server: { batching: {} } })).rejects.toThrow(
      `${key}: is set, and signature "serving_default" of "${path.join(modelFolder, "my_model/12")}" ` +
        'has the input "x" of shape [1, 512], and batching joins calls along the first dimension',
    );
    expect(await warningsOf(target, { server: {} })).toEqual([]);
  });
});

/** The same without any resource. */
function remarks(args: Partial<Parameters<typeof modelRemarks>[0]>, models?: ModelConfigOptions[]) {
  const { problems, loaded } = checkServedModels({
    ...{ modelFolder, modelName: "my_model", signatureName: "serving_default", models },
  });
  expect(problems).toEqual([]);
  return modelRemarks({ baseImage: "tensorflow/serving", ...args }, loaded);
}

it.each([
  ["2.19.0", "tensorflow/serving:2.19.1", false],
  ["2.9.1", "tensorflow/serving:2.19.1-gpu", false],
  ["1.15.5", "tensorflow/serving:2.19.1", false],
  ["2.21.0", "tensorflow/serving", false],
  ["2.21.0", "tensorflow/serving:nightly", false],
  ["2.21.0", "team/models:2.19", false],
  ["2.21.0", `tensorflow/serving@sha256:${"a".repeat(64)}`, false],
  ["unknown", "tensorflow/serving:2.19.1", false],
  ["2.20.0-rc1", "tensorflow/serving:2.19.1-gpu", true],
  ["3.0.0", `mirror.example.com/serving:2.19@sha256:${"a".repeat(64)}`, true],
])("a model by TensorFlow %s on %s: is it newer? %s", (version, baseImage, isNewer) => {
  fs.writeFileSync(path.join(modelFolder, "my_model/12/saved_model.pb"), savedBy(version));
  const warning = `was saved by TensorFlow ${version}, and ${baseImage} has 2.19: `;
  const warnings = isNewer ? [expect.stringContaining(warning)] : [];
  expect(remarks({ baseImage })).toEqual({ warnings, notes: [], cards: [] });
});

it("a model that counts its calls is a warning: replicas do not share what it counts", () => {
  const folder = path.join(modelFolder, "my_model/12");
  const graph = [node("y", "PartitionedCall", [], "count")];
  const count = functionOf("count", node("add", "AssignAddVariableOp"));
  fs.writeFileSync(path.join(folder, "saved_model.pb"), savedModelOf(graph, [count]));
  expect(remarks({}).warnings).toEqual([
    `Calls of the signature "serving_default" of "${folder}" change its variables ` +
      "(AssignAddVariableOp): replicas do not share them, so answers depend on which replica a call " +
      "meets, and a release begins anew. Keep state outside the model.",
  ]);
});

describe("what a replica loads is compared with memoryMb", () => {
  it("600 MB and 512 MiB", () => {
    writeWeights(600e6);
    expect(remarks({ memoryMb: 512 }).warnings).toEqual([
      expect.stringMatching(/^memoryMb is 512, and the graphs and variables .* take 573 MiB:/),
    ]);
    expect(remarks({ memoryMb: 600 }).warnings).toEqual([]);
    expect(remarks({}).warnings).toEqual([]);
  });

  it("all shards of the variables together", () => {
    writeWeights(300e6);
    const folder = path.join(modelFolder, "my_model/12/variables");
    const tensors = [0, 1].map((shardId) => ({ shardId, offset: 0, size: 300e6 }));
    tensors.forEach(({ shardId, size }) => writeShard(folder, shardId, 2, size));
    fs.rmSync(path.join(folder, "variables.data-00000-of-00001"));
    fs.writeFileSync(path.join(folder, "variables.index"), encodeCheckpointIndex(2, tensors));
    expect(remarks({ memoryMb: 512 }).warnings).toEqual([
      expect.stringMatching(/^memoryMb is 512, .* take 573 MiB:/),
    ]);
  });

  it("all versions together, each once", () => {
    writeWeights(300e6);
    writeWeights(300e6, "3");
    const all = { versionPolicy: ModelVersionPolicy.All };
    const models = [
      { name: "my_model", ...all },
      { name: "twin", basePath: "/models/my_model", ...all },
    ];
    expect(remarks({ memoryMb: 512 }, models).warnings).toEqual([
      expect.stringContaining("take 573 MiB"),
    ]);
    expect(remarks({ memoryMb: 600 }, models).warnings).toEqual([]);
  });
});
