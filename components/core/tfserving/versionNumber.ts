import { shown } from "../arguments/checks";
import type { Problem } from "../arguments/problem";

/** TensorFlow Serving keeps version numbers as int64, hence no `number`. */
const highestVersion = 2n ** 63n - 1n;

/** The version that a folder's name means; undefined if it means none. */
export function asVersion(name: string): bigint | undefined {
  const value = /^\d+$/.test(name) ? BigInt(name) : undefined;
  return value !== undefined && value <= highestVersion ? value : undefined;
}

/** Checks a version that is given as an argument: decimal text without leading zeros. */
export function checkVersion(version: unknown, propertyPath: string): Problem[] {
  const rule = brokenRule(version);
  return rule ? [{ propertyPath, reason: `is ${shown(version)}${rule}` }] : [];
}

function brokenRule(version: unknown): string | undefined {
  if (Number.isInteger(version) && !Number.isSafeInteger(version)) {
    return (
      ", a number that was rounded, as any above 2^53: write the version as text, in quotes in the " +
      "YAML file or with `pulumi config set --path --type string`"
    );
  }
  const value = typeof version === "string" ? asVersion(version) : undefined;
  if (value === undefined) {
    return ": use a version as text, an integer from 0 to 2^63-1";
  }
  return String(value) === version
    ? undefined
    : `, with leading zeros: write version ${value} as "${value}", whatever its folder is called`;
}

/** Versions as they read in a message: the highest ten, in ascending order. */
export function listVersions(versions: string[]): string {
  const last = versions.slice(-10);
  const hidden = versions.length - last.length;
  return (hidden > 0 ? `${hidden} lower ones and ` : "") + last.join(", ");
}
