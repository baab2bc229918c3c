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
    const message = `${kind} ${name} cannot work with these arguments`;
    throw new pulumi.InputPropertiesError({ message, errors });
  }
}
