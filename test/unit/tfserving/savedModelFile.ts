import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { onTestFinished } from "vitest";

import { savedModelRoot } from "../../../components/tfserving/savedModelProto";

/** A SavedModel in the terms of its messages, as far as tests need them. */
export interface WrittenSavedModel {
  savedModelSchemaVersion?: number;
  metaGraphs: {
    metaInfoDef?: { tags?: string[]; tensorflowVersion?: string };
    graphDef?: Uint8Array;
    signatureDef?: Record<string, WrittenSignature>;
    assetFileDef?: { filename: string }[];
    objectGraphDef?: { nodes: { variable?: Uint8Array }[] };
  }[];
}

export interface WrittenSignature {
  methodName?: string;
  inputs?: Record<string, WrittenTensor>;
  outputs?: Record<string, WrittenTensor>;
}

export interface WrittenTensor {
  name?: string;
  dtype?: number;
  tensorShape?: { dim?: { size: number }[]; unknownRank?: boolean };
}

/** A SavedModel with the tag `serve` and the given signatures, without variables. */
export function savedModelWith(...signatureNames: string[]): WrittenSavedModel {
  const signature = {
    methodName: "tensorflow/serving/predict",
    inputs: { x: { name: "x:0", dtype: 1, tensorShape: { dim: [{ size: -1 }] } } },
    outputs: { y: { name: "y:0", dtype: 1, tensorShape: { dim: [{ size: -1 }] } } },
  };
  return {
    savedModelSchemaVersion: 1,
    metaGraphs: [
      {
        metaInfoDef: { tags: ["serve"] },
        graphDef: new Uint8Array(50),
        signatureDef: Object.fromEntries(signatureNames.map((name) => [name, signature])),
      },
    ],
  };
}

export function encodeSavedModel(savedModel: WrittenSavedModel): Uint8Array {
  const type = savedModelRoot.lookupType("tensorflow.SavedModel");
  return type.encode(type.fromObject(savedModel)).finish();
}

/** A folder that goes away with the test. */
export function temporaryFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true }));
  return folder;
}

/** Writes files, given by path below the folder, and the folders that they need. */
export function writeFiles(folder: string, files: Record<string, string | Uint8Array>): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
  }
}

/** SavedModels that TensorFlow wrote, see testdata/make_saved_models.py. */
export const testdata = path.join(__dirname, "testdata");
