import * as pulumi from "@pulumi/pulumi";

/**
 * Options of a component under which a stack knows it by the types that it had before. Its children
 * follow: nothing is replaced.
 *
 * @param opts - the options that the component was given
 * @param names - former names of its type, in the package that all components were in
 */
export function formerTypes(
  opts: pulumi.ComponentResourceOptions | undefined,
  ...names: string[]
): pulumi.ComponentResourceOptions {
  const aliases = names.map((name) => ({ type: `tfserving:index:${name}` }));
  return pulumi.mergeOptions(opts, { aliases });
}
