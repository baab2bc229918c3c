import { z } from "zod";
import { isObject, shown } from "./checks";
import { nearestName } from "./nearestName";
import type { Problem } from "./problem";
import { withDefaults } from "./withDefaults";

/** Schemas of a type's fields, all of them: a field that is added to the type needs one. */
export type FieldsOf<Args> = { [Key in keyof Required<Args>]: z.ZodType };

/**
 * An object with these fields and no others. One that is unknown is refused with the nearest that
 * there is.
 *
 * @param fields - a schema for every field; `.optional()` where it may be left out
 */
export function objectOf<Args extends object>(fields: FieldsOf<Args>) {
  const known = Object.keys(fields);
  const unknown = z.custom<never>(() => false, {
    error: ({ path }) => unknownField(String(path?.at(-1)), known),
  });
  return z
    .object(fields, { error: ({ input }) => `is ${shown(input)}: use an object` })
    .catchall(unknown);
}

/** The schemas of a table with a row for every field, none of which has to be given. */
export function optionalFields<Args>(rows: Record<keyof Args, { schema: z.ZodType }>) {
  const entries = Object.entries<{ schema: z.ZodType }>(rows);
  const fields = Object.fromEntries(entries.map(([name, row]) => [name, row.schema.optional()]));
  return fields as z.ZodRawShape as FieldsOf<Args>;
}

/** A value that a test decides on. */
export function valueWhere<Value>(isGood: (value: Value) => boolean, advice: string) {
  return z.custom<Value>((value) => isGood(value as Value), {
    error: ({ input }) =>
      input === undefined ? `is missing: ${advice}` : `is ${shown(input)}: ${advice}`,
  });
}

/** A whole number. */
export function wholeNumberFrom(min: number, max: number) {
  return valueWhere<number>(
    (value) => Number.isInteger(value) && value >= min && value <= max,
    `use a whole number from ${min} to ${max}`,
  );
}

/** A number, with fractions. */
export function numberFrom(min: number, max: number) {
  return valueWhere<number>(
    (value) => Number.isFinite(value) && value >= min && value <= max,
    `use a number from ${min} to ${max}`,
  );
}

/** Yes or no. */
export function trueOrFalse() {
  return valueWhere<boolean>((value) => typeof value === "boolean", "use true or false");
}

/** A text that a pattern describes. */
export function textLike(pattern: RegExp, advice: string) {
  return valueWhere<string>((value) => typeof value === "string" && pattern.test(value), advice);
}

/** Any text. */
export function anyText() {
  return textLike(/^/, "use a text");
}

/** One of an enum's values, or of a list. */
export function oneOf(values: Record<string, string> | readonly string[]) {
  const known = Object.values(values);
  const advice = [known.slice(0, -1).join(", "), ...known.slice(-1)].filter(Boolean).join(" or ");
  return valueWhere<string>((value) => known.includes(value), `use ${advice}`);
}

/** A list of such values. */
export function listOf(element: z.ZodType) {
  return z.array(element, { error: ({ input }) => `is ${shown(input)}: use a list` });
}

/** An object that another component gives, with whatever is in it. */
export function anyObject() {
  return valueWhere<object>(isObject, "use an object");
}

/** An object with any names, such as labels. */
export function recordOf(value: z.ZodType) {
  return z.record(z.string(), value, { error: ({ input }) => `is ${shown(input)}: use an object` });
}

/** A value that a function judges; the paths of its problems begin below the value. */
export function judgedBy<Value>(check: (value: Value) => Problem[]) {
  return z.any().check(({ value, issues }) => {
    for (const { propertyPath, reason } of check(value)) {
      const path = propertyPath === "" ? [] : [propertyPath.replace(/^\./, "")];
      issues.push({ code: "custom", message: reason, input: value, path });
    }
  });
}

/** A text that a check of a text finds nothing wrong with. */
export function textThat(check: (propertyPath: string, text: string) => Problem[]) {
  return judgedBy((value) =>
    typeof value === "string" ? check("", value) : problemsOf(anyText(), value),
  );
}

/** A value that may be an output of another resource: one that is not known yet is taken as it is. */
export function laterOr(schema: z.ZodType) {
  return judgedBy((value) => (isLater(value) ? [] : problemsOf(schema, value)));
}

/**
 * What a schema refuses about a value, by path.
 *
 * @param at - path of the value itself. @default - that of its fields only
 */
export function problemsOf(schema: z.ZodType, value: unknown, at = ""): Problem[] {
  const { error } = schema.safeParse(value);
  return (error?.issues ?? []).map(({ path, message }) => ({
    propertyPath: pathText([at, ...path].filter((part) => part !== "")),
    reason: message,
  }));
}

/**
 * What is wrong with a component's arguments: what their schema refuses, then what rules across fields
 * do. A rule sees the default in place of a value that the schema refuses, of which it says nothing more.
 */
export function problemsOfArgs<Args extends object, Defaults extends object>(
  schema: z.ZodType,
  args: Args,
  defaults: Defaults,
  rules: (args: Args & Defaults) => Problem[],
): Problem[] {
  const fieldOf = ({ propertyPath }: Problem) => propertyPath.split(/[.[]/)[0];
  const problems = problemsOf(schema, args);
  const refused = problems.map(fieldOf);
  const fine = Object.entries(args).filter(([field]) => !refused.includes(field));
  const further = rules(withDefaults(Object.fromEntries(fine) as Args, defaults));
  return [...problems, ...further.filter((problem) => !refused.includes(fieldOf(problem)))];
}

function pathText(parts: PropertyKey[]): string {
  return parts
    .map((part) => (typeof part === "number" ? `[${part}]` : String(part)))
    .map((part, index) => (index === 0 || part.startsWith("[") ? part : `.${part}`))
    .join("");
}

function unknownField(name: string, known: string[]): string {
  const near = nearestName(name, known);
  return near ? `is unknown; did you mean "${near}"?` : `is unknown; known are ${known.join(", ")}`;
}

/** Outputs and promises, by what they can do: this file knows nothing of Pulumi. */
function isLater(value: unknown): boolean {
  return isObject(value) && ("apply" in value || "then" in value);
}
