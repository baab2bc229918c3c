import { mkdirSync } from "node:fs";
import { needsOf, passedOn, pulumiOptions, stackOf } from "../automation/passThrough";
import { show } from "../automation/process";
import { pulumiVariables } from "../automation/pulumiCommand";
import { refuseTakenByNpm } from "../npmFlags";
import { ownFolder, root } from "../setup/folders";
import { cliFile, pluginNeeds } from "../setup/pulumiHome";
import { createMissingStack } from "../setup/prepare";
import { prepareToolchain } from "../setup/toolchain";
import { openWorkspace } from "../setup/workspace";

/**
 * The pinned Pulumi with the backend, stack and config file of the other commands, and Pulumi's own
 * help. It works before the first `npm run up`, which would install Pulumi and create the stack.
 *
 * @returns Pulumi's exit code
 */
export async function pulumi(args: string[]): Promise<number> {
  refuseTakenByNpm(
    { name: () => "pulumi", options: pulumiOptions },
    args,
    process.env,
    "ARGUMENTS",
  );
  const workspace = openWorkspace(stackOf(args));
  const { own } = workspace.backend;
  const needs = needsOf(args, own);
  await prepareToolchain(workspace.env, needs.plugins ? pluginNeeds(workspace.setting) : undefined);
  if (own) {
    // Pulumi makes no state folder.
    mkdirSync(ownFolder, { recursive: true });
  }
  const passed = passedOn(args, workspace.configFile);
  if (passed.length > args.length) {
    await workspace.writeConfig();
  }
  if (needs.stack) {
    await createMissingStack(workspace);
  }
  return show(cliFile(workspace.env), passed, {
    cwd: root,
    env: { ...workspace.env, ...pulumiVariables },
    // On a terminal Pulumi may ask, and Ctrl-C reaches it as it always does.
    apart: !process.stdin.isTTY,
  });
}
