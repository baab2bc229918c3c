import * as fs from "node:fs";
import * as path from "node:path";

import { dataTypeName } from "./dataTypes";
import { formatOfContent, formats } from "./otherFormats";
import {
  decode,
  field,
  type MetaInfoMessage,
  type SignatureEntryMessage,
  type TensorInfoMessage,
} from "./savedModelProto";
import {
  FileSource,
  lengthDelimited,
  partsOf,
  type WireField,
  wireFields,
  WireFormatError,
} from "./wireFields";

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
  inputs: Record<string, TensorSpec>;
  outputs: Record<string, TensorSpec>;
}

/** One graph of a SavedModel, chosen at load time by its exact set of tags. */
export interface MetaGraph {
  /** Tags in ascending order. */
  tags: string[];
  signatures: Record<string, Signature>;
  /** Whether the graph holds variables, so that it needs the `variables` folder. */
  hasVariables: boolean;
  /** Files below `assets` that the graph reads, a vocabulary for example. */
  assets: string[];
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

/**
 * Reads the signatures of the SavedModel in a version folder. Graphs are skipped, not decoded, so
 * the size of the model does not matter.
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
  const fileDescriptor = fs.openSync(file, "r");
  try {
    return readOpenFile(new FileSource(fileDescriptor));
  } catch (error) {
    if (error instanceof WireFormatError) {
      throw new Error(`${file} ${error.message}`);
    }
    throw error;
  } finally {
    fs.closeSync(fileDescriptor);
  }
}

function readOpenFile(source: FileSource): SavedModel {
  const { size } = source;
  if (size === 0) {
    throw new WireFormatError("is empty");
  }
  const metaGraphs: MetaGraph[] = [];
  let isGraph = false;
  try {
    for (const part of wireFields(source, 0, size)) {
      // In a SavedModel a number, in a GraphDef its first node.
      isGraph ||= part.number === field.graphNodes && part.wireType === lengthDelimited;
      const isOne = part.number === field.savedModelMetaGraphs && part.wireType === lengthDelimited;
      if (isOne && !isGraph) {
        metaGraphs.push(readMetaGraph(source, part));
      }
    }
  } catch (error) {
    throw notSavedModel(source, `; ${(error as Error).message}`);
  }
  if (isGraph) {
    throw new WireFormatError(`is no SavedModel but ${formats.graph}`);
  }
  if (metaGraphs.length === 0) {
    throw notSavedModel(source, " without any graph");
  }
  return { metaGraphs };
}

function notSavedModel(source: FileSource, found: string): WireFormatError {
  const other = formatOfContent(source.peek(0, 8));
  return new WireFormatError(
    other
      ? `is no SavedModel but ${other}`
      : `is truncated or no SavedModel (${source.size} bytes${found})`,
  );
}

function readMetaGraph(source: FileSource, whole: WireField): MetaGraph {
  let info: MetaInfoMessage | undefined;
  let hasVariables = false;
  const assets: string[] = [];
  const signatures: [string, Signature][] = [];
  for (const part of wireFields(source, whole.start, whole.end)) {
    if (part.wireType !== lengthDelimited) {
      continue;
    }
    if (part.number === field.metaGraphInfo) {
      info = decode("MetaInfoDef", source.value(part));
    } else if (part.number === field.metaGraphSignatures) {
      signatures.push(readSignature(source.value(part)));
    } else if (part.number === field.metaGraphAssets) {
      assets.push(decode<{ filename: string }>("AssetFileDef", source.value(part)).filename);
    } else if (part.number === field.metaGraphCollections) {
      // TensorFlow 1 lists its variables in a collection, TensorFlow 2 in the object graph.
      const bytes = source.value(part);
      hasVariables ||= decode<{ key: string }>("CollectionDefEntry", bytes).key === "variables";
    } else if (part.number === field.metaGraphObjects) {
      hasVariables ||= objectGraphHasVariables(source, part);
    }
  }
  return {
    tags: [...(info?.tags ?? [])].sort(),
    signatures: sortedByName(signatures),
    hasVariables,
    assets: [...new Set(assets)].sort(),
    ...(info?.tensorflowVersion && { tensorflowVersion: info.tensorflowVersion }),
  };
}

function readSignature(bytes: Buffer): [string, Signature] {
  const { key, value } = decode<SignatureEntryMessage>("SignatureDefEntry", bytes);
  return [
    key,
    {
      methodName: value?.methodName ?? "",
      inputs: tensorSpecs(value?.inputs ?? {}),
      outputs: tensorSpecs(value?.outputs ?? {}),
    },
  ];
}

function objectGraphHasVariables(source: FileSource, objectGraph: WireField): boolean {
  for (const node of partsOf(source, objectGraph, field.objectGraphNodes)) {
    for (const part of wireFields(source, node.start, node.end)) {
      if (part.number === field.objectVariable) {
        return true;
      }
    }
  }
  return false;
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
    ...(shape && !shape.unknownRank && { shape: shape.dim.map((dimension) => dimension.size) }),
  };
}

function tensorName(tensor: TensorInfoMessage): string {
  return (
    tensor.name ||
    tensor.cooSparse?.valuesTensorName ||
    (tensor.compositeTensor?.components ?? []).map(tensorName).join(",")
  );
}
