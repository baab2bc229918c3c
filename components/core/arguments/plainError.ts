import * as pulumi from "@pulumi/pulumi";

/**
 * An error that an output fails with, and that people read as it is. Pulumi writes the name of every
 * property that is made from the output in front of another one's message.
 */
export function plainError(message: string): pulumi.RunError {
  return Object.defineProperty(new pulumi.RunError(message), "message", {
    get: () => message,
    set: () => undefined,
  });
}
