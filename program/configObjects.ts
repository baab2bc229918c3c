import * as pulumi from "@pulumi/pulumi";
import { Problem } from "../components";
import { isObject } from "../components/core/checks";

/** The fields of a type, each of which has to be there. */
export function names<Key extends string>(keys: Record<Key, 0>): string[] {
  return Object.keys(keys);
}

/** A config key that is an object; what is none is read as an empty one, and refused elsewhere. */
export function readObject<T>(config: pulumi.Config, key: string): T {
  const given: unknown = config.getObject(key);
  return (isObject(given) ? given : {}) as T;
}

/** An object of texts by name, such as tags or labels. */
export function checkTexts(key: string, given: unknown): Problem[] {
  const entries = isObject(given) ? Object.entries(given) : undefined;
  if (!entries) {
    return [{ propertyPath: key, reason: `is ${JSON.stringify(given)}: use an object` }];
  }
  return entries
    .filter(([, value]) => typeof value !== "string")
    .map(([name, value]) => ({
      propertyPath: `${key}.${name}`,
      reason: `is ${JSON.stringify(value)}: use a text`,
    }));
}

/** A setting of other targets: the value that means "not set", and what there is in its place. */
export type UnusedKeys = Record<string, { value: unknown; instead: string }>;

/** Refuses what other targets have and this one cannot honour. */
export function refuseUnused(config: pulumi.Config, target: string, unused: UnusedKeys): Problem[] {
  return Object.entries(unused)
    .filter(([key, { value }]) => (config.get(key) ?? String(value)) !== String(value))
    .map(([propertyPath, { instead }]) => ({
      propertyPath,
      reason: `is ${config.get(propertyPath)}, which target ${target} does not use: leave it out, since ${instead}`,
    }));
}

/** Problems of an argument that is an object in the configuration. */
export function under(key: string, problems: Problem[]): Problem[] {
  return problems.map(({ propertyPath, reason }) => ({
    propertyPath: `${key}.${propertyPath}`,
    reason,
  }));
}
