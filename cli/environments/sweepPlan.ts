import { type Environment, isExpired, timeText } from "./environment";

/** A stack that has the tag of environments. */
export interface FoundEnvironment {
  readonly stack: string;
  readonly environment: Environment;
}

/** What a sweep does with an environment, and why. */
export interface Decision extends FoundEnvironment {
  readonly remove: boolean;
  readonly why: string;
}

/**
 * Which environments go: those whose time is up, or, where some are named, those alone. A stack without
 * the tag is not among them whatever its name.
 */
export function planSweep(
  found: FoundEnvironment[],
  named: readonly string[],
  now: Date,
): Decision[] {
  return found
    .filter(({ stack }) => named.length === 0 || named.some((name) => isNamed(stack, name)))
    .map((one) => {
      const { expires } = one.environment;
      if (named.length > 0) {
        return { ...one, remove: true, why: "is named" };
      }
      if (Number.isNaN(expires.getTime())) {
        return { ...one, remove: false, why: "has a time to live that cannot be read" };
      }
      return isExpired(one.environment, now)
        ? { ...one, remove: true, why: `was to live until ${timeText(expires)}` }
        : { ...one, remove: false, why: `lives until ${timeText(expires)}` };
    });
}

/** Whether a stack is called so, with or without its organization. */
export function isNamed(stack: string, name: string): boolean {
  return stack === name || stack.endsWith(`/${name}`);
}
