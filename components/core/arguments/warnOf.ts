import * as pulumi from "@pulumi/pulumi";

/** Says on a component what works, and perhaps not as it is meant. */
export function warnOf(component: pulumi.Resource, warnings: string[]): void {
  warnings.forEach((warning) => void pulumi.log.warn(warning, component));
}
