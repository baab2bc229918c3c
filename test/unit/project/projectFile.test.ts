import * as fs from "node:fs";
import * as path from "node:path";

import { describe, expect, it } from "vitest";

import { modelServiceDefaults, notebookDefaults, servingImageDefaults } from "../../../components";
import packageFile from "../../../package.json";
import { project } from "../../support/mocks";
import {
  defaults,
  projectFile,
  readStackFile,
  readYaml,
  repository,
  stackFiles,
} from "../../support/stackConfig";

describe("Pulumi.yaml", () => {
  // targetDefaults.test.ts has those that every target has, and what is left to the target.
  it("has the components' own defaults", () => {
    expect(defaults).toMatchObject({
      signatureName: servingImageDefaults.signatureName,
      baseImage: servingImageDefaults.baseImage,
      repository: servingImageDefaults.repository,
      cpus: String(modelServiceDefaults.cpus),
      memoryMb: modelServiceDefaults.memoryMb,
      pids: modelServiceDefaults.pids,
      publishAddress: modelServiceDefaults.publishAddress,
      restPort: modelServiceDefaults.restPort,
      strategy: modelServiceDefaults.strategy,
      drainSeconds: modelServiceDefaults.drainSeconds,
      grpcTimeoutSeconds: modelServiceDefaults.grpcTimeoutSeconds,
      balancerImage: modelServiceDefaults.balancerImage,
      notebookImage: notebookDefaults.image,
      notebookPort: notebookDefaults.port,
      notebookMemoryMb: notebookDefaults.memoryMb,
    });
  });

  it("names the notebook's image by a build, not by a tag that moves", () => {
    expect(defaults.notebookImage).toMatch(
      /^quay\.io\/jupyter\/tensorflow-notebook:\d{4}-\d\d-\d\d$/,
    );
  });

  it.each([
    "aws/notebook/ecsNotebookArgs",
    "kubernetes/notebook/kubernetesNotebookArgs",
    "docker/notebook/notebookArgs",
  ])("has the notebook image that the docstring of %s names", (file) => {
    const source = fs.readFileSync(path.join(repository, `components/${file}.ts`), "utf8");
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

  it("names the program, package.json the library, under one name", () => {
    expect(projectFile).toMatchObject({ name: project, main: "index.ts" });
    expect(packageFile).toMatchObject({ name: project, main: "components/index.ts" });
    expect(readYaml("PulumiPlugin.yaml")).toEqual({ runtime: "nodejs" });
  });
});

it.each(stackFiles())("%s sets only keys that Pulumi.yaml describes", (file) => {
  expect(Object.keys(defaults)).toEqual(expect.arrayContaining(Object.keys(readStackFile(file))));
});
