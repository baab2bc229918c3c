import * as path from "node:path";

import { beforeEach, describe, expect, it } from "vitest";

import { type ModelConfigOptions, ModelVersionPolicy } from "@tf-model-serving/core";
import {
  checkServedModels,
  type ServedModelsCheck,
} from "../../../components/core/tfserving/servedModels";
import { modelFolder as folderWith, savedModel, writeFiles } from "../../support/modelFolder";
import { refusals } from "../../support/refusals";
import { readYaml } from "../../support/stackConfig";

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

const specific = { name: "birds", versionPolicy: Specific };
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
});

describe("several models", () => {
  const all = { name: "birds", versionPolicy: All };
  const below = { name: "old", basePath: "/models/birds/", versionPolicy: Specific };
  const elsewhere = [
    { name: "cloud", basePath: "gs://bucket/cloud", labels: { stable: "5" } },
    { name: "mount", basePath: "/mnt/models" },
    { name: "near", basePath: "/models2/near" },
  ];

  it.each<[string, ModelConfigOptions[], string]>([
    ["the highest by default", [{ name: "birds" }], "birds/10"],
    ["the highest few", [{ name: "birds", numVersions: 2 }], "birds/2 birds/10"],
    [
      "as many as there are",
      [{ name: "birds", versionPolicy: Latest, numVersions: 9 }],
      "birds/1 birds/2 birds/10",
    ],
    ["all", [all], "birds/1 birds/2 birds/10"],
    ["those listed", [{ ...specific, versions: ["10", "1"] }], "birds/1 birds/10"],
    [
      "by number, then by path, each once",
      [{ name: "fish", versionPolicy: All }, all, { ...below, versions: ["1"] }],
      "birds/1 birds/2 fish/2 fish/3 birds/10",
    ],
    ["none that lie elsewhere, unchecked", [{ name: "birds" }, ...elsewhere], "birds/10"],
  ])("put into the image what their policy chooses: %s", (_, models, expected) => {
    const checked = check({ models });
    expect(checked.problems).toEqual([]);
    expect(paths(checked).join(" ")).toBe(expected);
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

describe("models that cannot be served", () => {
  it("are refused, and it is said what to use", async () => {
    const refused = readYaml<Record<string, Partial<ServedModelsCheck>>>(
      "test/unit/tfserving/testdata/servedModels.yaml",
    );
    const said = await refusals(refused, (args) => {
      const { problems, main } = check(args);
      expect(main).toBeUndefined();
      return problems;
    });
    const shown = said.replaceAll(modelFolder, "DIR");
    await expect(shown).toMatchFileSnapshot("snapshots/refused-served-models.txt");
  });

  it("are refused with the ten highest of many versions in the message", () => {
    const versions = Array.from({ length: 12 }, (_, index) => `birds/${index + 1}/saved_model.pb`);
    const bytes = savedModel("serving_default");
    modelFolder = folderWith(Object.fromEntries(versions.map((file) => [file, bytes])));
    expect(check({ modelVersion: "99" }).problems[0].reason).toContain(
      "versions there: 2 lower ones and 3, 4, 5, 6, 7, 8, 9, 10, 11, 12",
    );
  });
});
