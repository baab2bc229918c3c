import * as fs from "node:fs";
import * as path from "node:path";

import { describe, expect, it } from "vitest";

import { ModelVersionPolicy } from "../../../components/tfserving/modelConfig";
import { checkModelFolder, servedVersion } from "../../../components/tfserving/modelFolder";
import {
  encodeSavedModel,
  savedModelWith,
  temporaryFolder,
  testdata,
  writeFiles,
} from "./savedModelFile";

const all = { versionPolicy: ModelVersionPolicy.All };
const good = encodeSavedModel(savedModelWith("serving_default"));

function folderWith(files: Record<string, string | Uint8Array>): string {
  const folder = temporaryFolder();
  writeFiles(folder, files);
  return folder;
}

function reasonsOf(
  modelFolder: string,
  options: Parameters<typeof checkModelFolder>[2] = {},
): string[] {
  const { problems, model } = checkModelFolder(modelFolder, "m", options);
  expect(model === undefined).toBe(problems.length > 0);
  return problems.map(({ reason }) => reason.split(modelFolder).join("DIR"));
}

describe("a good model folder", () => {
  it("gives its versions by number, not by name", () => {
    const modelFolder = folderWith({
      "m/9/saved_model.pb": good,
      "m/10/saved_model.pb": good,
      "m/002/saved_model.pb": good,
    });
    const { problems, model } = checkModelFolder(modelFolder, "m", { choice: all });
    expect(problems).toEqual([]);
    expect(model?.versions.map(({ version }) => version)).toEqual(["2", "9", "10"]);
    expect(model && servedVersion(model).folder).toBe(path.join(modelFolder, "m", "10"));
  });

  it("keeps versions exact up to 2^63-1", () => {
    const modelFolder = folderWith({
      "m/9223372036854775807/saved_model.pb": good,
      "m/9223372036854775806/saved_model.pb": good,
      "m/0/saved_model.pb": good,
    });
    const versions = checkModelFolder(modelFolder, "m", { choice: all }).model?.versions;
    expect(versions?.map(({ version }) => version)).toEqual([
      "0",
      "9223372036854775806",
      "9223372036854775807",
    ]);
  });

  it("gives signatures without TensorFlow's internal ones, warm-up and size", () => {
    const modelFolder = folderWith({
      "m/1/saved_model.pb": encodeSavedModel(savedModelWith("serving_default", "__saved_model_x")),
      "m/1/assets.extra/tf_serving_warmup_requests": "12345",
    });
    const version = checkModelFolder(modelFolder, "m").model?.versions[0];
    expect(Object.keys(version?.signatures ?? {})).toEqual(["serving_default"]);
    expect(version?.hasWarmup).toBe(true);
    const saved = fs.statSync(path.join(modelFolder, "m/1/saved_model.pb")).size;
    expect(version?.sizeBytes).toBe(saved + 5);
  });

  it("may hold plain files and hidden folders beside versions", () => {
    const modelFolder = folderWith({
      "m/1/saved_model.pb": good,
      "m/README.md": "",
      "m/.git/config": "",
      "m/.ipynb_checkpoints/x": "",
    });
    expect(reasonsOf(modelFolder)).toEqual([]);
  });

  it("may lack the named signature in versions below the highest that is served", () => {
    const modelFolder = folderWith({
      "m/1/saved_model.pb": encodeSavedModel(savedModelWith("old")),
      "m/2/saved_model.pb": good,
    });
    expect(reasonsOf(modelFolder, { choice: all })).toEqual([]);
  });

  it("may hold anything in versions that are not served, such as an export under way", () => {
    const modelFolder = folderWith({
      "m/1/saved_model.pb": good.subarray(0, 20),
      "m/2/saved_model.pb": good,
      "m/3/variables/variables.index": "",
    });
    const choice = { versionPolicy: ModelVersionPolicy.Specific, versions: ["2"] };
    expect(reasonsOf(modelFolder, { choice })).toEqual([]);
  });

  it("may hold links within a version", () => {
    const modelFolder = folderWith({ "m/1/saved_model.pb": good, "m/1/assets/a.txt": "" });
    fs.symlinkSync("assets/a.txt", path.join(modelFolder, "m/1/b.txt"));
    expect(reasonsOf(modelFolder)).toEqual([]);
  });

  it("may be one that TensorFlow wrote", () => {
    const { problems, model } = checkModelFolder(testdata, "scale");
    expect(problems).toEqual([]);
    expect(model && Object.keys(servedVersion(model).signatures)).toEqual(["serving_default"]);
  });

  it("needs no variables when its graph has none", () => {
    const modelFolder = temporaryFolder();
    fs.cpSync(path.join(testdata, "add_one"), path.join(modelFolder, "m"), { recursive: true });
    fs.rmSync(path.join(modelFolder, "m/1/variables"), { recursive: true });
    expect(reasonsOf(modelFolder)).toEqual([]);
  });

  it("is found by the tags asked for, in any order", () => {
    expect(checkModelFolder(testdata, "tf1", { tags: ["serve", "gpu"] }).problems).toEqual([]);
    expect(checkModelFolder(testdata, "tf1", { tags: ["gpu", "serve"] }).problems).toEqual([]);
  });
});

