// @ts-check
import { note, npmRun, say } from "../command.mjs";
import { readDeployment } from "../deployment.mjs";
import { showModels } from "../models.mjs";
import { readOutputs } from "../stack.mjs";
import { notebookText } from "../summary.mjs";
import { renderTable } from "../table.mjs";
import { requireCluster } from "./cluster.mjs";
import { placeOf } from "./place.mjs";
import { isWell, listPods } from "./pods.mjs";
import { forwardToService } from "./portForward.mjs";

/**
 * Shows the pods of a stack, its addresses and the state of its models.
 *
 * @param {import("../workspace.mjs").Workspace} workspace
 * @returns {Promise<number>} exit code 0 when all is well
 */
export async function showClusterStatus(workspace) {
  const { label, stack } = workspace;
  const [cluster, deployment, outputs] = await Promise.all([
    requireCluster(workspace),
    readDeployment(workspace),
    readOutputs(workspace),
  ]);
  const place = placeOf(deployment);
  note("stack", `${label} in ${workspace.backend.url}`);
  note("cluster", `${cluster.version} at ${cluster.server} (context ${cluster.context})`);
  if (!place) {
    say(`\nNothing runs.\nNext: ${npmRun("up", stack)}   starts it`);
    return 1;
  }
  note("namespace", place.namespace);
  const pods = await listPods(cluster, place);
  say();
  podTable(pods).forEach((line) => say(line));
  say();

  const serves = outputs?.restUrl
    ? await showService(cluster, place.namespace, pods, outputs, stack)
    : false;
  const well = serves && isComplete(pods, outputs?.replicas ?? 0);
  const firstIll = pods.find((pod) => !isWell(pod));
  say(
    well
      ? `\nNext: ${npmRun("predict", stack)}   asks it; ${npmRun("logs", stack)}   shows what the pods say`
      : `\nNot all is well. Next: ${npmRun(firstIll ? `logs -- ${firstIll.id}` : "logs", stack)}   shows why; ` +
          `${npmRun("up", stack)}   puts it right`,
  );
  return well ? 0 : 1;
}

/**
 * @param {import("./pods.mjs").Pod[]} pods
 * @returns {string[]} lines
 */
export function podTable(pods) {
  return renderTable(
    ["PART", "POD", "VERSION", "NODE", "STATE", "READY", "RESTARTS", "SINCE", "IMAGE"],
    pods.map(({ part, name, version, node, state, ready, restarts, since, image }) => [
      ...[part, name, version || "-", node || "-", state, ready ? "yes" : "no"],
      ...[String(restarts), since || "-", image],
    ]),
  );
}

/**
 * Whether every pod does what it is for, and there are enough of them.
 *
 * @param {import("./pods.mjs").Pod[]} pods
 * @param {number} replicas - the fewest that there have to be
 */
export function isComplete(pods, replicas) {
  // One that leaves has its successor already.
  const lasting = pods.filter(({ state }) => state !== "Terminating");
  const count = (/** @type {string} */ part) => lasting.filter((pod) => pod.part === part).length;
  return lasting.every(isWell) && count("replica") >= replicas && count("balancer") > 0;
}

/**
 * @param {import("./cluster.mjs").Cluster} cluster
 * @param {string} namespace
 * @param {import("./pods.mjs").Pod[]} pods
 * @param {import("../stack.mjs").Outputs} outputs
 * @param {string} stack
 * @returns {Promise<boolean>} whether every model is served
 */
async function showService(cluster, namespace, pods, outputs, stack) {
  note("REST", `${outputs.restUrl}   in the cluster`);
  note("gRPC", `${outputs.grpcAddress}   in the cluster`);
  note("from here", `${outputs.portForward}`);
  note("notebook", notebookText(outputs.notebookUrl, stack, false));
  if (outputs.notebookPortForward) {
    note("", `${outputs.notebookPortForward}   opens the way to it`);
  }
  if (!pods.some((pod) => pod.part === "balancer" && isWell(pod))) {
    note("model", "cannot be asked: no balancer is ready");
    return false;
  }
  const forward = await forwardToService(cluster, namespace, pods, stack);
  try {
    return await showModels(outputs, forward.reach, stack);
  } finally {
    forward.close();
  }
}
