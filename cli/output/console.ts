import type { Fact } from "../targets/target";

/** Variables of a process, such as `process.env`. */
export type Environment = Record<string, string | undefined>;

/** The stack of commands that name none. */
export const defaultStack = "dev";

/** Prints a line of the command's result, on stdout. */
export function say(text = ""): void {
  console.log(text);
}

/** Prints a line of the command's result with what it is about in front, on stdout. */
export function tell({ subject, text }: Fact): void {
  console.log(line(subject, text));
}

/** Prints a line about the work under way, on stderr: no result, and so no part of what is piped. */
export function note(subject: string, text: string): void {
  console.error(line(subject, text));
}

function line(subject: string, text: string): string {
  return `${subject.padEnd(10)} ${text}`;
}

/**
 * The command line of an npm script for a stack, to be shown to the user. It works on that stack
 * also where PULUMI_STACK names another one, or is not set.
 *
 * @param script - with its own arguments, such as "pulumi -- preview"
 */
export function npmRun(script: string, stack: string, env: Environment = process.env): string {
  const separator = script.includes(" -- ") ? "" : " --";
  const isDefault = [stack, env.PULUMI_STACK || defaultStack].every((one) => one === defaultStack);
  return `npm run ${script}${isDefault ? "" : `${separator} -s ${stack}`}`;
}
