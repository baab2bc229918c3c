import * as fs from "node:fs";
import * as path from "node:path";

import { expect } from "vitest";

import { checkModelFolder } from "../../../components/core/tfserving/modelFolder";
import { encodeSavedModel, savedModelWith, temporaryFolder, testdata } from "./savedModelFile";

/** Bytes of a SavedModel that can be served. */
export const good = encodeSavedModel(savedModelWith("serving_default"));

/** What git keeps in place of a large file. */
export const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"1".repeat(64)}\nsize 5\n`;

/** A SavedModel with signatures whose graph reads files of these names. */
export function reading(signatures: string[], ...names: string[]): Uint8Array {
  const savedModel = savedModelWith(...signatures);
  savedModel.metaGraphs[0].assetFileDef = names.map((filename) => ({ filename }));
  return encodeSavedModel(savedModel);
}

/** A folder with a model that TensorFlow wrote. */
export function copyOf(model: string): string {
  const modelFolder = temporaryFolder();
  fs.cpSync(path.join(testdata, model), path.join(modelFolder, "m"), { recursive: true });
  return modelFolder;
}

/** Why the model m in a folder, there called DIR, cannot be served. */
export function reasonsOf(
  modelFolder: string,
  options: Parameters<typeof checkModelFolder>[2] = {},
): string[] {
  const { problems, model } = checkModelFolder(modelFolder, "m", options);
  expect(model === undefined).toBe(problems.length > 0);
  return problems.map(({ reason }) => reason.split(modelFolder).join("DIR"));
}
