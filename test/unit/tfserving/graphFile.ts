import { encodeSavedModel, type WrittenFunction, type WrittenNode } from "./savedModelFile";

/** A NodeDef; the functions that it calls are attributes. */
export function node(
  name: string,
  op: string,
  input: string[] = [],
  ...calls: string[]
): WrittenNode {
  const attr = calls.map((called, index) => [`f${index}`, { func: { name: called } }]);
  return { name, op, input, attr: Object.fromEntries(attr) };
}

/** A FunctionDef. */
export function functionOf(name: string, ...nodeDef: WrittenNode[]): WrittenFunction {
  return { signature: { name }, nodeDef };
}

/** A SavedModel whose signature `serving_default` gives out the tensor `y:0` of a graph. */
export function savedModelOf(
  nodes: WrittenNode[],
  functions: WrittenFunction[] = [],
  minConsumer = 0,
): Uint8Array {
  return encodeSavedModel({
    metaGraphs: [
      {
        metaInfoDef: { tags: ["serve"] },
        graphDef: { node: nodes, library: { function: functions }, versions: { minConsumer } },
        signatureDef: { serving_default: { outputs: { y: { name: "y:0", dtype: 1 } } } },
      },
    ],
  });
}
