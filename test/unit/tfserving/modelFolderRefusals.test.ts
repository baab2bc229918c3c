import * as fs from "node:fs";
import * as path from "node:path";

import { describe, expect, it } from "vitest";

import { ModelVersionPolicy } from "../../../components/core/tfserving/modelConfig";
import { checkModelFolder } from "../../../components/core/tfserving/modelFolder";
import { modelFolder as folderWith } from "../../support/modelFolder";
import { refusals } from "../../support/refusals";
import { copyOf, good, pointer, reading, reasonsOf } from "./modelFolders";
import { encodeSavedModel, temporaryFolder } from "./savedModelFile";

type Files = Record<string, string | Uint8Array>;

const oneGood = { "m/1/saved_model.pb": good };
const ofTags = (...tags: string[][]) =>
  encodeSavedModel({ metaGraphs: tags.map((tags) => ({ metaInfoDef: { tags } })) });

const noSavedModels: Record<string, Files> = {
  "a Keras model in place of saved_model.pb": { "m/1/model.keras": "" },
  "a Keras model in HDF5": { "m/1/model.h5": "" },
  "TensorFlow Lite": { "m/1/model.tflite": "" },
  "a frozen graph": { "m/1/frozen_inference_graph.pb": "" },
  "a checkpoint": { "m/1/checkpoint": "", "m/1/model.ckpt-5.index": "" },
  PyTorch: { "m/1/model.safetensors": "" },
  ONNX: { "m/1/model.onnx": "" },
  "a model in place of the version's folder": { "m/model.h5": "" },
  "a model in place of the model's folder": { "m.keras": "" },
  "a version one folder too deep": { "m/1/export/saved_model.pb": good },
  "a model one folder too deep": { "m/m/7/saved_model.pb": good },
  "Hugging Face's folder as the model": {
    ...{ "m/config.json": "{}", "m/tf_model.h5": "", "m/saved_model/1/saved_model.pb": good },
  },
  "Hugging Face's folder as a version": {
    ...{ "m/1/config.json": "{}", "m/1/tf_model.h5": "", "m/1/saved_model/1/saved_model.pb": good },
  },
  "a TF1 Hub module": {
    "m/1/saved_model.pb": ofTags([], ["train"]),
    "m/1/tfhub_module.pb": Buffer.from([0x08, 0x03]),
  },
};

const badFolders: Record<string, Files> = {
  "no folder of that name": { "other/1/saved_model.pb": good, "file.txt": "" },
  "nothing at all": {},
  "the model's own folder given": { "1/saved_model.pb": good },
  "the version's folder given": { "saved_model.pb": good },
  "no version folder": { "m/README.md": "" },
  "a model without a version folder": { "m/saved_model.pb": good },
  "a version that is no integer": { "m/v1/saved_model.pb": good, "m/1.0/saved_model.pb": good },
  "a negative version": { "m/-1/saved_model.pb": good },
  "a version with a sign": { "m/+1/saved_model.pb": good },
  "a hexadecimal version": { "m/0x1/saved_model.pb": good },
  "a version beyond int64": { "m/9223372036854775808/saved_model.pb": good },
  "a file named like a version": { "m/1/saved_model.pb": good, "m/2": "" },
  "one version twice": { "m/1/saved_model.pb": good, "m/001/saved_model.pb": good },
  "no saved_model.pb": { "m/1/variables/variables.index": "" },
  "only a text SavedModel": { "m/1/saved_model.pbtxt": "" },
  "a truncated SavedModel": { "m/1/saved_model.pb": good.subarray(0, good.length - 1) },
  "files that the image would lack": { "m/1/saved_model.pb": good, "m/1/.dockerignore": "" },
  "no graph for serving": { "m/1/saved_model.pb": ofTags(["train"], ["serve", "gpu"]) },
  "not the named signature": { "m/1/saved_model.pb": reading(["predict", "embed"]) },
  "no signature": { "m/1/saved_model.pb": reading([]) },
  "Git LFS pointers": { "m/1/saved_model.pb": pointer, "m/1/assets/a": pointer },
  "no asset that the graph reads": {
    "m/1/saved_model.pb": reading(["serving_default"], "a.txt", "b.txt"),
    "m/1/assets/b.txt": "",
  },
  "an asset that images leave out": {
    "m/1/saved_model.pb": reading(["serving_default"], "._vocab.txt"),
    "m/1/assets/._vocab.txt": "",
  },
  "all that is wrong at once": {
    ...{ "m/1/x": "", "m/2/saved_model.pb": "", "m/3": "", "m/4/saved_model.pb": good },
  },
};

