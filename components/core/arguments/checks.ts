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

/** Whether a value is an object with fields of its own, and neither a list nor a text. */
export function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value as it reads in a message; JSON has no NaN and Infinity. */
export function shown(value: unknown): string {
  return typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
}
