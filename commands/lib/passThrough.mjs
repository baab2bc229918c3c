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

/** Subcommands of `pulumi stack` that name stacks themselves, and so work on none that is to be there. */
const namingStacks = [
  ...["new", "init", "create", "setup", "list", "ls", "remove", "rm", "delete"],
  ...["select", "unselect", "rename", "migrate"],
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
  return at >= 0
    ? args[at + 1]
    : args.map((arg) => /^(?:--stack=|-s=?)(.+)$/.exec(arg)?.[1]).find(Boolean);
}

/**
 * What has to be there before Pulumi can do what its arguments ask for.
 *
 * @param {string[]} args
 * @param {boolean} own - whether the backend is the project's own; in one that others share, only
 *   what sets up or changes a stack makes one
 * @returns {{ plugins: boolean, stack: boolean }} the providers' plugins, and the stack
 */
export function needsOf(args, own) {
  const [subcommand, part] = wordsAt(args).map((at) => args[at]);
  if (!subcommand || args.includes("--help") || args.includes("-h")) {
    return { plugins: false, stack: false };
  }
  const plugins = withConfigFile.includes(subcommand);
  const removes = ["destroy", "down", "dn"].includes(subcommand);
  const reads = subcommand === "stack" && own && !namingStacks.includes(part);
  return { plugins, stack: (plugins && !removes) || subcommand === "config" || reads };
}

/**
 * Where the subcommand is, its own subcommand, and what is neither an option nor a global one's value.
 *
 * @param {string[]} args
 */
function wordsAt(args) {
  return args.flatMap((arg, at) =>
    arg.startsWith("-") || withValue.includes(args[at - 1]) ? [] : [at],
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
  const [at = -1] = wordsAt(args);
  const named = args.some((arg) => arg === "--config-file" || arg.startsWith("--config-file="));
  return at >= 0 && withConfigFile.includes(args[at]) && !named
    ? [...args.slice(0, at + 1), "--config-file", configFile, ...args.slice(at + 1)]
    : args;
}
