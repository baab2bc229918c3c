import * as fs from "node:fs";
import * as path from "node:path";

import { describe, expect, it } from "vitest";

import { ModelVersionPolicy } from "../../../components/core/tfserving/modelConfig";
import { checkModelFolder, servedVersion } from "../../../components/core/tfserving/modelFolder";
import { modelFolder as folderWith } from "../../support/modelFolder";
import { copyOf, good, pointer, reading, reasonsOf } from "./modelFolders";
import { encodeSavedModel, savedModelWith, testdata, writeFiles } from "./savedModelFile";

const all = { versionPolicy: ModelVersionPolicy.All };
const oneGood = { "m/1/saved_model.pb": good };

describe("a good model folder", () => {
  const withVersions = (...names: string[]) =>
    folderWith(Object.fromEntries(names.map((name) => [`m/${name}/saved_model.pb`, good])));
  const versionsOf = (modelFolder: string) =>
    checkModelFolder(modelFolder, "m", { choice: all }).model?.versions.map((one) => one.version);

  it("gives its versions by number, not by name", () => {
    const modelFolder = withVersions("9", "10", "002");
    const { model } = checkModelFolder(modelFolder, "m", { choice: all });
    expect(versionsOf(modelFolder)).toEqual(["2", "9", "10"]);
    expect(model && servedVersion(model).folder).toBe(path.join(modelFolder, "m", "10"));
  });

  it("keeps versions exact up to 2^63-1", () => {
    const [highest, next] = ["9223372036854775807", "9223372036854775806"];
    expect(versionsOf(withVersions(highest, next, "0"))).toEqual(["0", next, highest]);
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

  it.each<[string, Record<string, string | Uint8Array>, Parameters<typeof reasonsOf>[1]?]>([
    [
      "plain files and hidden folders beside versions",
      { ...oneGood, "m/README.md": "", "m/.git/config": "", "m/.ipynb_checkpoints/x": "" },
    ],
    [
      "versions below the highest that lack the named signature",
      { "m/1/saved_model.pb": reading(["old"]), "m/2/saved_model.pb": good },
      { choice: all },
    ],
    [
      "anything in versions that are not served, such as an export under way",
      { ...oneGood, "m/2/saved_model.pb": good.subarray(0, 20), "m/3/variables/x": "" },
      { choice: { versionPolicy: ModelVersionPolicy.Specific, versions: ["1"] } },
    ],
    [
      "Git LFS pointers in versions that are not served",
      { "m/1/saved_model.pb": pointer, "m/2/saved_model.pb": good },
    ],
    ["a long text that tells of Git LFS", { ...oneGood, "m/1/a.txt": pointer + "x".repeat(2000) }],
    [
      "hidden assets that its graph reads",
      {
        "m/1/saved_model.pb": reading(["serving_default"], ".vocab.txt", "names.txt"),
        ...{ "m/1/assets/.vocab.txt": "", "m/1/assets/names.txt": "" },
      },
    ],
  ])("may hold %s", (_, files, options) => {
    expect(reasonsOf(folderWith(files), options)).toEqual([]);
  });

  it("may hold links within a version", () => {
    const modelFolder = folderWith({ "m/1/saved_model.pb": good, "m/1/assets/a.txt": "" });
    fs.symlinkSync("assets/a.txt", path.join(modelFolder, "m/1/b.txt"));
    expect(reasonsOf(modelFolder)).toEqual([]);
  });

  it("may consist of links to where DVC or Hugging Face keep files", () => {
    const blobs = folderWith({ graph: good, "names/a.txt": "names" });
    const modelFolder = folderWith({ "m/1/README.md": "" });
    fs.symlinkSync(path.join(blobs, "graph"), path.join(modelFolder, "m/1/saved_model.pb"));
    fs.symlinkSync(path.join(blobs, "names"), path.join(modelFolder, "m/1/assets"));
    fs.symlinkSync("1", path.join(modelFolder, "m/2"));
    const { problems, model } = checkModelFolder(modelFolder, "m", { choice: all });
    expect(problems).toEqual([]);
    expect(model?.versions.map(({ sizeBytes, loadedBytes }) => [sizeBytes, loadedBytes])).toEqual(
      Array(2).fill([good.length + 5, good.length]),
    );
  });

  it("may be one that TensorFlow wrote", () => {
    const { problems, model } = checkModelFolder(testdata, "scale");
    expect(problems).toEqual([]);
    expect(model && Object.keys(servedVersion(model).signatures)).toEqual(["serving_default"]);
  });

  it("needs no variables when its graph has none", () => {
    const modelFolder = copyOf("add_one");
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
  it.each([
    "saved_model.pb",
    "variables/variables.index",
    "variables/variables.data-00000-of-00002",
    "assets/.vocab.txt",
    "assets.extra/tf_serving_warmup_requests",
    "assets/below/names.txt",
  ])("are refused in place of %s", (name) => {
    const modelFolder = copyOf("sharded");
    writeFiles(modelFolder, { [`m/1/${name}`]: pointer });
    expect(reasonsOf(modelFolder)).toEqual([
      `"DIR/m/1" has Git LFS pointers in place of "${name}": run \`git lfs pull\``,
    ]);
  });
});
