import type { CheckFailure, Plain } from "../host/provider";
import { unknown } from "../host/provider";

/** What AWS takes at one place of a resource's inputs. */
export interface Shape {
  kind: "text" | "flag" | "number" | "list" | "object" | "map" | "json";
  required?: boolean;
  /** A change needs a new resource. */
  replaces?: boolean;
  oneOf?: (string | number)[];
  pattern?: RegExp;
  /** In characters, entries or as a number. */
  min?: number;
  max?: number;
  /** Whether the order of a list says nothing. */
  unordered?: boolean;
  /** Of a list's or map's entries. */
  of?: Shape;
  fields?: Fields;
}

/** Shapes by property; `Args` is the interface of @pulumi/aws, so that names are its. */
export type Fields<Args = Record<string, unknown>> = { [Name in keyof Args]?: Shape };

type Options = Omit<Shape, "kind" | "of" | "fields">;

export const text = (options: Options = {}): Shape => ({ kind: "text", ...options });
export const flag = (options: Options = {}): Shape => ({ kind: "flag", ...options });
export const number = (options: Options = {}): Shape => ({ kind: "number", ...options });
export const list = (of: Shape, options: Options = {}): Shape => ({ kind: "list", of, ...options });
export const set = (of: Shape, options: Options = {}): Shape =>
  list(of, { unordered: true, ...options });
export const object = (fields: Fields, options: Options = {}): Shape => ({
  kind: "object",
  fields,
  ...options,
});
/** A text of JSON; an object is made one, as by the real provider. */
export const json = (options: Options = {}): Shape => ({ kind: "json", ...options });
/** @see https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html */
export const tags = (): Shape => ({ kind: "map", of: text({ max: 256 }), max: 50 });
export const map = (options: Options = {}): Shape => ({ kind: "map", of: text(), ...options });

export const required = { required: true };
export const replaces = { replaces: true };
export const fixed = { required: true, replaces: true };

/** Checks inputs and brings them into the form that AWS wants. */
export function checkFields(
  value: Record<string, Plain>,
  fields: Fields,
  path: string,
  failures: CheckFailure[],
): Record<string, Plain> {
  const result: Record<string, Plain> = {};
  for (const [name, given] of Object.entries(value)) {
    const property = path ? `${path}.${name}` : name;
    if (name === "__defaults") {
      continue;
    }
    const shape = fields[name];
    if (!shape) {
      failures.push({ property, reason: "the test provider does not know this property" });
    } else if (given !== null && given !== undefined) {
      result[name] = checkValue(given, shape, property, failures);
    }
  }
  for (const [name, shape] of Object.entries(fields)) {
    if (shape?.required && result[name] === undefined) {
      failures.push({ property: path ? `${path}.${name}` : name, reason: "is required" });
    }
  }
  return result;
}

function checkValue(value: Plain, shape: Shape, property: string, failures: CheckFailure[]): Plain {
  if (value === unknown) {
    return value;
  }
  const fail = (reason: string): void => void failures.push({ property, reason });
  const limit = (size: number, what: string): void => {
    if (size < (shape.min ?? -Infinity) || size > (shape.max ?? Infinity)) {
      fail(`${what}: ${size}, but AWS takes ${shape.min ?? ""} to ${shape.max ?? ""}`);
    }
  };
  switch (shape.kind) {
    case "json":
      return checkJson(value, fail, limit);
    case "list":
      if (!Array.isArray(value)) {
        return void fail("is no list");
      }
      limit(value.length, "entries");
      return value.map((entry, at) => checkValue(entry, shape.of!, `${property}[${at}]`, failures));
    case "map":
      if (!isObject(value)) {
        return void fail("is no map");
      }
      limit(Object.keys(value).length, "entries");
      return Object.fromEntries(
        Object.entries(value).map(([key, entry]) => [
          key,
          checkValue(entry, shape.of!, `${property}.${key}`, failures),
        ]),
      );
    case "object":
      return isObject(value)
        ? checkFields(value, shape.fields!, property, failures)
        : void fail("is no object");
    default:
      checkScalar(value, shape, fail, limit);
      return value;
  }
}

function checkScalar(
  value: Plain,
  shape: Shape,
  fail: (reason: string) => void,
  limit: (size: number, what: string) => void,
): void {
  const wanted = { text: "string", flag: "boolean", number: "number" }[shape.kind as "text"];
  if (typeof value !== wanted) {
    return fail(`is ${JSON.stringify(value)}, but has to be a ${wanted}`);
  }
  if (shape.oneOf && !shape.oneOf.includes(value)) {
    fail(`is ${JSON.stringify(value)}, but AWS takes ${shape.oneOf.join(", ")}`);
  }
  if (shape.pattern && !shape.pattern.test(value)) {
    fail(`is ${JSON.stringify(value)}, but AWS takes ${String(shape.pattern)}`);
  }
  if (shape.kind === "text") {
    limit(value.length, `"${value}" has this many characters`);
  } else if (shape.kind === "number") {
    limit(value, "is out of range");
  }
}

function checkJson(
  value: Plain,
  fail: (reason: string) => void,
  limit: (size: number, what: string) => void,
): string {
  const document = typeof value === "string" ? value : JSON.stringify(value);
  try {
    // A document with a value in it that is not known yet is not known as a whole.
    if (document.includes(unknown)) {
      return unknown;
    }
    JSON.parse(document);
    limit(document.length, "has this many characters");
  } catch (error) {
    fail(`is no JSON: ${String(error)}`);
  }
  return document;
}

function isObject(value: unknown): value is Record<string, Plain> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A property that differs, and whether the resource has to be replaced for it. */
export interface Change {
  path: string;
  replaces: boolean;
}

/** What differs between two inputs of a resource. */
export function changesIn(
  olds: Record<string, Plain>,
  news: Record<string, Plain>,
  fields: Fields,
  path = "",
): Change[] {
  return Object.entries(fields).flatMap(([name, shape]): Change[] => {
    const [before, after] = [olds[name], news[name]];
    const property = path ? `${path}.${name}` : name;
    if (same(before, after, shape!)) {
      return [];
    }
    if (shape!.replaces) {
      return [{ path: property, replaces: true }];
    }
    return shape!.kind === "object" && isObject(before) && isObject(after)
      ? changesIn(before, after, shape!.fields!, property)
      : [{ path: property, replaces: false }];
  });
}

function same(before: Plain, after: Plain, shape: Shape): boolean {
  return canonical(before, shape) === canonical(after, shape) && !includesUnknown(after);
}

function canonical(value: Plain, shape: Shape): string {
  if (shape.kind === "list" && shape.unordered && Array.isArray(value)) {
    return JSON.stringify(value.map((entry) => sorted(entry)).sort());
  }
  return shape.kind === "json" && typeof value === "string" && value !== unknown
    ? sorted(JSON.parse(value))
    : sorted(value);
}

function includesUnknown(value: Plain): boolean {
  return JSON.stringify(value ?? null).includes(unknown);
}

function sorted(value: Plain): string {
  return JSON.stringify(value ?? null, (_, entry) =>
    isObject(entry) ? Object.fromEntries(Object.entries(entry).sort()) : entry,
  );
}
