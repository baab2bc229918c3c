import * as fs from "node:fs";
import * as path from "node:path";

import { describe, expect, it } from "vitest";

import { imageSizeWarnings } from "@tf-model-serving/core";
import { modelFiles, temporaryFolder, writeFiles } from "../../support/modelFolder";

/** A folder with a model whose variables seem to be this large; they take no room on the disk. */
function modelOf(gigabytes: number): string {
  const folder = temporaryFolder();
  writeFiles(folder, modelFiles());
  const [version] = fs.readdirSync(path.join(folder, "my_model"));
  const variables = path.join(folder, "my_model", version, "variables");
  fs.mkdirSync(variables, { recursive: true });
  const file = path.join(variables, "large");
  fs.writeFileSync(file, "");
  fs.truncateSync(file, gigabytes * 1e9);
  return folder;
}

const warnings = (modelFolder: string) => imageSizeWarnings({ modelFolder, modelName: "my_model" });

describe("the size of an image", () => {
  it("is told when it is over 10 GB", () => {
    expect(warnings(modelOf(12.3))).toEqual([
      expect.stringMatching(/^The model versions in the image take 12\.3 GB: every new instance/),
    ]);
  });

  it("is no matter below that", () => {
    expect(warnings(modelOf(9.9))).toEqual([]);
  });

  it("is none of a model that is not there", () => {
    expect(warnings(temporaryFolder())).toEqual([]);
  });
});
