import * as path from "node:path";

import { parse } from "protobufjs";

import { readText } from "../arguments/readText";

/** TensorFlow's messages, as far as they are read here. */
export const savedModelRoot = parse(readText(path.join(__dirname, "savedModel.proto"))).root;

export interface SavedModelMessage {
  metaGraphs: MetaGraphMessage[];
}

export interface MetaGraphMessage {
  metaInfoDef?: { tags: string[]; tensorflowVersion: string } | null;
  graphDef?: GraphMessage | null;
  collectionDef: Record<string, object>;
  signatureDef: Record<string, SignatureMessage>;
  assetFileDef: { filename: string }[];
  objectGraphDef?: { nodes: { variable?: object | null }[] } | null;
}

export interface SignatureMessage {
  inputs: Record<string, TensorInfoMessage>;
  outputs: Record<string, TensorInfoMessage>;
  methodName: string;
}

export interface TensorInfoMessage {
  name: string;
  dtype: number;
  /** A size is a number, or an object with its digits as text. */
  tensorShape?: { dim: { size: unknown }[]; unknownRank: boolean } | null;
  cooSparse?: { valuesTensorName: string } | null;
  compositeTensor?: { components: TensorInfoMessage[] } | null;
}

export interface GraphMessage {
  node: NodeMessage[];
  library?: { function: { signature?: { name: string } | null; nodeDef: NodeMessage[] }[] } | null;
  versions?: { minConsumer: number } | null;
}

export interface NodeMessage {
  name: string;
  op: string;
  input: string[];
  attr: Record<string, { func?: Called | null; list?: { func: Called[] } | null }>;
}

interface Called {
  name: string;
}

/**
 * Decodes one message. A field that is not there has its default: null for a message.
 *
 * @throws RangeError where the bytes end too early, Error where they are no message
 */
export function decode<T>(messageName: string, bytes: Uint8Array): T {
  return savedModelRoot.lookupType(`tensorflow.${messageName}`).decode(bytes) as unknown as T;
}
