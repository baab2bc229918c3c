import { describe, expect, it } from "vitest";

import { type ModelConfigOptions, modelLabels, ModelVersionPolicy } from "../../../components";
import { modelUrls, statusModels } from "../../../components/tfserving/modelStatus";

const { All, Latest, Specific } = ModelVersionPolicy;

describe("what a replica waits for", () => {
  it("is left to the image without models", () => {
    expect(statusModels(undefined)).toBeUndefined();
  });

  it.each<[string, ModelConfigOptions, string]>([
    ["the latest version", { name: "a" }, "a"],
    ["the latest version in words", { name: "a", versionPolicy: Latest, numVersions: 1 }, "a"],
    ["the latest few", { name: "a", numVersions: 2 }, "a/versions/*"],
    ["all versions", { name: "a", versionPolicy: All }, "a/versions/*"],
    [
      "versions listed",
      { name: "a", versionPolicy: Specific, versions: ["2", "10"] },
      "a/versions/2,a/versions/10",
    ],
    [
      "versions listed, once, with labels",
      {
        name: "a",
        versionPolicy: Specific,
        versions: ["2", "3"],
        labels: { stable: "2", safe: "2", canary: "3" },
      },
      "a/versions/2,a/versions/3",
    ],
    ["a label's version", { name: "a", labels: { stable: "7" } }, "a,a/versions/7"],
    [
      "a label's version beside all",
      { name: "a", versionPolicy: All, labels: { stable: "7" } },
      "a/versions/*,a/versions/7",
    ],
    [
      "any version of a model whose versions may come and go",
      { name: "a", basePath: "gs://bucket/a", versionPolicy: All },
      "a",
    ],
    [
      "the versions with labels of such a model",
      { name: "a", basePath: "/mnt/a", versionPolicy: All, labels: { stable: "7" } },
      "a,a/versions/7",
    ],
  ])("is %s", (_, model, expected) => {
    expect(statusModels([model])).toBe(expected);
  });

  it("is said for each model", () => {
    expect(statusModels([{ name: "b" }, { name: "a", versionPolicy: All }])).toBe("b,a/versions/*");
  });
});

describe("outputs by model", () => {
  const models: ModelConfigOptions[] = [
    { name: "b", labels: { stable: "1", canary: "2" } },
    { name: "a", labels: {} },
  ];

  it("are URLs, without models that of the one", () => {
    expect(modelUrls("http://h:1", "b", models)).toEqual({
      b: "http://h:1/v1/models/b",
      a: "http://h:1/v1/models/a",
    });
    expect(modelUrls("http://h:1", "m", undefined)).toEqual({ m: "http://h:1/v1/models/m" });
  });

  it("are labels, where there are any", () => {
    expect(modelLabels(models)).toEqual({ b: { stable: "1", canary: "2" } });
    expect(modelLabels(undefined)).toEqual({});
  });
});
