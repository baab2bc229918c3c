import * as path from "node:path";

import { readText } from "../arguments/readText";
import type { GraphMessage } from "./savedModelProto";
import { callsOf } from "./statefulSignatures";

/** What TensorFlow Serving of a version has. */
export interface ServerOperations {
  /** What a graph's `min_consumer` is compared with. */
  graphVersion: number;
  operations: ReadonlySet<string>;
}

const operationsFile = path.join(__dirname, "operations", "operations.txt");
let known: ReadonlyMap<string, ServerOperations> | undefined;

/**
 * The operations of a graph and of the functions that it calls, by name. A server refuses a graph
 * with one that it does not have, and a call that meets one in a function. Functions that nothing
 * calls, as for training, may have any.
 */
export function operationsOf(graph: GraphMessage | null | undefined): string[] {
  const functions = new Map(
    (graph?.library?.function ?? []).map(({ signature, nodeDef }) => [
      signature?.name ?? "",
      nodeDef,
    ]),
  );
  const found = new Set<string>();
  const waiting = [...(graph?.node ?? [])];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    // TensorFlow 1 calls a function as if it were an operation.
    for (const name of [node.op, ...callsOf(node)]) {
      const body = functions.get(name);
      functions.delete(name);
      waiting.push(...(body ?? []));
    }
    found.add(node.op);
  }
  (graph?.library?.function ?? []).forEach(({ signature }) => found.delete(signature?.name ?? ""));
  found.delete("");
  return [...found].sort();
}

/**
 * What TensorFlow Serving of each known version has, by `2.19`, oldest first. Versions that are not
 * in the list have not been looked at.
 *
 * Source: operations/make_operations.py.
 */
export function serverOperations(): ReadonlyMap<string, ServerOperations> {
  known ??= readOperations(readText(operationsFile));
  return known;
}

function readOperations(text: string): ReadonlyMap<string, ServerOperations> {
  const servers = new Map<string, ServerOperations>();
  let operations = new Set<string>();
  for (const block of text.split(/^\[/m).slice(1)) {
    const [, version, graphVersion, names] = /^(\S+?)(?: graph (\d+))?\]([^]*)$/.exec(block)!;
    operations = new Set(operations);
    for (const name of names.split(/\s+/).filter(Boolean)) {
      if (name.startsWith("-")) {
        operations.delete(name.slice(1));
      } else {
        operations.add(name);
      }
    }
    if (graphVersion !== undefined) {
      servers.set(version, { graphVersion: Number(graphVersion), operations });
    }
  }
  return servers;
}
