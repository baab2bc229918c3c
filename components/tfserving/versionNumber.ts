import { shown } from "./checks";
import type { Problem } from "./problem";

/** TensorFlow Serving keeps version numbers as int64, hence no `number`. */
const highestVersion = 2n ** 63n - 1n;

/** The version that a folder's name means; undefined if it means none. */
export function asVersion(name: string): bigint | undefined {
  const value = /^\d+$/.test(name) ? BigInt(name) : undefined;
  return value !== undefined && value <= highestVersion ? value : undefined;
}

/** Checks a version that is given as an argument: decimal text without leading zeros. */
export function checkVersion(version: unknown, propertyPath: string): Problem[] {
  const good =
    typeof version === "string" &&
    /^(0|[1-9]\d*)$/.test(version) &&
    asVersion(version) !== undefined;
  return good
    ? []
    : [
        {
          propertyPath,
          reason: `is ${shown(version)}: use a version as text, an integer from 0 to 2^63-1`,
        },
      ];
}

/** Versions as they read in a message: the highest ten, in ascending order. */
export function listVersions(versions: string[]): string {
  const last = versions.slice(-10);
  const hidden = versions.length - last.length;
  return (hidden > 0 ? `${hidden} lower ones and ` : "") + last.join(", ");
}
