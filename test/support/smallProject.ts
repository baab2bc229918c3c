import { onTestFinished } from "vitest";

import { modelFiles, temporaryFolder, writeFiles } from "./modelFolder";

/**
 * Makes a folder of the test's own the program's, with what Pulumi.yaml's
 * defaults name and a second model at other/models/birds.
 */
export function enterSmallProject(): void {
  const folder = temporaryFolder();
  writeFiles(folder, {
    ...below("model/classifier", modelFiles()),
    ...below("other/models", modelFiles("birds")),
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
