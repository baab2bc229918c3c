/**
 * One thing wrong with the input. It has the shape of Pulumi's
 * `InputPropertyErrorDetails`, so that pure checks need no Pulumi import.
 */
export interface Problem {
  /** Path of the argument, such as `server.batching.maxBatchSize`. */
  propertyPath: string;
  /** What was given, why it cannot work and what to do, as one sentence. */
  reason: string;
}

/** Whether a value is a whole number from `min` to `max`. */
export function wholeNumber(
  propertyPath: string,
  value: number,
  min: number,
  max: number,
): Problem[] {
  return Number.isInteger(value) && value >= min && value <= max
    ? []
    : [{ propertyPath, reason: `is ${value}: use a whole number from ${min} to ${max}` }];
}
