import * as pulumi from "@pulumi/pulumi";

/** The value of an input, once it is known; for hooks and watches, which run outside of outputs. */
export function valueOf<T>(input: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) =>
    pulumi.output(input).apply((value) => resolve(value as pulumi.Unwrap<T>)),
  );
}
