import { npmRun, say } from "../output/console";
import { createMissingStack } from "../setup/prepare";
import { prepareToolchain } from "../setup/toolchain";
import type { Workspace } from "../setup/workspace";

/** Shows what `up` would change. */
export async function preview(workspace: Workspace, { diff }: { diff?: unknown }): Promise<void> {
  const { stack, env, setting, pulumi } = workspace;
  await prepareToolchain(env, String(setting("target")));
  await workspace.writeConfig();
  await createMissingStack(workspace);
  await pulumi.preview({ diff: Boolean(diff) });
  say(`\nNext: ${npmRun("up", stack)}   does it`);
}
