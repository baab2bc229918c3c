// @ts-check

/**
 * The options of a command that npm took for itself, as it does with all that stands before `--`:
 * `npm run down --stack=prod` would work on another stack. npm sets a variable for each of them, and
 * none for those that are its own short ones, such as `-s`.
 *
 * @param {{ name: string, short?: string }[]} options - that the command has
 * @param {string[]} args - that reached it
 * @param {Record<string, string | undefined>} env
 * @returns {string[]} as they have to be written; empty where npm took none
 */
export function takenByNpm(options, args, env) {
  return options.flatMap(({ name, short }) => {
    const reached = args.some(
      (arg) => arg === `--${name}` || arg.startsWith(`--${name}=`) || arg === `-${short}`,
    );
    const value = env[variableOf(name)] || (short && env[variableOf(short)]);
    if (!value || value === "false" || reached) {
      return [];
    }
    // Of `--stack prod` npm takes the first word only.
    return [value === "true" ? `--${name}` : `--${name}=${value}`];
  });
}

/** @param {string} option */
function variableOf(option) {
  return `npm_config_${option.replaceAll("-", "_")}`;
}