describe("beside good versions", () => {
  it("exports under way, backups and other leftovers are a note, and nothing is read of them", () => {
    const modelFolder = folderWith({
      "m/122/saved_model.pb": good,
      "m/00000122.bak/saved_model.pb": "",
      "m/temp-1795350300/saved_model.pb": good.subarray(0, 20),
      "m/__MACOSX/._122": "",
      "m/lost+found/x": "",
      "m/saved_model.pb.tmp": "",
    });
    fs.symlinkSync("gone", path.join(modelFolder, "m/newest"));
    fs.symlinkSync("/etc/shadow", path.join(modelFolder, "m/lost+found/link"));
    const { problems, model } = checkModelFolder(modelFolder, "m", { choice: all });
    expect(problems).toEqual([]);
    expect(model?.versions.map(({ version }) => version)).toEqual(["122"]);
    expect(model?.notes).toEqual([
      `"${path.join(modelFolder, "m")}" holds "00000122.bak", "__MACOSX", "lost+found", ` +
        '"temp-1795350300" beside its versions. That is not served: the name of a version is an ' +
        "integer from 0 to 2^63-1.",
    ]);
  });

  it("nothing else is no note", () => {
    const modelFolder = folderWith({ "m/1/saved_model.pb": good, "m/.git/x": "", "m/LICENSE": "" });
    expect(checkModelFolder(modelFolder, "m").model?.notes).toEqual([]);
  });
});

describe("Git LFS pointers", () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"1".repeat(64)}\nsize 5\n`;

  it.each([
    "saved_model.pb",
    "variables/variables.index",
    "variables/variables.data-00000-of-00002",
    "assets/.vocab.txt",
    "assets.extra/tf_serving_warmup_requests",
    "assets/below/names.txt",
  ])("are refused in place of %s", (name) => {
    const modelFolder = temporaryFolder();
    fs.cpSync(path.join(testdata, "sharded"), path.join(modelFolder, "m"), { recursive: true });
    writeFiles(modelFolder, { [`m/1/${name}`]: pointer });
    expect(reasonsOf(modelFolder)).toEqual([
      `"DIR/m/1" has Git LFS pointers in place of "${name}": run \`git lfs pull\``,
    ]);
  });

  it("are named together", () => {
    const modelFolder = folderWith({ "m/1/saved_model.pb": pointer, "m/1/assets/a": pointer });
    expect(reasonsOf(modelFolder)).toEqual([
      '"DIR/m/1" has Git LFS pointers in place of "assets/a", "saved_model.pb": run `git lfs pull`',
    ]);
  });

  it("are no longer files that tell of them", () => {
    const text = pointer + "x".repeat(2000);
    expect(reasonsOf(folderWith({ "m/1/saved_model.pb": good, "m/1/a.txt": text }))).toEqual([]);
  });

  it("may lie in versions that are not served", () => {
    const modelFolder = folderWith({ "m/1/saved_model.pb": pointer, "m/2/saved_model.pb": good });
    expect(reasonsOf(modelFolder)).toEqual([]);
  });
});

