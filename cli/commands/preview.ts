import { npmRun, say } from "../output/console";
import { type PolicyOptions, preparePolicies } from "../setup/policies";
import { createMissingStack } from "../setup/prepare";
import { prepareToolchain } from "../setup/toolchain";
import type { Workspace } from "../setup/workspace";

/** Shows what `up` would change. */
export async function preview(
  workspace: Workspace,
  { diff, ...options }: { diff?: unknown } & PolicyOptions,
): Promise<void> {
  const { stack, env, setting, pulumi } = workspace;
  const policies = await preparePolicies(options);
  await prepareToolchain(env, String(setting("target")));
  await workspace.writeConfig();
  await createMissingStack(workspace);
  await pulumi.preview({ diff: Boolean(diff), ...policies });
  say(`\nNext: ${npmRun("up", stack)}   does it`);
}
