import { onTestFinished } from "vitest";

import { modelFiles, savedModel, temporaryFolder, writeFiles } from "./modelFolder";

/**
 * Makes a folder of the test's own the program's, with what Pulumi.yaml's
 * defaults name, a second model at other/models/birds, and one at two/models whose
 * versions have the same signature.
 */
export function enterSmallProject(): void {
  const folder = temporaryFolder();
  writeFiles(folder, {
    ...below("model/classifier", modelFiles()),
    ...below("other/models", modelFiles("birds")),
    ...below("two/models", {
      ...modelFiles(),
      "my_model/3/saved_model.pb": savedModel("serving_default"),
    }),
    "model/notebooks/client.ipynb": "{}",
  });
  const before = process.cwd();
  process.chdir(folder);
  onTestFinished(() => process.chdir(before));
}

function below<T>(folder: string, files: Record<string, T>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(files).map(([name, content]) => [`${folder}/${name}`, content]),
  );
}
