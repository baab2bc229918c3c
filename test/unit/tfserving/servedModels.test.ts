import * as path from "node:path";

import { beforeEach, describe, expect, it } from "vitest";

import { type ModelConfigOptions, ModelVersionPolicy } from "../../../components";
import {
  checkServedModels,
  type ServedModelsCheck,
} from "../../../components/tfserving/servedModels";
import { modelFolder as folderWith, savedModel, writeFiles } from "../../support/modelFolder";

const { All, Latest, Specific } = ModelVersionPolicy;

let modelFolder: string;

beforeEach(() => {
  modelFolder = folderWith({
    "birds/1/saved_model.pb": savedModel("serving_default"),
    "birds/2/saved_model.pb": savedModel("serving_default"),
    "birds/10/saved_model.pb": savedModel("serving_default", "top_five"),
    "fish/2/saved_model.pb": savedModel("other"),
    "fish/3/saved_model.pb": savedModel("other"),
    "broken/7/saved_model.pb": "",
  });
});

function check(args: Partial<ServedModelsCheck> = {}) {
  return checkServedModels({
    modelFolder,
    modelName: "birds",
    signatureName: "serving_default",
    ...args,
  });
}

function several(...models: ModelConfigOptions[]) {
  return check({ models });
}

const paths = ({ versions }: ReturnType<typeof check>) => versions.map(({ path }) => path);

describe("one model", () => {
  it("is served in its highest version", () => {
    const checked = check();
    expect(checked.problems).toEqual([]);
    expect(checked.versions).toEqual([
      { path: "birds/10", version: "10", folder: path.join(modelFolder, "birds/10") },
    ]);
    expect(checked.main?.versions.map(({ version }) => version)).toEqual(["10"]);
  });

  it("is served in the version that is asked for", () => {
    expect(paths(check({ modelVersion: "2" }))).toEqual(["birds/2"]);
  });

  it("lies at its number in the image, whatever its folder is called", () => {
    writeFiles(modelFolder, { "birds/0011/saved_model.pb": savedModel("serving_default") });
    expect(check().versions).toEqual([
      { path: "birds/11", version: "11", folder: path.join(modelFolder, "birds/0011") },
    ]);
  });

  it.each([
    ["7", 'is 7, which "DIR/birds" does not hold; versions there: 1, 2, 10'],
    ["01", 'is "01", with leading zeros: write version 1 as "1", whatever its folder is called'],
    [
      "00000123",
      'is "00000123", with leading zeros: write version 123 as "123", whatever its folder is called',
    ],
    ["latest", 'is "latest": use a version as text, an integer from 0 to 2^63-1'],
  ])("has no version %s", (modelVersion, reason) => {
    const { problems, main } = check({ modelVersion });
    expect(problems.map((problem) => ({ ...problem, reason: shown(problem.reason) }))).toEqual([
      { propertyPath: "modelVersion", reason },
    ]);
    expect(main).toBeUndefined();
  });
});

describe("several models", () => {
  it.each<[string, ModelConfigOptions, string[]]>([
    ["the highest by default", { name: "birds" }, ["birds/10"]],
    ["the highest few", { name: "birds", numVersions: 2 }, ["birds/2", "birds/10"]],
    [
      "as many as there are",
      { name: "birds", versionPolicy: Latest, numVersions: 9 },
      ["birds/1", "birds/2", "birds/10"],
    ],
    ["all", { name: "birds", versionPolicy: All }, ["birds/1", "birds/2", "birds/10"]],
    [
      "those listed",
      { name: "birds", versionPolicy: Specific, versions: ["10", "1"] },
      ["birds/1", "birds/10"],
    ],
  ])("put into the image what their policy chooses: %s", (_, model, expected) => {
    const checked = several(model);
    expect(checked.problems).toEqual([]);
    expect(paths(checked)).toEqual(expected);
  });

  it("lie there by number, then by path, each once", () => {
    const checked = several(
      { name: "fish", versionPolicy: All },
      { name: "birds", versionPolicy: All },
      { name: "old_birds", basePath: "/models/birds/", versionPolicy: Specific, versions: ["1"] },
    );
    expect(checked.problems).toEqual([]);
    expect(paths(checked)).toEqual(["birds/1", "birds/2", "fish/2", "fish/3", "birds/10"]);
  });

  it("are no part of the image where they lie elsewhere, and are not checked", () => {
    const checked = several(
      { name: "birds" },
      { name: "cloud", basePath: "gs://bucket/cloud", labels: { stable: "5" } },
      { name: "mount", basePath: "/mnt/models" },
      { name: "near", basePath: "/models2/near" },
    );
    expect(checked.problems).toEqual([]);
    expect(paths(checked)).toEqual(["birds/10"]);
  });

  it("need the named signature in the main model alone", () => {
    const models = [{ name: "fish" }, { name: "birds" }];
    expect(check({ models }).problems).toEqual([]);
    expect(check({ models, signatureName: "nothing" }).problems).toEqual([
      {
        propertyPath: "models[1].name",
        reason: expect.stringContaining('birds/10/saved_model.pb has no signature "nothing"'),
      },
    ]);
  });
});

