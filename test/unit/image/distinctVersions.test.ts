import * as fs from "node:fs";
import * as path from "node:path";

import { expect, it } from "vitest";

import { checkDistinctVersions } from "@tf-model-serving/core";
import { modelFolder, writeFiles } from "../../support/modelFolder";

const files = {
  "m/1/saved_model.pb": "graph",
  "m/1/variables/variables.index": "index",
  "m/2/saved_model.pb": "graph",
  "m/2/variables/variables.index": "index",
};

function problems(folder: string, version = "1", other = "2") {
  return checkDistinctVersions(folder, "m", version, other, "canaryVersion");
}

it("refuses versions that hold the same files, under the path given", () => {
  expect(problems(modelFolder(files))).toEqual([
    {
      propertyPath: "canaryVersion",
      reason: "is 2, which holds the same files as version 1: use a version with another content",
    },
  ]);
});

it("refuses the same version", () => {
  expect(problems(modelFolder(files), "1", "1")).toEqual([
    {
      propertyPath: "canaryVersion",
      reason: "is 1, the very version that is served: use another",
    },
  ]);
});

it("sees through times, hidden files, empty folders and leading zeros", () => {
  const folder = modelFolder(files);
  writeFiles(folder, { "m/2/.DS_Store": "x" });
  fs.mkdirSync(path.join(folder, "m/1/assets"));
  fs.utimesSync(path.join(folder, "m/1/saved_model.pb"), 1, 1);
  fs.renameSync(path.join(folder, "m/2"), path.join(folder, "m/002"));
  expect(problems(folder)).toHaveLength(1);
});

it.each([
  ["another byte", { "m/2/saved_model.pb": "graph." }],
  ["a further file", { "m/2/assets/names.txt": "" }],
])("accepts %s", (_, other) => {
  expect(problems(modelFolder({ ...files, ...other }))).toEqual([]);
});

it.each([
  ["a version", files, "3"],
  ["the model", {}, "2"],
])("leaves it to other checks that %s is missing", (_, there, other) => {
  expect(problems(modelFolder(there), "1", other)).toEqual([]);
});
