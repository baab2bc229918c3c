// @ts-check
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { absoluteUrl, stackStateFile } from "./backend.mjs";
import { Failure, note, npmRun } from "./command.mjs";
import { capturePulumi } from "./pulumiCli.mjs";
import { ownFolder, root } from "./workspace.mjs";

/**
 * What a stack gives out.
 *
 * @typedef {object} Outputs
 * @property {string} restUrl
 * @property {Record<string, string>} [modelUrls] - by model; absent before the next up of an older stack
 * @property {Record<string, Record<string, string>>} [modelLabels] - version by label, by model
 * @property {string} grpcAddress
 * @property {string} [notebookUrl] - absent without a notebook
 * @property {string} image
 * @property {string} modelVersion
 * @property {string} [canaryVersion] - empty for none
 * @property {number} [canaryPercent]
 * @property {number} replicas
 * @property {string} [portForward] - on Kubernetes, the command that opens a way to the service
 * @property {string} [notebookPortForward] - on Kubernetes, the one for the notebook; absent without one
 */

/**
 * Creates a stack without selecting it. `pulumi stack init` writes the salt of
 * its secrets into the config file beside Pulumi.yaml; that is done in the folder
 * of the generated config file, so that the stack's own file stays as it is.
 *
 * @param {import("./workspace.mjs").Workspace} workspace - its config file is written already
 */
export async function createStack(workspace) {
  const { stack, backend } = workspace;
  note("stack", `creating ${stack} in ${backend.url} (${backend.because})`);
  const folder = path.dirname(workspace.configFile);
  const project = { name: workspace.project.name, runtime: "nodejs" };
  writeFileSync(path.join(folder, "Pulumi.yaml"), `${JSON.stringify(project)}\n`);
  const env = { ...workspace.env, PULUMI_BACKEND_URL: absoluteUrl(workspace.backend.url, root) };
  const args = ["stack", "init", workspace.stack, "--no-select", "--cwd", folder];
  const { code, stderr } = await capturePulumi(root, args, env);
  if (code !== 0) {
    throw new Failure(
      `The stack ${workspace.stack} could not be created: ${stderr}`,
      adviceForPulumi(stderr, workspace.backend),
    );
  }
}

/**
 * Creates the stack where the backend has none of its name.
 *
 * @param {import("./workspace.mjs").Workspace} workspace
 */
export async function createMissingStack(workspace) {
  if (isMissing(workspace) || (await isMissingElsewhere(workspace))) {
    await workspace.writeConfig();
    await createStack(workspace);
  }
}

/**
 * Whether the project's own backend has no such stack. Another backend is not asked: looking at a
 * file takes no time, and asking Pulumi half a second.
 *
 * @param {import("./workspace.mjs").Workspace} workspace
 */
function isMissing({ backend, project, name }) {
  return backend.own && !existsSync(stackStateFile(ownFolder, String(project.name), name));
}

/**
 * Whether a backend that the user chose has no such stack. What else is amiss there, Pulumi says itself.
 *
 * @param {import("./workspace.mjs").Workspace} workspace
 */
async function isMissingElsewhere({ backend, stack, env }) {
  if (backend.own) {
    return false;
  }
  const { stderr } = await capturePulumi(root, ["stack", "--show-name", "--stack", stack], env);
  return isNoStack(stderr);
}

/** @param {string} message - Pulumi's */
function isNoStack(message) {
  return /no stack named/.test(message);
}

/**
 * @param {import("./workspace.mjs").Workspace} workspace
 * @returns {Promise<Outputs | undefined>} undefined where there is no such stack
 */
export async function readOutputs(workspace) {
  if (isMissing(workspace)) {
    return undefined;
  }
  const args = ["stack", "output", "--json", "--show-secrets", "--stack", workspace.stack];
  const { code, stdout, stderr } = await capturePulumi(root, args, workspace.env);
  if (code === 0) {
    return JSON.parse(stdout);
  }
  if (isNoStack(stderr)) {
    return undefined;
  }
  throw new Failure(
    `Pulumi could not read the stack ${workspace.stack}: ${stderr}`,
    adviceForPulumi(stderr, workspace.backend),
  );
}

/**
 * The outputs of a stack that serves.
 *
 * @param {import("./workspace.mjs").Workspace} workspace
 * @returns {Promise<Outputs>}
 */
export async function requireOutputs(workspace) {
  const outputs = await readOutputs(workspace);
  if (!outputs?.restUrl) {
    throw new Failure(
      outputs
        ? `The stack ${workspace.stack} is there, but nothing runs in it.`
        : `There is no stack ${workspace.stack} in ${workspace.backend.url}.`,
      `${npmRun("up", workspace.stack)}.`,
    );
  }
  return outputs;
}

/**
 * What to do about an error of Pulumi.
 *
 * @param {string} message
 * @param {import("./backend.mjs").Backend} backend
 * @returns {string}
 */
export function adviceForPulumi(message, backend) {
  if (/passphrase/.test(message)) {
    return "set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE to the stack's passphrase.";
  }
  return backend.own
    ? `see that ${backend.url} can be read and written.`
    : `see that the backend ${backend.url} (from ${backend.because}) can be reached and that you are logged in.`;
}
