// @ts-check
import { bringUp } from "./lib/bringUp.mjs";
import { runCommand, stackOption } from "./lib/command.mjs";
import { requireConsent, yesOption } from "./lib/consent.mjs";
import { installPackages } from "./lib/packages.mjs";
import { summarise } from "./lib/summary.mjs";
import { requireOwnTarget } from "./lib/target.mjs";
import { openWorkspace, root } from "./lib/workspace.mjs";

// On a fresh clone nothing of npm is there yet: this file and its modules import
// packages only where they use them.

await runCommand({
  name: "up",
  summary: "Sets up what is missing on this machine, then brings the stack up and asks it once.",
  options: {
    ...stackOption,
    ...yesOption,
    retry: { type: "boolean", help: "try registries again for images that have a stand-in" },
  },
  notes: ["Exit code 0: the model is served and answered; 1: not so."],
  run: async (values) => {
    await installPackages(root);
    const workspace = await openWorkspace(values.stack);
    requireOwnTarget(workspace, "up");
    await requireConsent(workspace, "up", Boolean(values.yes));
    const standIns = await bringUp(workspace, { retry: Boolean(values.retry) });
    await summarise(workspace, standIns);
  },
});
