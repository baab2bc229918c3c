import { isObject, shown } from "../arguments/checks";
import { pictureInput } from "../tfserving/pictures";
import type { Signature, TensorSpec } from "../tfserving/savedModel";
import type { Example } from "./heldOutData";
import type { Metric } from "./metrics";

const longestShown = 60;

/**
 * What keeps a model from being asked for examples, or its answers from being compared: instances
 * that do not fit the inputs of its signature, and labels outside of its output.
 *
 * @param output - the signature's, see `outputOf`; undefined where its answers tell which one counts
 * @returns sentences about the data, the first example of each kind in each
 */
export function checkExamples(
  examples: Example[],
  signature: Signature,
  metric: Metric,
  output: TensorSpec | undefined,
): string[] {
  const fit = instanceCheck(examples, signature);
  const classes = classCount(output);
  return [
    ...batchProblems(examples.length, signature),
    ...(typeof fit === "string" ? [fit] : firstOf(examples, fit)),
    ...firstOf(examples, ({ label }) => labelProblem(label, metric, classes)),
  ];
}

/** How many examples a request holds, at most. A model may take a fixed number only. */
export function examplesPerRequest({ inputs }: Signature, most: number): number {
  const sizes = Object.values(inputs).map(({ shape }) => shape?.[0] ?? -1);
  return sizes.find((size) => size > 0) ?? most;
}

function batchProblems(count: number, signature: Signature): string[] {
  const scalar = Object.entries(signature.inputs).find(([, { shape }]) => shape?.length === 0);
  if (scalar) {
    return [`cannot be asked in rows: the input ${scalar[0]} has no dimension for them`];
  }
  const each = examplesPerRequest(signature, 1);
  return count % each === 0
    ? []
    : [`has ${count} examples, and the model takes ${each} at a time: use a multiple of ${each}`];
}

/** The first example that something is wrong with, and how many more there are. */
function firstOf(examples: Example[], problem: (one: Example) => string | undefined): string[] {
  const found = examples.flatMap((one) => {
    const reason = problem(one);
    return reason === undefined ? [] : [`has on ${one.place} ${reason}`];
  });
  const more = found.length > 1 ? ` (so ${found.length} of ${examples.length} examples)` : "";
  return found.slice(0, 1).map((first) => `${first}${more}`);
}

function labelProblem(
  label: unknown,
  { ofClasses }: Metric,
  classes: number | undefined,
): string | undefined {
  if (!ofClasses) {
    const all = [label].flat();
    return all.length > 0 && all.every(Number.isFinite)
      ? undefined
      : `the label ${brief(label)}: use a number, or a list of numbers`;
  }
  const isIndex = Number.isInteger(label) && (label as number) >= 0;
  return isIndex && (label as number) < (classes ?? Infinity)
    ? undefined
    : `the label ${brief(label)}: use the index of a class, ` +
        (classes === undefined ? "from 0" : `0 to ${classes - 1}`);
}

/** Of a vector of scores; of a single one there are two. */
function classCount(output: TensorSpec | undefined): number | undefined {
  const [, count] = output?.shape?.length === 2 ? output.shape : [];
  return count === undefined || count < 1 ? undefined : Math.max(count, 2);
}

function instanceCheck(
  examples: Example[],
  signature: Signature,
): string | ((one: Example) => string | undefined) {
  if (examples.some(({ file }) => file !== undefined)) {
    try {
      pictureInput(signature);
    } catch (error) {
      return `has pictures. ${(error as Error).message} Use instances as :predict takes them`;
    }
  }
  const inputs = Object.entries(signature.inputs);
  return ({ file, instance }) =>
    file === undefined ? instanceProblem(instance, inputs) : undefined;
}

/** A row is the value of the only input, or an object with a value for each. */
function instanceProblem(instance: unknown, inputs: [string, TensorSpec][]): string | undefined {
  const named = isObject(instance) && !("b64" in instance);
  if (!named && inputs.length > 1) {
    return `the instance ${brief(instance)}: use an object with ${inputs.map(([name]) => name).join(", ")}`;
  }
  const values = (named ? instance : { [inputs[0][0]]: instance }) as Record<string, unknown>;
  const unknown = Object.keys(values).find((name) => inputs.every(([known]) => known !== name));
  if (unknown !== undefined) {
    const known = inputs.map(([name]) => name).join(", ");
    return `an instance with ${unknown}, which is no input: there are ${known}`;
  }
  return inputs
    .map(([name, { dtype, shape }]) => {
      const row = shape?.slice(1);
      return fits(values[name], dtype, row)
        ? undefined
        : `the instance ${brief(instance)}: the input ${name} takes ${dtype}${row ? ` [${row.join(", ")}]` : ""} for each`;
    })
    .find((reason) => reason !== undefined);
}

function fits(value: unknown, dtype: string, shape: number[] | undefined): boolean {
  if (!shape) {
    return value !== undefined;
  }
  const [size, ...rest] = shape;
  return size === undefined
    ? isElement(value, dtype)
    : Array.isArray(value) &&
        (size < 0 || value.length === size) &&
        value.every((one) => fits(one, dtype, rest));
}

/** As TensorFlow Serving reads JSON: text for strings, or bytes in base64. */
function isElement(value: unknown, dtype: string): boolean {
  switch (dtype) {
    case "string":
      return typeof value === "string" || (isObject(value) && "b64" in value);
    case "bool":
      return typeof value === "boolean";
    default:
      return typeof value === "number" && (!/^u?int/.test(dtype) || Number.isInteger(value));
  }
}

function brief(value: unknown): string {
  const text = shown(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}...` : text;
}
