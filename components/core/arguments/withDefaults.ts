/**
 * Arguments over their defaults. An argument that is `undefined`, such as a config value that is
 * not set, counts as absent.
 */
export function withDefaults<Args extends object, Defaults extends object>(
  args: Args,
  defaults: Defaults,
): Args & Defaults {
  const given = Object.entries(args).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) } as Args & Defaults;
}
