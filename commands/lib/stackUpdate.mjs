// @ts-check
import { Failure, note, npmRun } from "./command.mjs";
import { listContainers } from "./containers.mjs";
import { driftOf } from "./drift.mjs";
import { showPulumi } from "./pulumiCli.mjs";
import { createStack, stackExists } from "./stack.mjs";
import { root } from "./workspace.mjs";

/**
 * Brings a stack to what the program declares; creates it where it is missing.
 * Its config file is written already.
 *
 * @param {import("./workspace.mjs").Workspace} workspace
 */
export async function updateStack(workspace) {
  const { stack, backend } = workspace;
  const exists = await stackExists(workspace);
  if (!exists) {
    note("stack", `creating ${stack} in ${backend.url} (${backend.because})`);
    await createStack(workspace);
  } else if (!backend.own) {
    note("stack", `${stack} in ${backend.url} (${backend.because})`);
  }
  // Without a preview: the program refuses bad input before it registers anything,
  // and `npm run pulumi -- preview` is there for those who want to look first.
  const refresh = exists && (await needsRefresh(workspace)) ? ["--refresh"] : [];
  const code = await runUpdate(workspace, ["up", "--yes", "--skip-preview", ...refresh]);
  if (code !== 0) {
    throw new Failure(
      `pulumi up ended with exit code ${code}.`,
      `see Pulumi's messages above; ${npmRun("status", stack)} shows what runs now. ` +
        interrupted(stack),
    );
  }
}

/**
 * Whether something happened to the containers since the last update.
 *
 * @param {import("./workspace.mjs").Workspace} workspace
 * @returns {Promise<boolean>}
 */
async function needsRefresh({ host, label, last }) {
  const containers = await listContainers(host, label);
  const replicas = Number(last("replicas"));
  const drift = driftOf(containers, { replicas, notebook: String(last("notebook")) !== "false" });
  // No container at all is the usual sight after npm run down.
  if (drift.length > 0 && containers.length > 0) {
    note("stack", `${drift.join(", ")}: comparing all of it with Docker first`);
  }
  return drift.length > 0;
}

/**
 * Removes everything that a stack made; the stack itself stays, empty.
 *
 * @param {import("./workspace.mjs").Workspace} workspace
 */
export async function destroyStack(workspace) {
  const code = await runUpdate(workspace, ["destroy", "--yes", "--skip-preview"]);
  if (code !== 0) {
    throw new Failure(
      `pulumi destroy ended with exit code ${code}.`,
      `see Pulumi's messages above, then try again. ${interrupted(workspace.stack)}`,
    );
  }
}

/**
 * Removes an empty stack with its history. Its own config file stays.
 *
 * @param {import("./workspace.mjs").Workspace} workspace
 */
export async function removeStack({ stack, env }) {
  const args = ["stack", "rm", stack, "--yes", "--preserve-config"];
  if ((await showPulumi(root, args, env)) !== 0) {
    throw new Failure(`The stack ${stack} could not be removed.`, "see Pulumi's message above.");
  }
}

/**
 * @param {import("./workspace.mjs").Workspace} workspace
 * @param {string[]} args
 */
function runUpdate({ configFile, env }, args) {
  // The summary shows the outputs; dots for progress only make sense on a terminal.
  const quiet = ["--suppress-outputs", "--suppress-permalink=true"];
  const dots = process.stdout.isTTY ? [] : ["--suppress-progress"];
  return showPulumi(root, [...args, ...quiet, ...dots, "--config-file", configFile], env);
}

/** @param {string} stack */
function interrupted(stack) {
  return (
    "If it says that the stack is locked, because an earlier run broke off: " +
    `${npmRun("pulumi -- cancel --yes", stack)}.`
  );
}
