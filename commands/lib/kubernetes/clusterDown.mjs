// @ts-check
import { rmSync } from "node:fs";
import { Failure, note, npmRun, say } from "../command.mjs";
import { readDeployment } from "../deployment.mjs";
import { destroyStack, removeStack } from "../stackUpdate.mjs";
import { requireCluster } from "./cluster.mjs";
import { findLeftovers } from "./leftovers.mjs";
import { placeOf } from "./place.mjs";

/**
 * Removes all that a stack made on a cluster. Its namespace stays, and in it the notebook's home.
 *
 * @param {import("../workspace.mjs").Workspace} workspace
 * @param {boolean} remove - the stack with its history too
 */
export async function takeDownFromCluster(workspace, remove) {
  const { stack, label, configFile } = workspace;
  const cluster = await requireCluster(workspace);
  const deployment = await readDeployment(workspace);
  const place = placeOf(deployment);
  if (deployment) {
    await workspace.writeConfig();
    await destroyStack(workspace);
  }
  const left = place ? await findLeftovers(cluster, place) : { objects: [], homes: [] };
  if (place && left.objects.length > 0) {
    throw new Failure(
      `The cluster still has objects of the stack ${label} that Pulumi has no record of.`,
      `remove them:\n  kubectl delete -n ${place.namespace} ${left.objects.join(" ")}`,
    );
  }
  if (deployment && remove) {
    await removeStack(workspace);
    rmSync(configFile, { force: true });
  }
  say();
  note(
    "stack",
    deployment
      ? `nothing of ${label} is left on the cluster${remove ? "; the stack is removed" : ""}`
      : `there is no stack ${stack} in ${workspace.backend.url}`,
  );
  if (place) {
    const own = await isOwnNamespace(cluster, place);
    note(
      "namespace",
      `${place.namespace} stays${own ? "; to remove it with all that is in it:" : ""}`,
    );
    if (own) {
      note("", `kubectl delete namespace ${place.namespace}`);
    }
  }
  left.homes.forEach((home) => note("notebook", `${home} keeps its files`));
  say(`\nNext: ${npmRun("up", stack)}   starts it again`);
}

/**
 * Whether the stack made its namespace. One that the user may not look at is nobody's to remove.
 *
 * @param {import("./cluster.mjs").Cluster} cluster
 * @param {import("./place.mjs").Place} place
 */
async function isOwnNamespace({ core }, { namespace, selector }) {
  try {
    const { metadata } = await core.readNamespace({ name: namespace });
    const labels = Object.entries(metadata?.labels ?? {});
    return labels.some(([name, value]) => `${name}=${value}` === selector);
  } catch {
    return false;
  }
}
