import { execFile } from "node:child_process";

const mostOutput = 64 * 2 ** 20;

/**
 * Runs a program of this machine and gives what it printed.
 *
 * @param install - what to do where it is missing
 * @throws Error with the last line that it complained with
 */
export function runTool(
  program: string,
  args: string[],
  install: string,
  env: Record<string, string> = {},
): Promise<string> {
  const options = { env: { ...process.env, ...env }, maxBuffer: mostOutput };
  return new Promise((resolve, reject) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      if (!error) {
        resolve(stdout.trim());
      } else if (error.code === "ENOENT") {
        reject(new Error(`${program} is not on PATH: ${install}`));
      } else {
        const said = stderr.trim().split("\n").at(-1) || error.message;
        reject(new Error(`${program} says: ${said.replace(/^(ERROR|fatal): /, "")}`));
      }
    });
  });
}
