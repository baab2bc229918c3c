import * as fs from "node:fs";
import * as path from "node:path";

import { dataTypeName } from "./dataTypes";
import { operationsOf } from "./graphOperations";
import { formatOfContent } from "./otherFormats";
import { readLean } from "./leanMessage";
import {
  decode,
  type MetaGraphMessage,
  type SavedModelMessage,
  type SignatureMessage,
  type TensorInfoMessage,
} from "./savedModelProto";
import { statefulSignatures } from "./statefulSignatures";

/** One input or output of a signature. */
export interface TensorSpec {
  /**
   * Name of the tensor in the graph, such as `serving_default_x:0`. For a sparse tensor the name
   * of its values; for another composite tensor (ragged, for example) its components' names
   * joined by commas.
   */
  name: string;
  /** Element type in numpy style: `float32`, `int64`, `string`. */
  dtype: string;
  /** Dimensions, -1 where any size goes; absent when not even the rank is known. */
  shape?: number[];
}

/** A function of the model that can be called by name. */
export interface Signature {
  /** `tensorflow/serving/predict`, `.../classify` or `.../regress`; empty for internal ones. */
  methodName: string;
  /** What a call gives, by the names that it uses. */
  inputs: Record<string, TensorSpec>;
  /** What a call gets back, by name. */
  outputs: Record<string, TensorSpec>;
}

/** One graph of a SavedModel, chosen at load time by its exact set of tags. */
export interface MetaGraph {
  /** Tags in ascending order. */
  tags: string[];
  signatures: Record<string, Signature>;
  /** The signatures that change variables when they are called, each with such an operation. */
  stateful: Record<string, string>;
  /** Whether the graph holds variables, so that it needs the `variables` folder. */
  hasVariables: boolean;
  /** Files below `assets` that the graph reads, a vocabulary for example. */
  assets: string[];
  /** Operations of the graph and of the functions that it calls, by name. */
  operations: string[];
  /** Lowest graph version of a TensorFlow that may load the graph. */
  minConsumer: number;
  /** Version of the TensorFlow that wrote the graph. */
  tensorflowVersion?: string;
}

/** What a `saved_model.pb` declares to the outside. */
export interface SavedModel {
  metaGraphs: MetaGraph[];
}

/** Name of the file that holds a SavedModel's graphs. */
export const savedModelFile = "saved_model.pb";

/** Most that TensorFlow reads, as any program that uses protobuf. */
const mostBytes = 2 ** 31 - 1;

/** Nodes with constants of megabytes, in the graph and in its functions. */
const weights = { 2: { 2: { 1: null, 2: { 1: { 3: null } } } } };

/**
 * Reads the SavedModel in a version folder.
 *
 * @param versionFolder Folder with `saved_model.pb`.
 * @throws Error that names the file when it is absent, too large, truncated or no SavedModel.
 */
export function readSavedModel(versionFolder: string): SavedModel {
  const file = path.join(versionFolder, savedModelFile);
  const { size } = fs.statSync(file);
  if (size > mostBytes) {
    throw new Error(
      `${file} has ${(size / 1e9).toFixed(2)} GB, and TensorFlow reads 2.14 GB (2 GiB) at most: ` +
        "keep weights in variables, not in the graph as constants",
    );
  }
  if (size === 0) {
    throw new Error(`${file} is empty`);
  }
  const other = formatOfContent(file);
  if (other) {
    throw new Error(`${file} is no SavedModel but ${other}`);
  }
  const refuse = (found: string) =>
    new Error(`${file} is truncated or no SavedModel (${size} bytes${found})`);
  let message: SavedModelMessage;
  try {
    message = decode("SavedModel", readLean(file, weights));
  } catch (error) {
    throw refuse(`; ${error instanceof RangeError ? "it ends too early" : String(error)}`);
  }
  if (message.metaGraphs.length === 0) {
    throw refuse(" without any graph");
  }
  return { metaGraphs: message.metaGraphs.map(metaGraphOf) };
}

function metaGraphOf(message: MetaGraphMessage): MetaGraph {
  const { metaInfoDef, graphDef, signatureDef, assetFileDef, objectGraphDef } = message;
  const signatures = sortedByName(
    Object.entries(signatureDef).map(([name, one]) => [name, signatureOf(one)]),
  );
  const outputs = Object.entries(signatures).map(([name, signature]) => [
    name,
    Object.values(signature.outputs).flatMap((tensor) => tensor.name.split(",")),
  ]);
  return {
    tags: [...(metaInfoDef?.tags ?? [])].sort(),
    signatures,
    stateful: statefulSignatures(graphDef, Object.fromEntries(outputs)),
    // TensorFlow 1 lists its variables in a collection, TensorFlow 2 in the object graph.
    hasVariables:
      Object.keys(message.collectionDef).includes("variables") ||
      (objectGraphDef?.nodes ?? []).some(({ variable }) => variable),
    assets: [...new Set(assetFileDef.map(({ filename }) => filename))].sort(),
    operations: operationsOf(graphDef),
    minConsumer: graphDef?.versions?.minConsumer ?? 0,
    ...(metaInfoDef?.tensorflowVersion && { tensorflowVersion: metaInfoDef.tensorflowVersion }),
  };
}

function signatureOf({ methodName, inputs, outputs }: SignatureMessage): Signature {
  return { methodName, inputs: tensorSpecs(inputs), outputs: tensorSpecs(outputs) };
}

function tensorSpecs(tensors: Record<string, TensorInfoMessage>): Record<string, TensorSpec> {
  return sortedByName(
    Object.entries(tensors).map(([name, tensor]): [string, TensorSpec] => [
      name,
      tensorSpec(tensor),
    ]),
  );
}

// TensorFlow writes maps in no stable order, and what is read here ends up in stack outputs.
function sortedByName<T>(entries: [string, T][]): Record<string, T> {
  return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
}

function tensorSpec(tensor: TensorInfoMessage): TensorSpec {
  const shape = tensor.tensorShape;
  return {
    name: tensorName(tensor),
    dtype: dataTypeName(tensor.dtype),
    ...(shape && !shape.unknownRank && { shape: shape.dim.map(({ size }) => Number(size)) }),
  };
}

function tensorName(tensor: TensorInfoMessage): string {
  return (
    tensor.name ||
    tensor.cooSparse?.valuesTensorName ||
    (tensor.compositeTensor?.components ?? []).map(tensorName).join(",")
  );
}
