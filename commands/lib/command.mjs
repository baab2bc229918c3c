// @ts-check
import { parseArgs } from "node:util";
import { takenByNpm } from "./npmFlags.mjs";

/** The stack of commands that name none. */
export const defaultStack = "dev";

/** Something that the user can put right: one sentence, and what to do about it. */
export class Failure extends Error {
  /**
   * @param {string} message - one sentence: what is wrong
   * @param {string} advice - what to do
   * @param {number} [exitCode] - 1 failed, 2 called in a wrong way
   */
  constructor(message, advice, exitCode = 1) {
    super(message);
    this.advice = advice;
    this.exitCode = exitCode;
  }
}

/**
 * @typedef {object} Option
 * @property {"string" | "boolean"} type
 * @property {string} [short] - one letter
 * @property {string} [value] - what stands for its value in the help
 * @property {string} help
 *
 * @typedef {Record<string, string | boolean | undefined>} Values
 *
 * @typedef {object} Command
 * @property {string} name - of the npm script
 * @property {string} summary
 * @property {string} [positional] - what follows the options, as shown in the help
 * @property {Record<string, Option>} options
 * @property {string[]} [notes] - further lines of the help
 * @property {(values: Values, positionals: string[]) => Promise<number | void>} run - gives the exit code; none is 0
 */

/** The option that every command has. */
export const stackOption = {
  stack: /** @type {Option} */ ({
    type: "string",
    short: "s",
    value: "STACK",
    help: `stack to work on (default: PULUMI_STACK, else ${defaultStack})`,
  }),
};

/**
 * The command line of an npm script for a stack, to be shown to the user. It works on that stack
 * also where PULUMI_STACK names another one, or is not set.
 *
 * @param {string} script - with its own arguments, such as "pulumi -- preview"
 * @param {string} stack
 * @param {Record<string, string | undefined>} [env]
 * @returns {string}
 */
export function npmRun(script, stack, env = process.env) {
  const separator = script.includes(" -- ") ? "" : " --";
  const isDefault = [stack, env.PULUMI_STACK || defaultStack].every((one) => one === defaultStack);
  return `npm run ${script}${isDefault ? "" : `${separator} -s ${stack}`}`;
}

/**
 * The help text of a command.
 *
 * @param {Command} command
 * @returns {string}
 */
export function helpText(command) {
  const options = { ...command.options, help: { short: "h", value: undefined, help: "this text" } };
  const rows = Object.entries(options).map(([name, option]) => [
    `${option.short ? `-${option.short}, ` : "    "}--${name}${option.value ? ` ${option.value}` : ""}`,
    option.help,
  ]);
  const width = Math.max(...rows.map(([left]) => left.length));
  const usage = ["npm run", command.name, "--", "[options]", command.positional].filter(Boolean);
  return [
    command.summary,
    "",
    `Usage: ${usage.join(" ")}`,
    "",
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
    ...(command.notes ? ["", ...command.notes] : []),
  ].join("\n");
}

/**
 * Runs a command with this process's arguments and sets its exit code: 0 all
 * well, 1 failed, 2 called in a wrong way.
 *
 * @param {Command} command
 */
export async function runCommand(command) {
  // Whoever reads may have seen enough: npm run logs | head.
  process.stdout.on("error", () => process.exit());
  try {
    requireNode(process.versions.node);
    const args = process.argv.slice(2);
    refuseTakenByNpm(command, args, process.env);
    const { values, positionals } = readArguments(command, args);
    process.exitCode = values.help
      ? say(helpText(command))
      : ((await command.run(values, positionals)) ?? 0);
  } catch (error) {
    process.exitCode = report(error);
  }
}

/**
 * Refuses to go on where npm took options of the command for itself.
 *
 * @param {Pick<Command, "name" | "options"> & { usage?: string }} command - usage: what to show behind --, where the arguments that npm left do not tell
 * @param {string[]} args
 * @param {Record<string, string | undefined>} env
 * @throws Failure that names the right spelling
 */
export function refuseTakenByNpm({ name, options, usage }, args, env) {
  const known = Object.entries(options).map(([name, { short }]) => ({ name, short }));
  const taken = takenByNpm(known, args, env);
  if (taken.length > 0) {
    throw new Failure(
      `npm took ${taken.join(" ")} for itself, and ${name} would go on without it.`,
      `write -- in front: npm run ${name} -- ${usage ?? [...taken, ...args].join(" ")}\n` +
        "PowerShell may drop the --: set $env:PULUMI_STACK to the stack there.",
      2,
    );
  }
}

/**
 * Says what went wrong, and gives the exit code.
 *
 * @param {unknown} error
 * @returns {number}
 */
export function report(error) {
  if (error instanceof Failure) {
    console.error(`\nError: ${error.message}`);
    console.error(`What to do: ${error.advice}`);
    return error.exitCode;
  }
  console.error(error);
  return 1;
}

/**
 * @param {Command} command
 * @param {string[]} args
 * @returns {{ values: Values, positionals: string[] }}
 */
function readArguments(command, args) {
  try {
    const parsed = parseArgs({
      args,
      options: {
        ...Object.fromEntries(
          Object.entries(command.options).map(([name, { type, short }]) => [
            name,
            short ? { type, short } : { type },
          ]),
        ),
        help: { type: "boolean", short: "h" },
      },
      allowPositionals: command.positional !== undefined,
    });
    return { values: /** @type {Values} */ (parsed.values), positionals: parsed.positionals };
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new Failure(message, adviceForArguments(command, args), 2);
  }
}

/**
 * @param {Command} command
 * @param {string[]} args
 */
function adviceForArguments({ name }, args) {
  const listed = `npm run ${name} -- --help lists what there is.`;
  // npm takes -s for its own --silent and passes on what follows.
  const silent = process.env.npm_config_loglevel === "silent" && /^[^-]/.test(args[0] ?? "");
  return silent ? `for a stack write npm run ${name} -- -s ${args[0]}; ${listed}` : listed;
}

/** @param {string} version */
function requireNode(version) {
  if (Number(version.split(".")[0]) < 20) {
    throw new Failure(
      `Node.js 20 or later is needed, and this is ${version}.`,
      "install a current Node.js from https://nodejs.org.",
    );
  }
}

/**
 * Prints a line.
 *
 * @param {string} [text]
 * @returns {number} exit code 0
 */
export function say(text = "") {
  console.log(text);
  return 0;
}

/**
 * Prints a line about one part of the work, with what it is about in front.
 *
 * @param {string} subject
 * @param {string} text
 */
export function note(subject, text) {
  console.log(`${subject.padEnd(10)} ${text}`);
}
