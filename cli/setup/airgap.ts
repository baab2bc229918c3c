import { existsSync } from "node:fs";
import * as path from "node:path";
import { show } from "../automation/process";
import type { Environment } from "../output/console";
import { root } from "./folders";

/** Whether airgap/ can work here: it assumes Debian (or a descendant) and bash. */
export function hasAirgap(): boolean {
  return (
    process.platform === "linux" &&
    existsSync("/etc/debian_version") &&
    existsSync(path.join(root, "airgap"))
  );
}

/** Whether this process may install packages and start services. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * Runs a script of airgap/ and gives its exit code.
 *
 * @param script - below airgap/
 */
export function runAirgap(
  script: string,
  args: string[] = [],
  { env, folder = root }: { env?: Environment; folder?: string } = {},
): Promise<number> {
  return show("bash", [path.join(folder, "airgap", script), ...args], {
    ...{ cwd: folder, env, progress: true },
  });
}
