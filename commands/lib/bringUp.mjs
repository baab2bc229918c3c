// @ts-check
import path from "node:path";
import { note } from "./command.mjs";
import { startEngine } from "./engine.mjs";
import { prepareImages, wantedImages } from "./images.mjs";
import { isOnKubernetes, requireCluster } from "./kubernetes/cluster.mjs";
import { giveToNotebook, ownsForNotebook } from "./notebooks.mjs";
import { createMissingStack } from "./stack.mjs";
import { standInNames, standInRule } from "./standIns.mjs";
import { updateStack } from "./stackUpdate.mjs";
import { prepareToolchain } from "./toolchain.mjs";
import { root } from "./workspace.mjs";

/**
 * Sets up what is missing on this machine and brings the stack up.
 *
 * @param {import("./workspace.mjs").Workspace} workspace
 * @param {{ retry?: boolean }} [options] - retry: try registries again for images that have a stand-in
 * @returns {Promise<Record<string, string>>} images that stand in for others, by setting
 */
export async function bringUp(workspace, { retry = false } = {}) {
  const { host } = workspace;
  const onKubernetes = isOnKubernetes(workspace);
  if (onKubernetes) {
    await prepareStack(workspace);
    const { version, server, context } = await requireCluster(workspace);
    note("cluster", `${version} at ${server} (context ${context})`);
  }
  // On a cluster the engine only builds, and a pinned image is built already.
  const engine =
    onKubernetes && workspace.setting("image") ? undefined : await startEngine(root, host);
  await prepareToolchain(root, workspace.env, String(workspace.setting("target")));
  const standIns = engine ? await imagesFor(workspace, engine, retry) : {};
  await workspace.writeConfig(standIns);
  if (!onKubernetes) {
    giveNotebooks(workspace);
  }
  await updateStack(workspace);
  return standIns;
}

/**
 * An encrypted kubeconfig is Pulumi's to read, and of a stack that it knows. Its plugins can wait
 * until the cluster has answered.
 *
 * @param {import("./workspace.mjs").Workspace} workspace
 */
async function prepareStack(workspace) {
  await prepareToolchain(root, workspace.env);
  await createMissingStack(workspace);
}

/**
 * @param {import("./workspace.mjs").Workspace} workspace
 * @param {import("./engine.mjs").Engine} engine
 * @param {boolean} retry
 * @returns {Promise<Record<string, string>>}
 */
async function imagesFor({ setting, explicit, last, host }, engine, retry) {
  if (engine.architecture !== "amd64") {
    // The program refuses such a host in its own words; nothing is pulled for it.
    return {};
  }
  const whyNone = await standInRule(root, { setting, host });
  const wanted = wantedImages(setting, explicit, standInNames(root), last, whyNone);
  return prepareImages(root, host, wanted, retry);
}

/** @param {import("./workspace.mjs").Workspace} workspace */
function giveNotebooks({ host, setting }) {
  const notebook = String(setting("notebook")) !== "false";
  if (!ownsForNotebook({ system: process.platform, uid: process.getuid?.(), host, notebook })) {
    return;
  }
  const folder = String(setting("notebookFolder"));
  const { given, why } = giveToNotebook(path.resolve(root, folder), root);
  if (why) {
    note(
      "notebook",
      `${folder} ${why} and stays root's: the notebook's user, who is never root, cannot save in it`,
    );
  }
  if (given > 0) {
    note(
      "notebook",
      `${folder} belonged to root: given to the notebook's user, who is never root (${given} entries)`,
    );
  }
}
