import { Secret } from "@pulumi/policy";
import { type Path, unknown } from "./rule";

/**
 * A copy of a resource's inputs, with `unknown` for each value that a preview cannot know. Pulumi's own
 * proxy throws at the first of them, and with that the whole rule would not be applied.
 */
export function knownPart(value: unknown): unknown {
  if (!(value instanceof Object)) {
    return value;
  }
  if (Array.isArray(value)) {
    return Array.from({ length: value.length }, (_, index) => read(value, index));
  }
  return Object.fromEntries(Object.keys(value).map((key) => [key, read(value, key)]));
}

function read(parent: object, key: string | number): unknown {
  let child: unknown;
  try {
    child = (parent as Record<string | number, unknown>)[key];
  } catch (error) {
    if ((error as Error).constructor.name === "UnknownValueError") {
      return unknown;
    }
    throw error;
  }
  return knownPart(child);
}

/**
 * Where values lie that Pulumi marks as secret. They are there in a remediation only; its proxies unpack
 * them for whoever reads a property, and leave them in the property's descriptor.
 */
export function secretPaths(value: unknown, path: Path = []): Path[] {
  if (!(value instanceof Object)) {
    return [];
  }
  return Object.keys(value).flatMap((key) => {
    const raw: unknown = Object.getOwnPropertyDescriptor(value, key)?.value;
    const below = [...path, Array.isArray(value) ? Number(key) : key];
    return raw instanceof Secret ? [below] : secretPaths(raw, below);
  });
}
