// @ts-check
import { existsSync, readFileSync } from "node:fs";
import { stackStateFile } from "./backend.mjs";
import { Failure } from "./command.mjs";
import { capturePulumi, feedPulumi } from "./pulumiCli.mjs";
import { adviceForPulumi } from "./stack.mjs";
import { ownFolder, root } from "./workspace.mjs";

/**
 * A resource as Pulumi has it on record.
 *
 * @typedef {object} Resource
 * @property {string} urn
 * @property {string} type
 * @property {string} [id]
 * @property {Record<string, any>} [inputs]
 * @property {Record<string, any>} [outputs]
 * @property {string[]} [initErrors] - why the last update of it failed
 * @property {boolean} [delete] - replaced already, and still to be deleted
 * @property {boolean} [pendingReplacement] - deleted already, and still to be created
 *
 * What Pulumi has on record of a stack: resources, and operations that were
 * begun and whose end it never saw.
 *
 * @typedef {object} Deployment
 * @property {{ time: string }} [manifest] - when it was written down, RFC 3339
 * @property {Resource[]} [resources]
 * @property {{ resource: Resource, type: string }[]} [pending_operations]
 */

/**
 * What Pulumi has on record of a stack. The project's own backend is a folder:
 * looking at the file takes no time, while asking Pulumi takes half a second.
 *
 * @param {import("./workspace.mjs").Workspace} workspace
 * @returns {Promise<Deployment | undefined>} undefined where there is no such stack
 */
export async function readDeployment({ backend, project, name, stack, env }) {
  if (backend.own) {
    const file = stackStateFile(ownFolder, String(project.name), name);
    return existsSync(file)
      ? (JSON.parse(readFileSync(file, "utf8")).checkpoint?.latest ?? {})
      : undefined;
  }
  const { code, stdout, stderr } = await capturePulumi(
    root,
    ["stack", "export", "--stack", stack],
    env,
  );
  if (code === 0) {
    return JSON.parse(stdout).deployment ?? {};
  }
  if (/no stack named/.test(stderr)) {
    return undefined;
  }
  throw new Failure(
    `Pulumi could not read the stack ${stack}: ${stderr}`,
    adviceForPulumi(stderr, backend),
  );
}

/**
 * Puts a deployment in the place of the one on record. Pulumi refuses while
 * another update of the stack is under way.
 *
 * @param {import("./workspace.mjs").Workspace} workspace
 * @param {Deployment} deployment
 */
export async function writeDeployment({ backend, stack, env }, deployment) {
  const args = ["stack", "import", "--stack", stack];
  const text = JSON.stringify({ version: 3, deployment });
  const { code, stderr } = await feedPulumi(root, args, env, text);
  if (code !== 0) {
    throw new Failure(
      `Pulumi could not put its record of the stack ${stack} in order: ${stderr}`,
      /locked|in progress/.test(stderr)
        ? "wait until the other update has ended."
        : adviceForPulumi(stderr, backend),
    );
  }
}

/**
 * The resources that stand, without those that are on their way out.
 *
 * @param {Deployment} deployment
 * @returns {Resource[]}
 */
export function standing({ resources = [] }) {
  return resources.filter((resource) => !resource.delete && !resource.pendingReplacement);
}

/**
 * A resource's name in the program.
 *
 * @param {Resource} resource
 * @returns {string}
 */
export function nameInProgram({ urn }) {
  return urn.slice(urn.lastIndexOf("::") + 2);
}
