// @ts-check

/** Subcommands of Pulumi that run the program or change its resources, and so take --config-file. */
const withConfigFile = [
  "up",
  "update",
  "preview",
  "pre",
  "destroy",
  "down",
  "dn",
  "refresh",
  "watch",
  "import",
  "logs",
];

/** Global options of Pulumi that may come before the subcommand, with a value. */
const withValue = ["-s", "--stack", "-C", "--cwd", "--color", "-v", "--verbose"];

/**
 * The stack that Pulumi's arguments name; undefined where they name none.
 *
 * @param {string[]} args
 * @returns {string | undefined}
 */
export function stackOf(args) {
  const at = args.findIndex((arg) => arg === "-s" || arg === "--stack");
  return at >= 0 ? args[at + 1] : args.find((arg) => arg.startsWith("--stack="))?.slice(8);
}

/**
 * The subcommand in Pulumi's arguments; undefined where they name none.
 *
 * @param {string[]} args
 * @returns {string | undefined}
 */
export function subcommandOf(args) {
  return args[subcommandAt(args)];
}

/** @param {string[]} args */
function subcommandAt(args) {
  return args.findIndex(
    (arg, index) => !arg.startsWith("-") && !withValue.includes(args[index - 1]),
  );
}

/**
 * Pulumi's arguments with the generated config file, where the subcommand takes
 * one and the user names none. `pulumi config` works on the stack's own file.
 *
 * @param {string[]} args
 * @param {string} configFile
 * @returns {string[]}
 */
export function passedOn(args, configFile) {
  const at = subcommandAt(args);
  const named = args.some((arg) => arg === "--config-file" || arg.startsWith("--config-file="));
  return at >= 0 && withConfigFile.includes(args[at]) && !named
    ? [...args.slice(0, at + 1), "--config-file", configFile, ...args.slice(at + 1)]
    : args;
}
