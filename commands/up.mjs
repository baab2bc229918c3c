// @ts-check
import path from "node:path";
import { note, runCommand, stackOption } from "./lib/command.mjs";
import { startEngine } from "./lib/engine.mjs";
import { prepareImages, standInNames, wantedImages } from "./lib/images.mjs";
import { giveToNotebook, ownsForNotebook } from "./lib/notebooks.mjs";
import { installPackages } from "./lib/packages.mjs";
import { updateStack } from "./lib/stackUpdate.mjs";
import { summarise } from "./lib/summary.mjs";
import { prepareToolchain } from "./lib/toolchain.mjs";
import { openWorkspace, root } from "./lib/workspace.mjs";

// On a fresh clone nothing of npm is there yet: this file and its modules import
// packages only where they use them.

await runCommand({
  name: "up",
  summary: "Sets up what is missing on this machine, then brings the stack up and asks it once.",
  options: {
    ...stackOption,
    retry: { type: "boolean", help: "try registries again for images that have a stand-in" },
  },
  notes: ["Exit code 0: the model is served and answered; 1: not so."],
  run: async (values) => {
    await installPackages(root);
    const workspace = await openWorkspace(values.stack);
    const { host, env } = workspace;
    const engine = await startEngine(root, host);
    await prepareToolchain(root, env);
    const standIns = await imagesFor(workspace, engine, Boolean(values.retry));
    await workspace.writeConfig(standIns);
    giveNotebooks(workspace);
    await updateStack(workspace);
    await summarise(workspace, standIns);
  },
});

/**
 * @param {import("./lib/workspace.mjs").Workspace} workspace
 * @param {import("./lib/engine.mjs").Engine} engine
 * @param {boolean} retry
 * @returns {Promise<Record<string, string>>}
 */
async function imagesFor({ setting, explicit, last, host }, engine, retry) {
  if (engine.architecture !== "amd64") {
    // The program refuses such a host in its own words; nothing is pulled for it.
    return {};
  }
  const wanted = wantedImages(setting, explicit, standInNames(root), last);
  return prepareImages(root, host, wanted, retry);
}

/** @param {import("./lib/workspace.mjs").Workspace} workspace */
function giveNotebooks({ host, setting }) {
  const notebook = String(setting("notebook")) !== "false";
  if (!ownsForNotebook({ system: process.platform, uid: process.getuid?.(), host, notebook })) {
    return;
  }
  const folder = String(setting("notebookFolder"));
  const given = giveToNotebook(path.resolve(root, folder));
  if (given > 0) {
    note(
      "notebook",
      `${folder} belonged to root: given to the notebook's user, who is never root (${given} entries)`,
    );
  }
}
