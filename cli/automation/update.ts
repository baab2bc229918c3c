import { note } from "../output/console";
import type { Policies } from "../setup/policies";
import type { Workspace } from "../setup/workspace";
import type { Target } from "../targets/target";
import { clearLeftBehind } from "./leftBehind";

/**
 * Brings a stack to what the program declares; creates it where it is missing. Its config file is
 * written already.
 */
export async function updateStack(
  workspace: Workspace,
  target: Target,
  policies: Policies = {},
): Promise<void> {
  const { stack, backend, pulumi } = workspace;
  clearLeftBehind(workspace);
  const recovery = await target.recover();
  if (!recovery) {
    await pulumi.create();
  } else if (!backend.own) {
    note("stack", `${stack} in ${backend.url} (${backend.because})`);
  }
  await pulumi.up({ refresh: false, replace: [], ...(await recovery?.cure()), ...policies });
  await recovery?.finish();
}

/** Removes everything that a stack made; the stack itself stays, empty. */
export async function destroyStack(workspace: Workspace, target: Target): Promise<void> {
  clearLeftBehind(workspace);
  const recovery = await target.recover();
  // The network cannot go while something that an update left is on it.
  await recovery?.finish();
  await workspace.pulumi.destroy();
}
