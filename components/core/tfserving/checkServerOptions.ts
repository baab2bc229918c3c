import type { Problem } from "../arguments/problem";
import { objectOf, optionalFields, problemsOf } from "../arguments/schema";
import { checkExtraArgs } from "./extraArgs";
import { serverFields, serverRows } from "./serverFlags";
import type { ServerOptions } from "./serverOptions";

const schema = objectOf<ServerOptions>(optionalFields<ServerOptions>(serverFields));

/**
 * Finds everything in the options that TensorFlow Serving would refuse at start, fail on later or
 * silently pass over. Without options there is nothing to find.
 */
export function checkServerOptions(
  options: ServerOptions | undefined,
  propertyPath: string,
): Problem[] {
  return options === undefined
    ? []
    : [
        ...problemsOf(schema, options, propertyPath),
        ...conflicts(options, propertyPath),
        ...checkExtraArgs(options?.extraArgs, `${propertyPath}.extraArgs`),
      ];
}

function conflicts(options: ServerOptions, propertyPath: string): Problem[] {
  return serverRows.flatMap(([name, { conflict }]) => {
    const value = options?.[name];
    const reason = value === undefined ? undefined : conflict?.(value as never, options);
    return reason ? [{ propertyPath: `${propertyPath}.${name}`, reason }] : [];
  });
}
