// @ts-check
import { note, npmRun, runCommand, say, stackOption } from "./lib/command.mjs";
import { listImageNames } from "./lib/containers.mjs";
import { requireEngine } from "./lib/engine.mjs";
import { isOnKubernetes } from "./lib/kubernetes/cluster.mjs";
import { showClusterStatus } from "./lib/kubernetes/clusterStatus.mjs";
import { showModels } from "./lib/models.mjs";
import { reachableUrl } from "./lib/prediction.mjs";
import { listParts } from "./lib/services.mjs";
import { readOutputs } from "./lib/stack.mjs";
import { notebookText } from "./lib/summary.mjs";
import { renderTable } from "./lib/table.mjs";
import { requireOwnTarget } from "./lib/target.mjs";
import { requireToolchain } from "./lib/toolchain.mjs";
import { openWorkspace, root } from "./lib/workspace.mjs";

await runCommand({
  name: "status",
  summary: "Shows the containers or pods of a stack, its addresses and the state of its models.",
  options: stackOption,
  notes: ["Exit code 0: all of them run and the models are served; 1: not so."],
  run: async (values) => {
    const workspace = await openWorkspace(values.stack);
    const { host, label, env, stack } = workspace;
    requireOwnTarget(workspace, "status");
    requireToolchain(root, env);
    if (isOnKubernetes(workspace)) {
      return showClusterStatus(workspace);
    }
    const engine = await requireEngine(host);
    const [containers, outputs] = await Promise.all([
      listParts(host, label),
      readOutputs(workspace),
    ]);
    note("stack", `${label} in ${workspace.backend.url}`);
    note("docker", `${engine.version} at ${host}`);
    if (!outputs?.restUrl && containers.length === 0) {
      say(`\nNothing runs.\nNext: ${npmRun("up", stack)}   starts it`);
      return 1;
    }

    const names = await listImageNames(host, containers);
    // One writes the balancer's configuration and ends.
    const lasting = containers.filter(({ part }) => part !== "balancer-config");
    const onNodes = lasting.some(({ node }) => node);
    const headings = [
      ...["PART", "NUMBER", "VERSION"],
      ...(onNodes ? ["NODE"] : []),
      ...["STATE", "HEALTH", "SINCE", "IMAGE"],
    ];
    const rows = lasting.map(({ part, number, version, node, state, health, since, image }) => [
      part,
      number || "-",
      version || "-",
      ...(onNodes ? [node ?? "-"] : []),
      state,
      health || "-",
      since,
      names.get(image) ?? image,
    ]);
    say();
    renderTable(headings, rows).forEach((line) => say(line));
    say();
    const serves = outputs?.restUrl ? await showService(outputs, host, stack) : false;
    const replicas = containers.filter(({ part }) => part === "replica").length;
    const well =
      replicas === outputs?.replicas &&
      lasting.every(({ state, health }) => state === "running" && ["healthy", ""].includes(health));
    say(
      serves && well
        ? `\nNext: ${npmRun("predict", stack)}   asks it; ${npmRun("logs", stack)}   shows what the containers say`
        : `\nNot all is well. Next: ${npmRun("logs", stack)}   shows why; ${npmRun("up", stack)}   puts it right`,
    );
    return serves && well ? 0 : 1;
  },
});

/**
 * @param {import("./lib/stack.mjs").Outputs} outputs
 * @param {string} host
 * @param {string} stack
 * @returns {Promise<boolean>} whether every model is served
 */
async function showService(outputs, host, stack) {
  note("REST", outputs.restUrl);
  note("gRPC", outputs.grpcAddress || "on the network of the stack only");
  note("notebook", notebookText(outputs.notebookUrl, stack, false));
  if (!reachableUrl(outputs.restUrl, host)) {
    note("model", `cannot be asked from here: it is published on ${host} itself`);
    return true;
  }
  return showModels(outputs, (url) => String(reachableUrl(url, host)), stack);
}
