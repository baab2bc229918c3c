import { Writer } from "protobufjs/light";

import { encodeSavedModel } from "./savedModelFile";

/** A field with a message, a text or bytes, whose number is below 16. */
function part(number: number, value: Uint8Array | string): Uint8Array {
  const writer = Writer.create().uint32((number << 3) | 2);
  return (typeof value === "string" ? writer.string(value) : writer.bytes(value)).finish();
}

const message = (...parts: Uint8Array[]): Uint8Array => Buffer.concat(parts);

/** A NodeDef; the functions that it calls are attributes. */
export function node(
  name: string,
  operation: string,
  inputs: string[] = [],
  ...calls: string[]
): Uint8Array {
  return message(
    part(1, name),
    part(2, operation),
    ...inputs.map((input) => part(3, input)),
    ...calls.map((called, index) =>
      part(5, message(part(1, `f${index}`), part(2, part(10, part(1, called))))),
    ),
  );
}

/** A FunctionDef. */
export function functionOf(name: string, ...nodes: Uint8Array[]): Uint8Array {
  return message(part(1, part(1, name)), ...nodes.map((one) => part(3, one)));
}

/** A SavedModel whose signature `serving_default` gives out the tensor `y:0` of a graph. */
export function savedModelOf(nodes: Uint8Array[], functions: Uint8Array[] = []): Uint8Array {
  const library = message(...functions.map((one) => part(1, one)));
  const outputs = { y: { name: "y:0", dtype: 1 } };
  return encodeSavedModel({
    metaGraphs: [
      {
        metaInfoDef: { tags: ["serve"] },
        graphDef: message(...nodes.map((one) => part(1, one)), part(2, library)),
        signatureDef: { serving_default: { inputs: {}, outputs } },
      },
    ],
  });
}