describe("several models are refused:", () => {
  it.each<[string, ModelConfigOptions[], [string, string][]]>([
    [
      "no folder",
      [{ name: "birds" }, { name: "bees" }],
      [["models[1].name", '"DIR" has no folder "bees"; the model is named after its folder']],
    ],
    [
      "no folder at the base path",
      [{ name: "birds", basePath: "/models/bees" }],
      [["models[0].basePath", '"DIR" has no folder "bees"']],
    ],
    [
      "a base path that the image cannot have",
      [
        { name: "birds", basePath: "/models/../etc" },
        { name: "x", basePath: "/models/" },
      ],
      [
        ["models[0].basePath", 'is "/models/../etc", but the image has model folders directly'],
        ["models[1].basePath", 'is "/models/", but the image has model folders directly'],
      ],
    ],
    [
      "a version that is not complete",
      [{ name: "birds" }, { name: "broken" }],
      [["models[1].name", "DIR/broken/7/saved_model.pb"]],
    ],
    [
      "versions that are not there",
      [{ name: "birds", versionPolicy: Specific, versions: ["1", "4", "5"] }],
      [
        [
          "models[0].versions[1]",
          'is 4, which "DIR/birds" does not hold; versions there: 1, 2, 10',
        ],
        [
          "models[0].versions[2]",
          'is 5, which "DIR/birds" does not hold; versions there: 1, 2, 10',
        ],
      ],
    ],
    [
      "a label on a version that is not there",
      [{ name: "birds", versionPolicy: All, labels: { stable: "2", canary: "11" } }],
      [["models[0].labels.canary", "is 11, a version that is not loaded; loaded are 1, 2, 10"]],
    ],
    [
      "a label on a version that the policy does not load",
      [{ name: "birds", numVersions: 2, labels: { old: "1" } }],
      [["models[0].labels.old", "is 1, a version that is not loaded; loaded are 2, 10"]],
    ],
    [
      "a label below the latest version, which alone is loaded by default",
      [{ name: "birds", labels: { stable: "2" } }],
      [["models[0].labels.stable", "is 2, a version that is not loaded; loaded are 10"]],
    ],
    [
      "a label on a version that is not listed",
      [{ name: "birds", versionPolicy: Specific, versions: ["1"], labels: { stable: "2" } }],
      [["models[0].labels.stable", "is 2, which is not among the versions 1"]],
    ],
    [
      "modelName not among them",
      [{ name: "fish" }],
      [["modelName", 'is "birds", which is not among the models that are served: use one of fish']],
    ],
    [
      "modelName outside the image",
      [{ name: "fish" }, { name: "birds", basePath: "s3://bucket/birds" }],
      [["modelName", 'is "birds", whose basePath s3://bucket/birds is not in the image']],
    ],
    ["none", [], [["models", "lists no model: use at least one or leave it out"]]],
    [
      "one twice",
      [{ name: "birds" }, { name: "birds" }],
      [["models[1].name", 'is "birds" like the name at index 0; a name can be given once']],
    ],
    [
      "all that is wrong at once",
      [{ name: "fish", labels: { a: "9" } }, { name: "bees" }],
      [
        ["modelName", 'is "birds", which is not among'],
        ["models[0].labels.a", "is 9, a version that is not loaded; loaded are 3"],
        ["models[1].name", 'has no folder "bees"'],
      ],
    ],
  ])("%s", (_, models, expected) => {
    const { problems, main } = several(...models);
    expect(main).toBeUndefined();
    expect(problems.map(({ propertyPath }) => propertyPath)).toEqual(expected.map(([at]) => at));
    problems.forEach(({ reason }, index) => expect(shown(reason)).toContain(expected[index][1]));
  });

  it("beside modelVersion, with what to use in its place", () => {
    const { problems } = check({ models: [{ name: "birds" }], modelVersion: "2" });
    expect(problems).toEqual([
      {
        propertyPath: "modelVersion",
        reason:
          'is 2 beside models: leave it out and use the version policy "specific" with versions ' +
          '["2"]',
      },
    ]);
  });

  it("with the ten highest of many versions in the message", () => {
    const versions = Array.from({ length: 12 }, (_, index) => String(index + 1));
    modelFolder = folderWith(
      Object.fromEntries(
        versions.map((v) => [`birds/${v}/saved_model.pb`, savedModel("serving_default")]),
      ),
    );
    expect(check({ modelVersion: "99" }).problems[0].reason).toContain(
      "versions there: 2 lower ones and 3, 4, 5, 6, 7, 8, 9, 10, 11, 12",
    );
  });
});

function shown(reason: string): string {
  return reason.split(modelFolder).join("DIR");
}
