import * as fs from "node:fs";
import * as path from "node:path";

import ts from "typescript";
import { describe, expect, it } from "vitest";

import { generatedFiles } from "../../../docs/generate";
import packageFile from "../../../package.json";
import { project } from "../../support/mocks";
import {
  defaults,
  projectFile,
  readStackFile,
  repository,
  stackFiles,
} from "../../support/stackConfig";

describe("Pulumi.yaml", () => {
  it("has Pulumi run the program as lint has checked it, and check no types in each run", () => {
    const file = path.join(repository, String(projectFile.runtime.options.tsconfig));
    const { config } = ts.parseConfigFileTextToJson(file, fs.readFileSync(file, "utf8"));
    expect(config).toEqual({ extends: "../tsconfig.json", compilerOptions: { noCheck: true } });
  });

  it("names the notebook's image by a build, not by a tag that moves", () => {
    expect(defaults.notebookImage).toMatch(
      /^quay\.io\/jupyter\/tensorflow-notebook:\d{4}-\d\d-\d\d$/,
    );
  });

  it("has the notebook image that the docstring of every notebook's argument names", () => {
    const file = path.join(repository, "components/core/serving/notebook/notebookArgs.ts");
    const source = fs.readFileSync(file, "utf8");
    expect(source).toContain(`   * @default "${String(defaults.notebookImage)}"\n`);
  });

  it.each(Object.entries(projectFile.config))(
    "describes the key %s with type, default and sentence",
    (_, { type, default: value, description }) => {
      const types: Record<string, string> = {
        array: "object",
        boolean: "boolean",
        integer: "number",
        object: "object",
        string: "string",
      };
      expect(typeof value).toBe(types[type]);
      expect(description).toMatch(/^\S.{10,}[^.]$/);
    },
  );

  it("names the program, and has the name of package.json", () => {
    expect(projectFile).toMatchObject({ name: project, main: "index.ts" });
    expect(packageFile).toMatchObject({ name: project });
  });
});

it("what is generated from the table of keys is up to date (npm run generate)", async () => {
  for (const [file, text] of Object.entries(await generatedFiles())) {
    expect(fs.readFileSync(path.join(repository, file), "utf8"), file).toBe(text);
  }
});

it.each(stackFiles())("%s sets only keys that Pulumi.yaml describes", (file) => {
  expect(Object.keys(defaults)).toEqual(expect.arrayContaining(Object.keys(readStackFile(file))));
});
