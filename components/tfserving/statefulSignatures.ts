import * as fs from "node:fs";
import * as path from "node:path";

import { savedModelFile, type Signature } from "./savedModel";
import { decode, field, type MetaInfoMessage } from "./savedModelProto";
import { FileSource, partsOf, type WireField, WireFormatError } from "./wireFields";

/** Operations that change what the next call finds. Random numbers are none: they are not missed. */
const changing =
  /^(Assign(Add|Sub)?(VariableOp)?|(Resource)?Scatter(Nd)?(Add|Sub|Update|Mul|Div|Min|Max)|LookupTable(Insert|Import|Remove)(V2)?)$/;

/** What one function, or one node of the graph, does. */
interface Body {
  /** The first operation that changes something. */
  changes?: string;
  /** Functions that it calls. */
  calls: string[];
  /** Nodes that it needs. */
  inputs: string[];
}

/**
 * The signatures that change variables or tables when they are called, each with such an operation.
 * A counter or a cache of a model is one server's own: replicas do not share it, and a new one begins
 * without it.
 *
 * Nodes are read one by one and weights are skipped, so the size of the file matters little. A graph
 * that cannot be read gives none: the server says what is wrong with it.
 *
 * @param tags - those of the graph
 */
export function statefulSignatures(
  versionFolder: string,
  tags: string[],
  signatures: Record<string, Signature>,
): Record<string, string> {
  const fileDescriptor = fs.openSync(path.join(versionFolder, savedModelFile), "r");
  try {
    const graph = readGraph(new FileSource(fileDescriptor), tags);
    return Object.fromEntries(
      Object.entries(signatures)
        .map(([name, { outputs }]): [string, string | undefined] => [
          name,
          firstChange(
            Object.values(outputs).flatMap((tensor) => tensor.name.split(",")),
            graph,
          ),
        ])
        .filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
  } catch (error) {
    if (error instanceof WireFormatError) {
      return {};
    }
    throw error;
  } finally {
    fs.closeSync(fileDescriptor);
  }
}

interface Graph {
  nodes: Map<string, Body>;
  functions: Map<string, Body>;
}

/** Follows inputs and calls from the tensors that a signature gives out. */
function firstChange(tensors: string[], { nodes, functions }: Graph): string | undefined {
  const waiting = tensors.map((tensor) => nodes.get(nodeOf(tensor)));
  const seen = new Set<Body>();
  while (waiting.length > 0) {
    const body = waiting.pop();
    if (body === undefined || seen.has(body)) {
      continue;
    }
    seen.add(body);
    if (body.changes) {
      return body.changes;
    }
    waiting.push(...body.inputs.map((input) => nodes.get(nodeOf(input))));
    waiting.push(...body.calls.map((name) => functions.get(name)));
  }
  return undefined;
}

/** `x:0` is an output of node x, and `^x` has to run before. */
function nodeOf(tensor: string): string {
  return tensor.replace(/^\^/, "").replace(/:\d+$/, "");
}

function readGraph(source: FileSource, tags: string[]): Graph {
  const graph: Graph = { nodes: new Map(), functions: new Map() };
  for (const metaGraph of partsOf(
    source,
    { start: 0, end: source.size },
    field.savedModelMetaGraphs,
  )) {
    const [info] = partsOf(source, metaGraph, field.metaGraphInfo);
    const found = info ? decode<MetaInfoMessage>("MetaInfoDef", source.value(info)).tags : [];
    if ([...found].sort().join() !== [...new Set(tags)].sort().join()) {
      continue;
    }
    for (const graphDef of partsOf(source, metaGraph, field.metaGraphGraph)) {
      for (const node of partsOf(source, graphDef, field.graphNodes)) {
        graph.nodes.set(text(source, node, field.nodeName), readBody(source, [node]));
      }
      for (const library of partsOf(source, graphDef, field.graphLibrary)) {
        for (const one of partsOf(source, library, field.libraryFunctions)) {
          const [signature] = partsOf(source, one, field.functionSignature);
          const nodes = [...partsOf(source, one, field.functionNodes)];
          // Within a function every node counts: TensorFlow runs those with effects in any case.
          const { changes, calls } = readBody(source, nodes);
          graph.functions.set(text(source, signature, field.nodeName), {
            changes,
            calls,
            inputs: [],
          });
        }
      }
    }
  }
  return graph;
}

function readBody(source: FileSource, nodes: WireField[]): Body {
  const body: Body = { calls: [], inputs: [] };
  for (const node of nodes) {
    const operation = text(source, node, field.nodeOperation);
    body.changes ??= changing.test(operation) ? operation : undefined;
    for (const input of partsOf(source, node, field.nodeInputs)) {
      body.inputs.push(valueText(source, input));
    }
    for (const attribute of partsOf(source, node, field.nodeAttributes)) {
      for (const value of partsOf(source, attribute, field.mapValue)) {
        for (const called of partsOf(source, value, field.attributeFunction)) {
          body.calls.push(text(source, called, field.nodeName));
        }
        for (const list of partsOf(source, value, field.attributeList)) {
          for (const called of partsOf(source, list, field.listFunctions)) {
            body.calls.push(text(source, called, field.nodeName));
          }
        }
      }
    }
  }
  return body;
}

function text(source: FileSource, message: WireField | undefined, number: number): string {
  const [part] = message ? partsOf(source, message, number) : [];
  return part ? valueText(source, part) : "";
}

/** A name: short, and so mostly in the window that is read already. */
function valueText(source: FileSource, { start, end }: WireField): string {
  return source.peek(start, end - start).toString();
}
