import { Analyzer, type AnalyzeResult } from "@pulumi/pulumi/provider/experimental/analyzer";
import { getPulumiComponents } from "@pulumi/pulumi/provider/experimental/provider";
import { beforeAll, describe, expect, it } from "vitest";

import * as library from "../../components";
import packageFile from "../../package.json";
import { repository } from "../support/stackConfig";

// What `pulumi package add` offers to programs in every language. The analyzer throws at what these
// cannot have: unions, tuples, callbacks, type aliases for arguments.
describe("the package's schema", () => {
  const names = getPulumiComponents(library).map(({ name }) => name);
  const exported = Object.keys(library);
  let schema: AnalyzeResult;

  beforeAll(() => {
    schema = new Analyzer(repository, packageFile.name, packageFile, new Set(names)).analyze();
  }, 60_000);

  /** Names of a component's properties; optional ones end in "?". */
  function shape(properties: Record<string, { optional?: boolean }>): string[] {
    return Object.entries(properties)
      .map(([name, { optional }]) => (optional ? `${name}?` : name))
      .sort();
  }

  function required(properties: Record<string, { optional?: boolean }>): string[] {
    return shape(properties).filter((name) => !name.endsWith("?"));
  }

  it("has every component that the library exports", () => {
    expect(Object.keys(schema.components).sort()).toEqual([
      "DockerModelService",
      "Notebook",
      "PublishedImage",
      "ServingImage",
      "SwarmModelService",
      "SwarmNotebook",
    ]);
    expect(exported).toEqual(expect.arrayContaining(names));
  });

  it.each([
    ["DockerModelService", ["image", "modelName"]],
    ["Notebook", ["folder", "grpcAddress", "modelName", "networkName", "restUrl"]],
    ["PublishedImage", ["image", "registry"]],
    ["ServingImage", ["modelFolder", "modelName"]],
    ["SwarmModelService", ["image", "modelName"]],
    ["SwarmNotebook", ["folder", "grpcAddress", "modelName", "networkId", "restUrl"]],
  ])("requires of a %s: %j", (name, inputs) => {
    expect(required(schema.components[name].inputs)).toEqual(inputs);
  });

  it.each([
    [
      "DockerModelService",
      [
        "grpcAddress",
        "modelUrls",
        "networkGrpcAddress",
        "networkName",
        "networkRestUrl",
        "replicaNames",
        "restUrl",
      ],
    ],
    ["Notebook", ["url"]],
    ["PublishedImage", ["reference"]],
    [
      "SwarmModelService",
      [
        "grpcAddress",
        "modelUrls",
        "networkGrpcAddress",
        "networkId",
        "networkName",
        "networkRestUrl",
        "replicaNames",
        "restUrl",
      ],
    ],
    ["SwarmNotebook", ["url"]],
    ["ServingImage", ["imageId", "imageName", "modelVersion", "signature"]],
  ])("gives back from a %s: %j", (name, outputs) => {
    expect(shape(schema.components[name].outputs)).toEqual(outputs);
  });

  it("takes the outputs of one component as the inputs of the next", () => {
    const { DockerModelService, Notebook, PublishedImage } = schema.components;
    for (const input of [
      DockerModelService.inputs.image,
      PublishedImage.inputs.image,
      PublishedImage.inputs.password,
      Notebook.inputs.networkName,
      Notebook.inputs.restUrl,
      Notebook.inputs.grpcAddress,
    ]) {
      expect(input).toMatchObject({ type: "string" });
      expect(input).not.toHaveProperty("plain");
    }
  });

  it("describes every component and every argument", () => {
    for (const [name, { description, inputs }] of Object.entries(schema.components)) {
      expect(description, name).toBeTruthy();
      for (const [input, property] of Object.entries(inputs)) {
        expect(property.description, `${name}.${input}`).toBeTruthy();
      }
    }
  });

  it("has no argument that may be anything", () => {
    expect(JSON.stringify(schema)).not.toContain("pulumi.json#/Any");
  });
});