describe("assets", () => {
  const reading = (...names: string[]) => {
    const savedModel = savedModelWith("serving_default");
    savedModel.metaGraphs[0].assetFileDef = names.map((filename) => ({ filename }));
    return encodeSavedModel(savedModel);
  };

  it("that the graph reads may be hidden", () => {
    const modelFolder = folderWith({
      "m/1/saved_model.pb": reading(".vocab.txt", "names.txt"),
      "m/1/assets/.vocab.txt": "",
      "m/1/assets/names.txt": "",
    });
    expect(reasonsOf(modelFolder)).toEqual([]);
  });

  it("that the graph reads have to be there", () => {
    const modelFolder = folderWith({ "m/1/saved_model.pb": reading("a.txt", "b.txt") });
    writeFiles(modelFolder, { "m/1/assets/b.txt": "" });
    expect(reasonsOf(modelFolder)).toEqual([
      '"DIR/m/1" lacks "assets/a.txt", which DIR/m/1/saved_model.pb reads; copy the whole export again',
    ]);
  });

  it("that the graph reads have no name that images leave out", () => {
    const modelFolder = folderWith({
      "m/1/saved_model.pb": reading("._vocab.txt"),
      "m/1/assets/._vocab.txt": "",
    });
    expect(reasonsOf(modelFolder)).toEqual([
      'DIR/m/1/saved_model.pb reads "assets/._vocab.txt", a name that images leave out; give the ' +
        "file another name and export again",
    ]);
  });
});

describe("what is no SavedModel is said, with the way to one:", () => {
  it.each<[string, Record<string, string | Uint8Array>, string]>([
    [
      "a Keras model in place of saved_model.pb",
      { "m/1/model.keras": "" },
      '"DIR/m/1" has no saved_model.pb; "DIR/m/1/model.keras" is a Keras model: load it with',
    ],
    [
      "a Keras model in HDF5",
      { "m/1/model.h5": "" },
      '"DIR/m/1/model.h5" is a Keras model or its weights (HDF5): load it with keras.models.load_model',
    ],
    [
      "TensorFlow Lite",
      { "m/1/model.tflite": "" },
      '"DIR/m/1/model.tflite" is a TensorFlow Lite model, which cannot be turned back: export',
    ],
    [
      "a frozen graph",
      { "m/1/frozen_inference_graph.pb": "" },
      '"DIR/m/1/frozen_inference_graph.pb" is a graph without signatures (a frozen GraphDef): import',
    ],
    [
      "a checkpoint",
      { "m/1/checkpoint": "", "m/1/model.ckpt-5.index": "" },
      '"DIR/m/1/checkpoint" is a checkpoint of a training, which has no graph: restore it',
    ],
    [
      "PyTorch",
      { "m/1/model.safetensors": "" },
      '"DIR/m/1/model.safetensors" is a model of PyTorch, which TensorFlow Serving cannot run',
    ],
    ["ONNX", { "m/1/model.onnx": "" }, '"DIR/m/1/model.onnx" is an ONNX model, which'],
    [
      "a model in place of the version's folder",
      { "m/model.h5": "" },
      'for each version; found: "DIR/m/model.h5" is a Keras model or its weights (HDF5): load it',
    ],
    [
      "a model in place of the model's folder",
      { "m.keras": "" },
      '"DIR" has no folder "m"; "DIR/m.keras" is a Keras model: load it with',
    ],
    [
      "a version one folder too deep",
      { "m/1/export/saved_model.pb": good },
      '"DIR/m/1" has no saved_model.pb, but "DIR/m/1/export" has',
    ],
    [
      "a model one folder too deep",
      { "m/m/7/saved_model.pb": good },
      '"DIR/m" has no folder of a version, but "DIR/m/m/7" holds saved_model.pb, too deep (Hugging ' +
        `Face's save_pretrained puts it into saved_model/1, for example): move that folder to "DIR/m/7"`,
    ],
    [
      "Hugging Face's folder as the model",
      { "m/config.json": "{}", "m/tf_model.h5": "", "m/saved_model/1/saved_model.pb": good },
      '"DIR/m" has no folder of a version, but "DIR/m/saved_model/1" holds saved_model.pb, too deep',
    ],
    [
      "Hugging Face's folder as a version",
      { "m/1/config.json": "{}", "m/1/tf_model.h5": "", "m/1/saved_model/1/saved_model.pb": good },
      '"DIR/m/1" has no saved_model.pb, but "DIR/m/1/saved_model/1" has',
    ],
    [
      "a TF1 Hub module",
      {
        "m/1/saved_model.pb": encodeSavedModel({
          metaGraphs: [{ metaInfoDef: { tags: [] } }, { metaInfoDef: { tags: ["train"] } }],
        }),
        "m/1/tfhub_module.pb": Buffer.from([0x08, 0x03]),
      },
      "DIR/m/1/saved_model.pb is a TF1 Hub module (a graph without tags), which no server loads: load",
    ],
  ])("%s", (_, files, reason) => {
    const reasons = reasonsOf(folderWith(files));
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toContain(reason);
    expect(reasons[0]).not.toContain("savedModelTags");
  });

  it("a file in place of the folder", () => {
    const modelFolder = path.join(folderWith({ "model.h5": "" }), "model.h5");
    expect(reasonsOf(modelFolder)).toEqual([
      expect.stringMatching(
        /^"DIR" is a Keras model or its weights .*: use the folder that holds "m"$/,
      ),
    ]);
  });
});

