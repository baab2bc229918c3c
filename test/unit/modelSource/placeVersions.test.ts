import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { placeVersions } from "../../../components/core/modelSource/placeVersions";
import { temporaryFolder, writeFiles } from "../../support/modelFolder";

/** Paths below the versions of a model that was fetched with these files. */
function placed(...names: string[]): string[] {
  const folder = temporaryFolder();
  const content = path.join(folder, "content");
  writeFiles(content, Object.fromEntries(names.map((name) => [name, name])));
  const versions = path.join(folder, "versions");
  placeVersions(content, versions, "my_model", "7");
  const found = fs.readdirSync(versions, { recursive: true, encoding: "utf8" });
  return found.filter((name) => name.endsWith(".pb")).sort();
}

describe("what was fetched", () => {
  it.each<[string, string[], string[]]>([
    ["is a version", ["saved_model.pb", "assets/names.txt"], ["7/saved_model.pb"]],
    ["is a version in a folder", ["export/saved_model.pb", ".DS_Store"], ["7/saved_model.pb"]],
    [
      "has versions",
      ["1/saved_model.pb", "2/saved_model.pb"],
      ["1/saved_model.pb", "2/saved_model.pb"],
    ],
    ["has versions in a folder", ["any/1/saved_model.pb", "__MACOSX/1/x"], ["1/saved_model.pb"]],
    [
      "has a folder per model",
      ["my_model/3/saved_model.pb", "other/4/saved_model.pb"],
      ["3/saved_model.pb"],
    ],
    ["is wrapped twice", ["a/my_model/3/saved_model.pb"], ["3/saved_model.pb"]],
  ])("that %s becomes versions of the model", (_, files, versions) => {
    expect(placed(...files)).toEqual(versions);
  });

  it.each<[string, string[], RegExp]>([
    ["no SavedModel", ["readme.md"], /^it holds no SavedModel: use what has a saved_model\.pb$/],
    [
      "another format",
      ["out/model.h5"],
      /^it holds no SavedModel: "out\/model\.h5" is a Keras model or its weights/,
    ],
    [
      "two folders",
      ["a/1/saved_model.pb", "b/1/saved_model.pb"],
      /the folders "a", "b", and none is called "my_model": set modelName/,
    ],
    ["a model far down", ["a/b/c/d/e/saved_model.pb"], /no saved_model\.pb in its upper folders/],
  ])("that has %s is refused", (_, files, reason) => {
    expect(() => placed(...files)).toThrow(reason);
  });
});
