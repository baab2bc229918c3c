import { nearestName } from "./nearestName";
import { type Problem, wholeNumber } from "./problem";

/** Highest value of the server's int32 flags. */
export const highestInt32 = 2 ** 31 - 1;

/** Checks an optional whole number; what is not set is no problem. */
export function checkInteger(
  value: number | undefined,
  propertyPath: string,
  { min, max = Number.MAX_SAFE_INTEGER }: { min: number; max?: number },
): Problem[] {
  return value === undefined ? [] : wholeNumber(propertyPath, value, min, max);
}

/** Checks an optional boolean. */
export function checkBoolean(value: unknown, propertyPath: string): Problem[] {
  return value === undefined || typeof value === "boolean"
    ? []
    : [{ propertyPath, reason: `is ${shown(value)}: use true or false` }];
}

/** Whether a value is an object with fields of its own, and neither a list nor a text. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Refuses what is no object, and fields that it does not have, with the nearest that it has. */
export function checkFields(value: object, fields: string[], propertyPath: string): Problem[] {
  if (!isObject(value)) {
    return [{ propertyPath, reason: `is ${shown(value)}: use an object` }];
  }
  return Object.keys(value)
    .filter((name) => !fields.includes(name))
    .map((name) => {
      const near = nearestName(name, fields);
      return {
        propertyPath: `${propertyPath}.${name}`,
        reason: near
          ? `is unknown; did you mean "${near}"?`
          : `is unknown; known are ${fields.join(", ")}`,
      };
    });
}

/** A value as it reads in a message; JSON has no NaN and Infinity. */
export function shown(value: unknown): string {
  return typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
}