/** Folders that take more than files to make. */
const brokenCopies: Record<string, () => string> = {
  "no such folder": () => path.join(temporaryFolder(), "absent"),
  "a file in place of the folder": () => path.join(folderWith({ "model.h5": "" }), "model.h5"),
  "variables that were not copied": () => {
    const modelFolder = copyOf("scale");
    fs.rmSync(path.join(modelFolder, "m/1/variables"), { recursive: true });
    return modelFolder;
  },
  "variables and graph, said together": () => {
    const modelFolder = copyOf("sharded");
    fs.rmSync(path.join(modelFolder, "m/1/variables/variables.data-00001-of-00002"));
    fs.truncateSync(path.join(modelFolder, "m/1/saved_model.pb"), 9000);
    return modelFolder;
  },
  "a symbolic link that leads nowhere": () => linked("gone", "m/2"),
  ...Object.fromEntries(
    ["gone", "/gone", "../../../m", "link"].map((target) => [
      `a symbolic link in a version, to ${target}`,
      () => linked(target, "m/1/assets/link", { ...oneGood, "m/1/assets/x": "" }),
    ]),
  ),
  "a Git LFS pointer behind a symbolic link": () =>
    linked(folderWith({ "names.txt": pointer }), "m/1/assets"),
};

function linked(target: string, link: string, files: Files = oneGood): string {
  const modelFolder = folderWith(files);
  fs.symlinkSync(target, path.join(modelFolder, link));
  return modelFolder;
}

describe("a bad model folder is refused, and it is said what to do:", () => {
  it("what is no SavedModel", async () => {
    const said = await refusals(noSavedModels, (files) => reasonsOf(folderWith(files)));
    await expect(said).toMatchFileSnapshot("snapshots/no-saved-models.txt");
    expect(said).not.toContain("savedModelTags");
  });

  it("what is not laid out as a model", async () => {
    const choice = { versionPolicy: ModelVersionPolicy.All };
    const said = await refusals(badFolders, (files) => reasonsOf(folderWith(files), { choice }));
    await expect(said).toMatchFileSnapshot("snapshots/bad-model-folders.txt");
  });

  it("what was not copied whole", async () => {
    const said = await refusals(brokenCopies, (make) => reasonsOf(make()));
    await expect(said).toMatchFileSnapshot("snapshots/broken-copies.txt");
  });

  it("fewer tags than asked for", () => {
    const options = { tags: ["serve", "gpu"] };
    expect(reasonsOf(folderWith(oneGood), options)).toEqual([
      expect.stringContaining("has no graph tagged exactly [serve, gpu]; tags found: [serve]"),
    ]);
  });

  it("without a version that is asked for, with a list of those there", () => {
    const modelFolder = folderWith({ "m/3/saved_model.pb": good, "m/10/saved_model.pb": good });
    const choice = { versionPolicy: ModelVersionPolicy.Specific, versions: ["3", "4"] };
    const versionPropertyPath = (version: string) => `asked.${version}`;
    expect(checkModelFolder(modelFolder, "m", { choice, versionPropertyPath }).problems).toEqual([
      {
        propertyPath: "asked.4",
        reason: `is 4, which "${path.join(modelFolder, "m")}" does not hold; versions there: 3, 10`,
      },
    ]);
  });

  it("under the given path, and a bad name under the name's", () => {
    const paths = (name: string, propertyPath?: string) =>
      checkModelFolder(temporaryFolder(), name, { propertyPath }).problems.map(
        (problem) => problem.propertyPath,
      );
    expect(paths("m", "args.folder")).toEqual(["args.folder"]);
    expect(paths("../m")).toEqual(["modelName"]);
  });
});
