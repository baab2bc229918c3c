// @ts-check
import { mkdirSync } from "node:fs";
import { refuseTakenByNpm, report } from "./lib/command.mjs";
import { installPackages } from "./lib/packages.mjs";
import { needsOf, passedOn, pulumiOptions, stackOf } from "./lib/passThrough.mjs";
import { showPulumi } from "./lib/pulumiCli.mjs";
import { createMissingStack } from "./lib/stack.mjs";
import { prepareToolchain } from "./lib/toolchain.mjs";
import { openWorkspace, ownFolder, root } from "./lib/workspace.mjs";

// npm run pulumi -- ARGUMENTS: the pinned Pulumi with the backend, stack and
// config file of the other commands, and Pulumi's own help. It works before the
// first `npm run up`, which would install Pulumi and create the stack.
try {
  // What Pulumi prints may be for a program, as JSON: notes keep out of it.
  console.log = console.error;
  const args = process.argv.slice(2);
  refuseTakenByNpm(
    { name: "pulumi", options: pulumiOptions, usage: "ARGUMENTS" },
    args,
    process.env,
  );
  await installPackages(root);
  const workspace = await openWorkspace(stackOf(args));
  const { own } = workspace.backend;
  const needs = needsOf(args, own);
  const target = needs.plugins ? String(workspace.setting("target")) : undefined;
  await prepareToolchain(root, workspace.env, target);
  if (own) {
    // Pulumi makes no state folder.
    mkdirSync(ownFolder, { recursive: true });
  }
  const passed = passedOn(args, workspace.configFile);
  if (passed.length > args.length) {
    await workspace.writeConfig();
  }
  if (needs.stack) {
    // After the file is written: the new stack's salt goes into it.
    await createMissingStack(workspace);
  }
  // On a terminal Pulumi may ask, and Ctrl-C reaches it as it always does.
  const apart = !process.stdin.isTTY;
  process.exitCode = await showPulumi(root, passed, workspace.env, { apart });
} catch (error) {
  process.exitCode = report(error);
}
