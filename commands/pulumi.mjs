// @ts-check
import { report } from "./lib/command.mjs";
import { passedOn, stackOf } from "./lib/passThrough.mjs";
import { showPulumi } from "./lib/pulumiCli.mjs";
import { requireToolchain } from "./lib/toolchain.mjs";
import { openWorkspace, root } from "./lib/workspace.mjs";

// npm run pulumi -- ARGUMENTS: the pinned Pulumi with the backend, stack and
// config file of the other commands, and Pulumi's own help.
try {
  const args = process.argv.slice(2);
  const workspace = await openWorkspace(stackOf(args));
  requireToolchain(root, workspace.env);
  const passed = passedOn(args, workspace.configFile);
  if (passed.length > args.length) {
    await workspace.writeConfig();
  }
  process.exitCode = await showPulumi(root, passed, workspace.env);
} catch (error) {
  process.exitCode = report(error);
}
