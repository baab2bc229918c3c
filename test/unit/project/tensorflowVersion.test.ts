// The sample is trained, served and called with one TensorFlow: every place that names it agrees.
import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";
import { runtimeImageDefaults } from "../../../components/image/runtimeImage";
import { readSavedModel } from "../../../components/tfserving/savedModel";
import { repository } from "../../support/stackConfig";

const version = /^tensorflow\/serving:(\d+\.\d+\.\d+)$/.exec(runtimeImageDefaults.baseImage)![1];

// Figures belong to the release that they were measured with; tests name other releases on purpose.
const except = ["docs/benchmarks.md", "package-lock.json", "test/unit"];
const names =
  /(?:tensorflow(?:-cpu|-serving-api)?==|tfserving-airgap\/(?:tensorflow|serving):|\btensorflow\/serving:)(\d+\.\d+\.\d+)/g;

function filesBelow(folder: string): string[] {
  return fs.readdirSync(path.join(repository, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    if (entry.name.startsWith(".") || entry.name === "node_modules" || except.includes(file)) {
      return [];
    }
    return entry.isDirectory() ? filesBelow(file) : entry.isFile() ? [file] : [];
  });
}

function places(): { place: string; version: string }[] {
  return filesBelow("").flatMap((file) =>
    [...fs.readFileSync(path.join(repository, file), "utf8").matchAll(names)].map((match) => ({
      place: `${file}: ${match[0]}`,
      version: match[1],
    })),
  );
}

it("is that of the base image wherever a package or an image is named", () => {
  const found = places();
  const files = new Set(found.map(({ place }) => place.split(":")[0]));
  for (const file of [
    "Pulumi.yaml",
    "airgap/images/names.json",
    "airgap/images/steps/recipe.sh",
    "airgap/images/tensorflow/requirements.in",
    "airgap/images/tensorflow/requirements.txt",
    "components/image/runtime/Dockerfile",
    "components/image/servingImageArgs.ts",
    "model/notebooks/client.ipynb",
    "model/notebooks/train_and_export.ipynb",
    "model/requirements.txt",
  ]) {
    expect(files, "places found").toContain(file);
  }
  expect(found.filter((place) => place.version !== version)).toEqual([]);
});

it.each([
  "model/classifier/my_model",
  "test/support/models/multiply",
  "test/unit/tfserving/testdata/scale",
])("wrote the SavedModels of %s", (folder) => {
  const versions = fs.readdirSync(path.join(repository, folder));
  expect(versions).not.toEqual([]);
  for (const name of versions) {
    const { metaGraphs } = readSavedModel(path.join(repository, folder, name));
    expect(metaGraphs.map((graph) => graph.tensorflowVersion)).toEqual([version]);
  }
});
