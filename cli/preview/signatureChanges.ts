import type { ModelSignature } from "../targets/target";

/** A tensor as a signature names it. Without a shape it may have any. */
type Tensor = ModelSignature["inputs"][string];

/** A change of a signature, in words, and whether clients of the one before can break on it. */
export interface SignatureChange {
  readonly text: string;
  readonly breaking: boolean;
}

/**
 * What changes for the clients of a signature. Every input of TensorFlow Serving has to be given, so that
 * a new one breaks them; a new output does not. An input may get looser, and an output more exact.
 */
export function signatureChanges(
  before: ModelSignature,
  after: ModelSignature,
): readonly SignatureChange[] {
  const method = [before, after].map(({ methodName = "" }) => methodName.split("/").at(-1));
  return [
    ...(method[0] === method[1]
      ? []
      : [broken(`the method is ${method[1]} and no longer ${method[0]}`)]),
    ...tensorChanges("input", before.inputs, after.inputs),
    ...tensorChanges("output", before.outputs, after.outputs),
  ];
}

/** `images float32 [-1, 224, 224, 3]`, for each tensor. */
export function tensorsText(tensors: ModelSignature["inputs"]): string {
  return Object.entries(tensors)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, { dtype, shape }]) => `${name} ${dtype} ${shapeText(shape)}`)
    .join(", ");
}

function tensorChanges(
  kind: "input" | "output",
  before: ModelSignature["inputs"],
  after: ModelSignature["inputs"],
): SignatureChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    const [was, is] = [before[name], after[name]];
    const tensor = `${kind} \`${name}\``;
    if (!was) {
      const text = `${tensor} is new (${is.dtype} ${shapeText(is.shape)})`;
      return kind === "input" ? [broken(`${text}: every call has to give it`)] : [harmless(text)];
    }
    return is ? tensorChange(kind, tensor, was, is) : [broken(`${tensor} is gone`)];
  });
}

function tensorChange(
  kind: "input" | "output",
  tensor: string,
  was: Tensor,
  is: Tensor,
): SignatureChange[] {
  const dtype =
    was.dtype === is.dtype ? [] : [broken(`${tensor} is ${is.dtype} and no longer ${was.dtype}`)];
  if (shapeText(was.shape) === shapeText(is.shape)) {
    return dtype;
  }
  const text = `${tensor} has shape ${shapeText(is.shape)} and no longer ${shapeText(was.shape)}`;
  const fits = kind === "input" ? takes(is.shape, was.shape) : takes(was.shape, is.shape);
  return [...dtype, fits ? harmless(text) : broken(text)];
}

/** Whether every tensor of the narrow shape is one of the wide shape too. */
function takes(wide: Tensor["shape"], narrow: Tensor["shape"]): boolean {
  return (
    wide === undefined ||
    (wide.length === narrow?.length &&
      wide.every((size, index) => size === -1 || size === narrow[index]))
  );
}

function shapeText(shape: Tensor["shape"]): string {
  return shape === undefined ? "of any shape" : `[${shape.join(", ")}]`;
}

function broken(text: string): SignatureChange {
  return { text, breaking: true };
}

function harmless(text: string): SignatureChange {
  return { text, breaking: false };
}
