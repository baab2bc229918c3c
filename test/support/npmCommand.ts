import { spawnSync } from "child_process";
import * as path from "path";
import { root } from "../../commands/lib/workspace.mjs";

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
  const all: NodeJS.ProcessEnv = { ...process.env, ...env };
  delete all.PULUMI_BACKEND_URL;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [path.join("commands", `${command}.mjs`), "-s", stack, ...args],
    { cwd: root, env: all, encoding: "utf8" },
  );
  return { output: stdout + stderr, status };
}

/** The names that the lines of `npm run predict` have, in their order. */
export function predictedNames(output: string): string[] {
  const line = /^predicted class= (.*) with confidence level of [01]\.\d\d$/gm;
  return [...output.matchAll(line)].map(([, name]) => name);
}
