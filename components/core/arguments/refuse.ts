import { inspect } from "util";
import * as pulumi from "@pulumi/pulumi";
import { Problem } from "./problem";

/**
 * Refuses a component's arguments before anything is registered.
 *
 * @param kind - name of its class
 * @throws InputPropertiesError that lists everything wrong with them
 */
export function refuse(kind: string, name: string, errors: Problem[]): void {
  if (errors.length > 0) {
    throw refusal(`${kind} ${name} cannot work with these arguments`, errors);
  }
}

/**
 * An error that tells everything wrong with arguments. Where a program in another language has given
 * them, Pulumi shows message and errors; in a program in Node.js it shows the error as `inspect` does.
 */
export function refusal(message: string, errors: Problem[]): pulumi.InputPropertiesError {
  const lines = errors.map(({ propertyPath, reason }) => `  ${propertyPath}: ${reason}`);
  return Object.defineProperty(
    new pulumi.InputPropertiesError({ message, errors }),
    inspect.custom,
    // In place of a stack trace, and of Pulumi's own fields.
    { value: () => [`${message}:`, ...lines].join("\n") },
  );
}
