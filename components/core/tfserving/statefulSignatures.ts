import type { GraphMessage, NodeMessage } from "./savedModelProto";

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
 * @param tensors - what each signature gives out, by its name
 */
export function statefulSignatures(
  graph: GraphMessage | null | undefined,
  tensors: Record<string, string[]>,
): Record<string, string> {
  const nodes = new Map((graph?.node ?? []).map((node) => [node.name, bodyOf([node])]));
  const functions = new Map(
    (graph?.library?.function ?? []).map(({ signature, nodeDef }) => [
      signature?.name ?? "",
      // Within a function every node counts: TensorFlow runs those with effects in any case.
      { ...bodyOf(nodeDef), inputs: [] },
    ]),
  );
  const changes = Object.entries(tensors).map(([name, outputs]) => [
    name,
    firstChange(outputs, nodes, functions),
  ]);
  return Object.fromEntries(changes.filter(([, operation]) => operation !== undefined));
}

/** Follows inputs and calls from the tensors that a signature gives out. */
function firstChange(
  tensors: string[],
  nodes: Map<string, Body>,
  functions: Map<string, Body>,
): string | undefined {
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

function bodyOf(nodes: NodeMessage[]): Body {
  return {
    changes: nodes.map(({ op }) => op).find((op) => changing.test(op)),
    calls: nodes.flatMap(callsOf),
    inputs: nodes.flatMap(({ input }) => input),
  };
}

/** The functions that a node calls, by name: its attributes say which. */
export function callsOf({ attr }: NodeMessage): string[] {
  return Object.values(attr)
    .flatMap(({ func, list }) => [...(func ? [func] : []), ...(list?.func ?? [])])
    .map(({ name }) => name);
}
