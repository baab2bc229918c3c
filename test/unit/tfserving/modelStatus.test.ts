import { describe, expect, it } from "vitest";

import { type ModelConfigOptions, modelLabels, ModelVersionPolicy } from "@tf-model-serving/core";
import { modelUrls, statusModels } from "../../../components/core/tfserving/modelStatus";

const { All, Latest, Specific } = ModelVersionPolicy;
const listed = { versionPolicy: Specific, versions: ["2", "3"] };

describe("what a replica waits for", () => {
  it.each<[string, Partial<ModelConfigOptions>, string]>([
    ["the latest version", {}, "a"],
    ["the latest version in words", { versionPolicy: Latest, numVersions: 1 }, "a"],
    ["the latest few", { numVersions: 2 }, "a/versions/*"],
    ["all versions", { versionPolicy: All }, "a/versions/*"],
    ["versions listed", listed, "a/versions/2,a/versions/3"],
    [
      "versions listed, once, with labels",
      { ...listed, labels: { stable: "2", safe: "2", canary: "3" } },
      "a/versions/2,a/versions/3",
    ],
    ["a label's version", { labels: { stable: "7" } }, "a,a/versions/7"],
    [
      "a label's version beside all",
      { versionPolicy: All, labels: { stable: "7" } },
      "a/versions/*,a/versions/7",
    ],
    [
      "any version of a model whose versions may come and go",
      { basePath: "gs://bucket/a", versionPolicy: All },
      "a",
    ],
    [
      "the versions with labels of such a model",
      { basePath: "/mnt/a", versionPolicy: All, labels: { stable: "7" } },
      "a,a/versions/7",
    ],
  ])("is %s", (_, model, expected) => {
    expect(statusModels([{ name: "a", ...model }])).toBe(expected);
  });

  it("is said for each model, and left to the image without models", () => {
    expect(statusModels([{ name: "b" }, { name: "a", versionPolicy: All }])).toBe("b,a/versions/*");
    expect(statusModels(undefined)).toBeUndefined();
  });
});

describe("outputs by model", () => {
  const labels = { stable: "1", canary: "2" };
  const models: ModelConfigOptions[] = [
    { name: "b", labels },
    { name: "a", labels: {} },
  ];

  it("are URLs, without models that of the one", () => {
    const [b, a] = ["b", "a"].map((name) => `http://h:1/v1/models/${name}`);
    expect(modelUrls("http://h:1", "b", models)).toEqual({ b, a });
    expect(modelUrls("http://h:1", "b", undefined)).toEqual({ b });
  });

  it("are labels, where there are any", () => {
    expect(modelLabels(models)).toEqual({ b: labels });
    expect(modelLabels(undefined)).toEqual({});
  });
});
