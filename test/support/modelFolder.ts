import * as fs from "node:fs";
import * as path from "node:path";

import {
  encodeSavedModel,
  savedModelWith,
  temporaryFolder,
  writeFiles,
} from "../unit/tfserving/savedModelFile";

export { temporaryFolder, writeFiles };

/** Bytes of a complete SavedModel with the given signatures. */
export function savedModel(...signatureNames: string[]): Uint8Array {
  return encodeSavedModel(savedModelWith(...signatureNames));
}

/** What `ServingImage` tells of each signature of `savedModel`. */
export const signature = {
  methodName: "tensorflow/serving/predict",
  inputs: { x: { name: "x:0", dtype: "float32", shape: [-1] } },
  outputs: { y: { name: "y:0", dtype: "float32", shape: [-1] } },
};

/** Paths and contents of a model with versions 3 and 12, of which 12 is served. */
export function modelFiles(modelName = "my_model"): Record<string, string | Uint8Array> {
  return {
    [`${modelName}/3/saved_model.pb`]: savedModel("old_default"),
    [`${modelName}/12/saved_model.pb`]: savedModel("serving_default", "top_five"),
    [`${modelName}/12/assets/class_names.txt`]: "Actiniaria\nPrawns\n",
  };
}

/** A model folder that goes away with the test. */
export function modelFolder(files = modelFiles()): string {
  const folder = temporaryFolder();
  writeFiles(folder, files);
  return folder;
}

/**
 * Flips every bit of a version's variables, as a bad disk might: a preview finds nothing wrong with
 * them, and a server does not load them.
 */
export function spoilVariables(versionFolder: string): void {
  const folder = path.join(versionFolder, "variables");
  for (const name of fs.readdirSync(folder).filter((name) => name.includes(".data-"))) {
    const file = path.join(folder, name);
    fs.writeFileSync(
      file,
      fs.readFileSync(file).map((byte) => byte ^ 0xff),
    );
  }
}
