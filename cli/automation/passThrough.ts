import { Failure } from "../output/failure";

/** Subcommands of Pulumi that run the program or change its resources, and so take --config-file. */
const withConfigFile = [
  ...["up", "update", "preview", "pre", "destroy", "down", "dn"],
  ...["refresh", "watch", "import", "logs"],
];

/** Subcommands of `pulumi stack` that name stacks themselves, and so work on none that is to be there. */
const namingStacks = [
  ...["new", "init", "create", "setup", "list", "ls", "remove", "rm", "delete"],
  ...["select", "unselect", "rename", "migrate"],
];

/** Options of Pulumi with a value, which is no option whatever it looks like. */
const withValue = [
  ...["-s", "--stack", "-C", "--cwd", "--color", "-v", "--verbose"],
  ...["-c", "--config", "--config-file", "-m", "--message", "-p", "--parallel", "-o", "--out"],
  ...["-t", "--target", "-x", "--exclude", "--replace", "--target-replace"],
];

/** Options of Pulumi that change what it does and that npm would take for itself without `--`. */
export const pulumiOptions = [
  ...["stack", "yes", "cwd", "config", "config-file", "path", "secret", "plaintext", "json"],
  ...["preview-only", "refresh", "run-program", "clear-pending-creates", "remove", "diff"],
  ...["target", "target-dependents", "target-replace", "replace", "exclude", "show-secrets"],
  ...["exclude-dependents", "exclude-protected", "expect-no-changes", "skip-preview", "message"],
].map((name) => ({ long: `--${name}` }));

/**
 * The stack that Pulumi's arguments name, in any spelling that Pulumi takes; of several the last
 * counts, as there. Undefined where they name none.
 *
 * @throws Failure where short options are joined so that it depends on the subcommand what they say
 */
export function stackOf(args: string[]): string | undefined {
  let stack: string | undefined;
  for (let at = 0; at < args.length && args[at] !== "--"; at++) {
    const { value, takesNext } = optionAt(args[at]);
    stack = value ?? stack;
    if (takesNext) {
      at++;
      stack = takesNext === "stack" ? args[at] : stack;
    }
  }
  return stack;
}

/** The stack that an argument names, or what the argument behind it is. */
function optionAt(arg: string): { value?: string; takesNext?: "stack" | "other" } {
  if (arg.startsWith("--")) {
    const [, name, value] = /^--([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
    if (name === "stack") {
      return value === undefined ? { takesNext: "stack" } : { value };
    }
    return withValue.includes(arg) ? { takesNext: "other" } : {};
  }
  // Short ones can be joined, the last with its value: -ys=staging.
  const [, joined, option, rest] = /^-([^-=]*?)([sCcmoptvx])=?(.*)$/s.exec(arg) ?? [];
  if (/[fr]/.test(joined ?? "") && option === "s") {
    throw new Failure(`${arg} joins options of which some may have a value.`, "write -s apart.", 2);
  }
  if (option === "s") {
    return rest ? { value: rest } : { takesNext: "stack" };
  }
  return option && !rest ? { takesNext: "other" } : {};
}

/** What has to be there before Pulumi can do what its arguments ask for. */
export interface Needs {
  /** The providers' plugins. */
  readonly plugins: boolean;
  readonly stack: boolean;
}

/**
 * @param own - whether the backend is the project's own; in one that others share, only what sets up
 * or changes a stack makes one
 */
export function needsOf(args: string[], own: boolean): Needs {
  const [subcommand, part] = wordsAt(args).map((at) => args[at]);
  if (!subcommand || args.includes("--help") || args.includes("-h")) {
    return { plugins: false, stack: false };
  }
  const plugins = withConfigFile.includes(subcommand);
  const removes = ["destroy", "down", "dn"].includes(subcommand);
  const reads = subcommand === "stack" && own && !namingStacks.includes(part);
  return { plugins, stack: (plugins && !removes) || subcommand === "config" || reads };
}

/** Where the subcommand is, its own subcommand, and what is neither an option nor an option's value. */
function wordsAt(args: string[]): number[] {
  return args.flatMap((arg, at) =>
    arg.startsWith("-") || withValue.includes(args[at - 1]) ? [] : [at],
  );
}

/**
 * Pulumi's arguments with the generated config file, where the subcommand takes one and the user names
 * none. `pulumi config` works on the stack's own file.
 */
export function passedOn(args: string[], configFile: string): string[] {
  const [at = -1] = wordsAt(args);
  const named = args.some((arg) => arg === "--config-file" || arg.startsWith("--config-file="));
  return at >= 0 && withConfigFile.includes(args[at]) && !named
    ? [...args.slice(0, at + 1), "--config-file", configFile, ...args.slice(at + 1)]
    : args;
}
