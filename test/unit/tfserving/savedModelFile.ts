import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { Writer } from "protobufjs";
import { onTestFinished } from "vitest";

import { savedModelRoot } from "../../../components/core/tfserving/savedModelProto";

/** A SavedModel in the terms of its messages, as far as tests need them. */
export interface WrittenSavedModel {
  savedModelSchemaVersion?: number;
  metaGraphs: {
    metaInfoDef?: { tags?: string[]; tensorflowVersion?: string };
    /** A GraphDef; as bytes it may have more than is read here. */
    graphDef?: WrittenGraph | Uint8Array;
    signatureDef?: Record<string, WrittenSignature>;
    assetFileDef?: { filename: string }[];
    objectGraphDef?: { nodes: { variable?: object }[] };
  }[];
}

export interface WrittenGraph {
  node?: WrittenNode[];
  library?: { function: WrittenFunction[] };
  versions?: { minConsumer: number };
}

export interface WrittenNode {
  name: string;
  op?: string;
  input?: string[];
  attr?: Record<string, object>;
}

export interface WrittenFunction {
  signature: { name: string };
  nodeDef: WrittenNode[];
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
        graphDef: { node: [{ name: "y".repeat(50) }] },
        signatureDef: Object.fromEntries(signatureNames.map((name) => [name, signature])),
      },
    ],
  };
}

export function encodeSavedModel({
  savedModelSchemaVersion,
  metaGraphs,
}: WrittenSavedModel): Uint8Array {
  const graphs = metaGraphs.flatMap(({ graphDef, ...rest }) =>
    graphDef instanceof Uint8Array
      ? bytesField(2, [encode("MetaGraphDef", rest), ...bytesField(2, [graphDef])])
      : bytesField(2, [encode("MetaGraphDef", { graphDef, ...rest })]),
  );
  return Buffer.concat([encode("SavedModel", { savedModelSchemaVersion }), ...graphs]);
}

/** One of TensorFlow's messages. */
export function encode(message: string, fields: object): Uint8Array {
  const type = savedModelRoot.lookupType(`tensorflow.${message}`);
  return type.encode(type.fromObject(fields)).finish();
}

function bytesField(number: number, value: Uint8Array[]): Uint8Array[] {
  return [
    Writer.create()
      .uint32((number << 3) | 2)
      .bytes(Buffer.concat(value))
      .finish(),
  ];
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
