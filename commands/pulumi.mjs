// @ts-check
import { report } from "./lib/command.mjs";
import { installPackages } from "./lib/packages.mjs";
import { passedOn, stackOf, subcommandOf } from "./lib/passThrough.mjs";
import { hasCli, showPulumi } from "./lib/pulumiCli.mjs";
import { createMissingStack } from "./lib/stack.mjs";
import { prepareToolchain } from "./lib/toolchain.mjs";
import { openWorkspace, root } from "./lib/workspace.mjs";

// npm run pulumi -- ARGUMENTS: the pinned Pulumi with the backend, stack and
// config file of the other commands, and Pulumi's own help.
try {
  const args = process.argv.slice(2);
  await installPackages(root);
  const workspace = await openWorkspace(stackOf(args));
  // Plugins are what an update needs; Pulumi itself says which one is missing.
  if (!hasCli(root, workspace.env)) {
    await prepareToolchain(root, workspace.env, String(workspace.setting("target")));
  }
  // Settings come before the first `npm run up`, which would create the stack.
  if (subcommandOf(args) === "config") {
    await createMissingStack(workspace);
  }
  const passed = passedOn(args, workspace.configFile);
  if (passed.length > args.length) {
    await workspace.writeConfig();
  }
  process.exitCode = await showPulumi(root, passed, workspace.env);
} catch (error) {
  process.exitCode = report(error);
}
