// @ts-check
import { Failure, note } from "../command.mjs";
import { readDeployment, writeDeployment } from "../deployment.mjs";
import { planRecovery } from "../recovery.mjs";
import { requireCluster } from "./cluster.mjs";

/**
 * An object of a cluster, by what finds it.
 *
 * @typedef {object} ObjectName
 * @property {string} apiVersion
 * @property {string} kind
 * @property {{ name: string, namespace?: string }} metadata
 */

/**
 * Objects that an interrupted update may have made without it being on record. A namespace stays:
 * what is in it may be on record.
 *
 * @param {import("../deployment.mjs").Deployment} deployment
 * @returns {ObjectName[]}
 */
export function interruptedObjects({ pending_operations: operations = [] }) {
  return operations
    .filter(({ type, resource }) => type === "creating" && resource.type.startsWith("kubernetes:"))
    .flatMap(({ resource: { inputs } }) => {
      const { apiVersion, kind, metadata } = inputs ?? {};
      const { name, namespace } = metadata ?? {};
      return apiVersion && name && kind !== "Namespace"
        ? [{ apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}) } }]
        : [];
    });
}

/**
 * Puts in order what a killed update left, as far as it stands in the way of another one. What serves
 * goes on serving.
 *
 * @param {import("../workspace.mjs").Workspace} workspace
 * @returns {Promise<boolean>} whether there is such a stack
 */
export async function recoverOnCluster(workspace) {
  const deployment = await readDeployment(workspace);
  if (!deployment) {
    return false;
  }
  const { deployment: inOrder, pending } = planRecovery(deployment, []);
  if (!inOrder) {
    return true;
  }
  note("recovery", `an update broke off while ${pending.join(", ")}`);
  // Pulumi refuses this while another update is under way, so nothing is touched before.
  await writeDeployment(workspace, inOrder);
  const { objects } = await requireCluster(workspace);
  for (const object of interruptedObjects(deployment)) {
    await remove(objects, object);
  }
  return true;
}

/**
 * @param {import("./cluster.mjs").Cluster["objects"]} objects
 * @param {ObjectName} object
 */
async function remove(objects, object) {
  const { kind, metadata } = object;
  try {
    // Its pods go with it, each with its time to drain.
    await objects.delete(object, undefined, undefined, undefined, undefined, "Background");
    note(
      "recovery",
      `${kind.toLowerCase()}/${metadata.name}, left by an update that broke off: removed`,
    );
  } catch (error) {
    const { code, message } = /** @type {Error & { code?: unknown }} */ (error);
    if (code !== 404) {
      throw new Failure(
        `${kind.toLowerCase()}/${metadata.name}, left by an update that broke off, cannot be removed: ` +
          `${code ?? message.split("\n")[0]}.`,
        `kubectl delete ${kind.toLowerCase()} ${metadata.name} -n ${metadata.namespace ?? "default"}.`,
      );
    }
  }
}
