import * as pulumi from "@pulumi/pulumi";

/**
 * A value that leads clients to a service, such as its address, once the service serves: what is made
 * from it would call too early otherwise. A preview, in which nothing comes up, has it at once.
 *
 * It depends on none of the service's resources. Pulumi would replace who uses the address with every
 * replica that is replaced.
 *
 * @param serving - known once the service serves; where it stays unknown, as of a release that failed
 * under `--continue-on-error`, so does the value
 */
export function onceServing<T>(
  value: pulumi.Input<T>,
  serving: pulumi.Output<unknown>,
): pulumi.Output<pulumi.Unwrap<T>> {
  const turn = pulumi.runtime.isDryRun() ? true : settled(serving);
  return pulumi
    .all([value, turn])
    .apply(([known, isServing]) =>
      isServing ? known : serving.apply(() => known),
    ) as pulumi.Output<pulumi.Unwrap<T>>;
}

/**
 * Whether a value is known, once that is clear: also of what `pulumi up --target` leaves out, for which
 * `apply` would wait for ever.
 */
export function settled(output: pulumi.Output<unknown>): Promise<boolean> {
  return (output as unknown as { isKnown: Promise<boolean> }).isKnown;
}
