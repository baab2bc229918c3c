import { spawnSync } from "child_process";
import * as path from "path";
import { root } from "../../cli/setup/folders";

/** How a command ended, and all that it said. */
export interface CommandResult {
  output: string;
  status: number | null;
}

/**
 * Runs a command on a stack as npm does, on this project's own backend.
 *
 * @param env - further environment variables
 */
export function runNpmCommand(
  command: string,
  stack: string,
  args: string[] = [],
  env: Record<string, string> = {},
): CommandResult {
  const { stdout, stderr, status } = spawnSync(process.execPath, wordsOf(command, stack, args), {
    ...{ cwd: root, env: { ...ownBackend(), ...env }, encoding: "utf8" },
  });
  return { output: stdout + stderr, status };
}

/** The arguments of Node.js for a command, which has nobody to ask; a sweep is of all stacks. */
export function wordsOf(command: string, stack: string, args: string[]): string[] {
  const asks = ["up", "down", "rollback"].includes(command);
  const script = path.join("cli", "bootstrap.mjs");
  const named = command === "sweep" ? [] : ["-s", stack];
  return [script, command, ...named, ...(asks ? ["--yes"] : []), ...args];
}

/** This process' environment, but for another backend. */
export function ownBackend(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  delete env.PULUMI_BACKEND_URL;
  return env;
}

/** The names that the lines of `npm run predict` have, in their order. */
export function predictedNames(output: string): string[] {
  const line = /^predicted class= (.*) with confidence level of [01]\.\d\d$/gm;
  return [...output.matchAll(line)].map(([, name]) => name);
}
