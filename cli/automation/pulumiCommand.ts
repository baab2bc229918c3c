import type { PulumiCommand } from "@pulumi/pulumi/automation";
import type { Environment } from "../output/console";
import { cliFile, cliFolder } from "../setup/pulumiHome";
import { show } from "./process";

/** Pulumi ended with an exit code, and said why. */
export class PulumiError extends Error {
  constructor(
    /** Above 128: it was told to end. */
    readonly code: number,
    readonly stderr: string,
  ) {
    super(stderr || `Pulumi ended with exit code ${code}.`);
  }
}

/** Variables that every call of Pulumi gets. */
export const pulumiVariables = { PULUMI_SKIP_UPDATE_CHECK: "true" };

/**
 * Keeps Pulumi from fetching plugins by itself.
 *
 * @see https://www.pulumi.com/docs/iac/cli/environment-variables/
 */
export const withoutFetching = { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" };

/**
 * The pinned Pulumi for the Automation API. It runs in a process group of its own, so that the
 * terminal's Ctrl-C reaches it once, through this process, which passes SIGTERM and SIGHUP on as well:
 * by itself the Automation API leaves it to chance who hears of them.
 */
export async function pulumiCommand(env: Environment): Promise<PulumiCommand> {
  const { PulumiCommand } = await import("@pulumi/pulumi/automation/index.js");
  const command = await PulumiCommand.get({ root: cliFolder(env), skipVersionCheck: true });
  return Object.assign(command, { run });
}

/**
 * Runs Pulumi, as the Automation API asks for it.
 *
 * @throws PulumiError where it ends with another exit code than 0
 */
export async function run(
  args: string[],
  cwd: string,
  env: Environment,
  onOutput?: (text: string) => void,
  onError?: (text: string) => void,
): Promise<{ stdout: string; stderr: string; code: number }> {
  let [stdout, stderr] = ["", ""];
  const code = await show(cliFile(env), [...args, "--non-interactive"], {
    cwd,
    env: { ...process.env, ...env, PULUMI_AUTOMATION_API: "true" },
    apart: true,
    onOutput: (text) => {
      stdout += text;
      onOutput?.(text);
    },
    onError: (text) => {
      stderr += text;
      onError?.(text);
    },
  });
  if (code !== 0) {
    throw new PulumiError(code, stderr.trim());
  }
  return { stdout, stderr, code };
}
