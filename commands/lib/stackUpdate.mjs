// @ts-check
import os from "node:os";
import { Failure, note, npmRun } from "./command.mjs";
import { driftOf, inWords, memoryLimits } from "./drift.mjs";
import { recover, removeOrphans } from "./interrupted.mjs";
import { isOnKubernetes } from "./kubernetes/cluster.mjs";
import { recoverOnCluster } from "./kubernetes/clusterRecovery.mjs";
import { removeDeadLocks } from "./locks.mjs";
import { capture } from "./process.mjs";
import { showPulumi } from "./pulumiCli.mjs";
import { hasFailedService } from "./services.mjs";
import { createStack } from "./stack.mjs";
import { removeTornFiles } from "./tornFiles.mjs";
import { root } from "./workspace.mjs";

/**
 * Brings a stack to what the program declares; creates it where it is missing.
 * Its config file is written already.
 *
 * @param {import("./workspace.mjs").Workspace} workspace
 */
export async function updateStack(workspace) {
  const { stack, backend } = workspace;
  removeDeadLocks(workspace);
  removeTornFiles(workspace);
  const onKubernetes = isOnKubernetes(workspace);
  const found = onKubernetes ? undefined : await recover(workspace);
  const exists = onKubernetes ? await recoverOnCluster(workspace) : found !== undefined;
  if (!exists) {
    await createStack(workspace);
  } else if (!backend.own) {
    note("stack", `${stack} in ${backend.url} (${backend.because})`);
  }
  // Without a preview: the program refuses bad input before it registers anything,
  // and `npm run pulumi -- preview` is there for those who want to look first.
  // A cluster is compared with the record each time: others may change it too.
  const cures = found ? await curesFor(workspace, found) : exists ? ["--refresh"] : [];
  const code = await runUpdate(workspace, ["up", "--yes", "--skip-preview", ...cures]);
  if (code !== 0) {
    throw new Failure(
      `pulumi up ended with exit code ${code}.`,
      `see Pulumi's messages above; ${npmRun("status", stack)} shows what runs now. ` +
        interrupted(stack),
      exitCode(code),
    );
  }
  if (found) {
    await removeOrphans(workspace, found);
  }
}

/**
 * What the update needs besides, after something happened to the containers since
 * the last one. What neither a refresh nor the update would see is cured here.
 *
 * @param {import("./workspace.mjs").Workspace} workspace
 * @param {import("./interrupted.mjs").Found} found
 * @returns {Promise<string[]>} options for Pulumi
 */
async function curesFor({ host }, { containers, deployment, interrupted }) {
  const drift = driftOf(containers, deployment, await memoryLimits(host, deployment));
  const cured = (/** @type {import("./drift.mjs").Drift["cure"]} */ cure) =>
    drift.filter((one) => one.cure === cure);
  const paused = cured("resume");
  if (paused.length > 0) {
    note("stack", `${inWords(paused)}: resuming`);
    await capture("docker", ["--host", host, "unpause", ...paused.map(({ id }) => id)]);
  }
  const cutOff = cured("replace");
  if (cutOff.length > 0) {
    note("stack", `${inWords(cutOff)}: replacing`);
  }
  const changed = cured("refresh");
  if (changed.length > 0) {
    note("stack", `${inWords(changed)}: comparing all of it with Docker first`);
  }
  return [
    ...(interrupted || changed.length > 0 || hasFailedService(deployment) ? ["--refresh"] : []),
    ...cutOff.flatMap(({ urn }) => ["--replace", urn]),
  ];
}

/**
 * Removes everything that a stack made; the stack itself stays, empty.
 *
 * @param {import("./workspace.mjs").Workspace} workspace
 */
export async function destroyStack(workspace) {
  removeDeadLocks(workspace);
  removeTornFiles(workspace);
  if (isOnKubernetes(workspace)) {
    await recoverOnCluster(workspace);
  }
  const found = isOnKubernetes(workspace) ? undefined : await recover(workspace);
  if (found) {
    // The network cannot go while an orphan is on it.
    await removeOrphans(workspace, found);
  }
  const code = await runUpdate(workspace, ["destroy", "--yes", "--skip-preview"]);
  if (code !== 0) {
    throw new Failure(
      `pulumi destroy ended with exit code ${code}.`,
      `see Pulumi's messages above, then try again. ${interrupted(workspace.stack)}`,
      exitCode(code),
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
  // What serves on this machine goes before what updates it; Pulumi inherits this.
  const { PRIORITY_BELOW_NORMAL: below } = os.constants.priority;
  os.setPriority(Math.max(os.getPriority(), below));
  // The summary shows the outputs; dots for progress only make sense on a terminal.
  const quiet = ["--suppress-outputs", "--suppress-permalink=true"];
  const dots = process.stdout.isTTY ? [] : ["--suppress-progress"];
  return showPulumi(root, [...args, ...quiet, ...dots, "--config-file", configFile], env, {
    apart: true,
  });
}

/**
 * Whoever told this process to end is told that it did.
 *
 * @param {number} code - of Pulumi
 */
function exitCode(code) {
  return code > 128 ? code : 1;
}

/** @param {string} stack */
function interrupted(stack) {
  return (
    "If it says that the stack is locked, because an earlier run broke off: " +
    `${npmRun("pulumi -- cancel --yes", stack)}.`
  );
}