describe("a bad model folder is refused", () => {
  it.each<[string, Record<string, string | Uint8Array>, string]>([
    [
      "no folder of that name",
      { "other/1/saved_model.pb": good, "file.txt": "" },
      '"DIR" has no folder "m"; the model is named after its folder, and here are "other"',
    ],
    [
      "nothing at all",
      {},
      '"DIR" has no folder "m"; it has no folder at all; put the model at m/<version>/saved_model.pb',
    ],
    [
      "the model's own folder given",
      { "1/saved_model.pb": good },
      '"DIR" is the model itself: use the folder above',
    ],
    [
      "the version's folder given",
      { "saved_model.pb": good },
      '"DIR" is the model itself: use the folder above',
    ],
    [
      "no version folder",
      { "m/README.md": "" },
      '"DIR/m" needs a folder named by an integer for each version; found: none',
    ],
    [
      "a model without a version folder",
      { "m/saved_model.pb": good },
      '"DIR/m" holds saved_model.pb directly, without a version folder; move the model to "DIR/m/1"',
    ],
    [
      "a version that is no integer",
      { "m/v1/saved_model.pb": good, "m/1.0/saved_model.pb": good },
      'found: "1.0", "v1", but TensorFlow Serving only takes integers from 0 to 2^63-1',
    ],
    ["a negative version", { "m/-1/saved_model.pb": good }, 'found: "-1", but'],
    ["a version with a sign", { "m/+1/saved_model.pb": good }, 'found: "+1", but'],
    ["a hexadecimal version", { "m/0x1/saved_model.pb": good }, 'found: "0x1", but'],
    [
      "a version beyond int64",
      { "m/9223372036854775808/saved_model.pb": good },
      'found: "9223372036854775808", but',
    ],
    [
      "a file named like a version",
      { "m/1/saved_model.pb": good, "m/2": "" },
      '"DIR/m/2" is a file, but TensorFlow Serving takes every number here for a version folder',
    ],
    [
      "one version twice",
      { "m/1/saved_model.pb": good, "m/001/saved_model.pb": good },
      '"DIR/m" holds version 1 twice, as "001" and "1"',
    ],
    [
      "no saved_model.pb",
      { "m/1/variables/variables.index": "" },
      '"DIR/m/1" has no saved_model.pb; wait for an export that is still being written, export a',
    ],
    [
      "only a text SavedModel",
      { "m/1/saved_model.pbtxt": "" },
      '"DIR/m/1" has saved_model.pbtxt in place of saved_model.pb; only the binary form',
    ],
    [
      "a truncated SavedModel",
      { "m/1/saved_model.pb": good.subarray(0, good.length - 1) },
      "DIR/m/1/saved_model.pb is truncated or no SavedModel",
    ],
    [
      "files that the image would lack",
      { "m/1/saved_model.pb": good, "m/1/.dockerignore": "" },
      '"DIR/m/1" holds a .dockerignore: remove it',
    ],
    [
      "no graph for serving",
      {
        "m/1/saved_model.pb": encodeSavedModel({
          metaGraphs: [
            { metaInfoDef: { tags: ["train"] } },
            { metaInfoDef: { tags: ["serve", "gpu"] } },
          ],
        }),
      },
      "DIR/m/1/saved_model.pb has no graph tagged exactly [serve]; tags found: [train], [gpu, serve]",
    ],
    [
      "not the named signature",
      { "m/1/saved_model.pb": encodeSavedModel(savedModelWith("predict", "embed")) },
      'DIR/m/1/saved_model.pb has no signature "serving_default"; it has "embed", "predict"',
    ],
    [
      "no signature",
      { "m/1/saved_model.pb": encodeSavedModel(savedModelWith()) },
      'DIR/m/1/saved_model.pb has no signature "serving_default"; it has none at all',
    ],
  ])("%s", (_, files, reason) => {
    const reasons = reasonsOf(folderWith(files));
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toContain(reason);
  });

  it("fewer tags than asked for", () => {
    const options = { tags: ["serve", "gpu"] };
    expect(reasonsOf(folderWith({ "m/1/saved_model.pb": good }), options)).toEqual([
      expect.stringContaining("has no graph tagged exactly [serve, gpu]; tags found: [serve]"),
    ]);
  });

  it("no such folder", () => {
    const modelFolder = path.join(temporaryFolder(), "absent");
    expect(reasonsOf(modelFolder)).toEqual(['"DIR" is no folder: use the folder that holds "m"']);
  });

  it("variables that were not copied", () => {
    const modelFolder = temporaryFolder();
    fs.cpSync(path.join(testdata, "scale"), path.join(modelFolder, "m"), { recursive: true });
    fs.rmSync(path.join(modelFolder, "m/1/variables"), { recursive: true });
    expect(reasonsOf(modelFolder)).toEqual([
      expect.stringContaining('"DIR/m/1" has no variables/variables.index'),
    ]);
  });

  it("variables and graph, said together", () => {
    const modelFolder = temporaryFolder();
    fs.cpSync(path.join(testdata, "sharded"), path.join(modelFolder, "m"), { recursive: true });
    fs.rmSync(path.join(modelFolder, "m/1/variables/variables.data-00001-of-00002"));
    fs.truncateSync(path.join(modelFolder, "m/1/saved_model.pb"), 9000);
    expect(reasonsOf(modelFolder)).toEqual([
      expect.stringContaining("saved_model.pb is truncated"),
      expect.stringContaining('lacks "variables.data-00001-of-00002"'),
    ]);
  });

  it("a symbolic link that leads nowhere", () => {
    const modelFolder = folderWith({ "m/1/saved_model.pb": good });
    fs.symlinkSync("gone", path.join(modelFolder, "m", "2"));
    expect(reasonsOf(modelFolder)).toEqual([
      '"DIR/m/2" is a symbolic link that leads nowhere; remove it',
    ]);
  });

  it("a version that is a symbolic link", () => {
    const elsewhere = folderWith({ "saved_model.pb": good });
    const modelFolder = folderWith({ "m/README.md": "" });
    fs.symlinkSync(elsewhere, path.join(modelFolder, "m", "1"));
    expect(reasonsOf(modelFolder)).toEqual([
      '"DIR/m/1" is a symbolic link, which an image build cannot follow; copy what it points to',
    ]);
  });

  it.each([
    ["to another version", "../../2/variables"],
    ["by an absolute path", "/etc/hostname"],
    ["nowhere", "gone"],
  ])("a symbolic link in a version that leads %s", (_, target) => {
    const modelFolder = folderWith({
      "m/1/saved_model.pb": good,
      "m/1/assets/x": "",
      "m/2/variables/x": "",
    });
    fs.symlinkSync(target, path.join(modelFolder, "m/1/assets/link"));
    const choice = { versionPolicy: ModelVersionPolicy.Specific, versions: ["1"] };
    expect(reasonsOf(modelFolder, { choice })).toEqual([
      expect.stringContaining(
        '"DIR/m/1/assets/link" is a symbolic link that leads out of "DIR/m/1"',
      ),
    ]);
  });

  it("without a version that is asked for, with a list of those there", () => {
    const modelFolder = folderWith({
      "m/3/saved_model.pb": good,
      "m/10/saved_model.pb": good,
    });
    const choice = { versionPolicy: ModelVersionPolicy.Specific, versions: ["3", "4"] };
    const { problems } = checkModelFolder(modelFolder, "m", {
      choice,
      versionPropertyPath: (version) => `asked.${version}`,
    });
    expect(problems).toEqual([
      {
        propertyPath: "asked.4",
        reason: `is 4, which "${path.join(modelFolder, "m")}" does not hold; versions there: 3, 10`,
      },
    ]);
  });

  it("with all that is wrong with its versions at once, under the given path", () => {
    const modelFolder = folderWith({ "m/1/x": "", "m/2/saved_model.pb": "", "m/3": "" });
    const { problems } = checkModelFolder(modelFolder, "m", {
      choice: all,
      propertyPath: "args.folder",
    });
    expect(problems).toHaveLength(3);
    expect(new Set(problems.map(({ propertyPath }) => propertyPath))).toEqual(
      new Set(["args.folder"]),
    );
  });

  it("with a bad name, under the name's path", () => {
    const { problems, model } = checkModelFolder(temporaryFolder(), "../m");
    expect(problems.map(({ propertyPath }) => propertyPath)).toEqual(["modelName"]);
    expect(model).toBeUndefined();
  });
});
