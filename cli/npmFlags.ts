import type { Option } from "commander";
import type { Environment } from "./output/console";
import { Failure } from "./output/failure";

/** An option of a command, without its dashes. */
export interface NamedOption {
  readonly name: string;
  readonly short?: string;
}

/**
 * Refuses to go on where npm took options of the command for itself.
 *
 * @param usage - what to show behind --, where the arguments that npm left do not tell
 * @throws Failure that names the right spelling
 */
export function refuseTakenByNpm(
  command: { name(): string; options: readonly Pick<Option, "long" | "short">[] },
  args: string[],
  env: Environment,
  usage?: string,
): void {
  const options = command.options.map(({ long, short }) => ({
    name: (long ?? "").replace(/^--/, ""),
    short: short?.replace(/^-/, ""),
  }));
  const taken = takenByNpm(options, args, env);
  if (taken.length > 0) {
    throw new Failure(
      `npm took ${taken.join(" ")} for itself, and ${command.name()} would go on without it.`,
      `write -- in front: npm run ${command.name()} -- ${usage ?? [...taken, ...args].join(" ")}\n` +
        "PowerShell may drop the --: set $env:PULUMI_STACK to the stack there.",
      2,
    );
  }
}

/**
 * The options of a command that npm took for itself, as it does with all that stands before `--`:
 * `npm run down --stack=prod` would work on another stack. npm sets a variable for each of them, and
 * none for those that are its own short ones, such as `-s`.
 *
 * @param args - that reached the command
 * @returns as they have to be written; empty where npm took none
 */
export function takenByNpm(options: NamedOption[], args: string[], env: Environment): string[] {
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

function variableOf(option: string): string {
  return `npm_config_${option.replace(/-/g, "_")}`;
}
