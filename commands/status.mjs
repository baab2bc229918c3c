// @ts-check
import { note, npmRun, report, runCommand, say, stackOption } from "./lib/command.mjs";
import { listImageNames } from "./lib/containers.mjs";
import { requireEngine } from "./lib/engine.mjs";
import { isServed, versionLines } from "./lib/modelVersions.mjs";
import { modelStatus, reachableUrl } from "./lib/prediction.mjs";
import { listParts } from "./lib/services.mjs";
import { readOutputs } from "./lib/stack.mjs";
import { renderTable } from "./lib/table.mjs";
import { requireDockerTarget } from "./lib/target.mjs";
import { requireToolchain } from "./lib/toolchain.mjs";
import { openWorkspace, root } from "./lib/workspace.mjs";

await runCommand({
  name: "status",
  summary: "Shows the containers of a stack, its addresses and the state of its models.",
  options: stackOption,
  notes: ["Exit code 0: all containers run and the models are served; 1: not so."],
  run: async (values) => {
    const workspace = await openWorkspace(values.stack);
    const { host, label, env, stack } = workspace;
    requireDockerTarget(workspace, "status");
    requireToolchain(root, env);
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
  const showUrl = npmRun("pulumi -- stack output notebookUrl --show-secrets", stack);
  note("notebook", outputs.notebookUrl ? `its URL holds its token: ${showUrl}` : "none");
  if (!reachableUrl(outputs.restUrl, host)) {
    note("model", `cannot be asked from here: it is published on ${host} itself`);
    return true;
  }
  if (outputs.canaryVersion) {
    return showCanary(outputs, String(reachableUrl(outputs.restUrl, host)));
  }
  const served = [];
  for (const [name, restUrl] of Object.entries(modelUrlsOf(outputs))) {
    served.push(
      await showModel(name, String(reachableUrl(restUrl, host)), labelsOf(outputs, name)),
    );
  }
  return served.every(Boolean);
}

/**
 * @param {import("./lib/stack.mjs").Outputs} outputs
 * @param {string} url
 * @returns {Promise<boolean>} whether both versions are served
 */
async function showCanary({ modelVersion, canaryVersion = "", canaryPercent = 0 }, url) {
  const shares = [
    [modelVersion, 100 - canaryPercent],
    [canaryVersion, canaryPercent],
  ];
  const served = [];
  for (const [version, percent] of shares) {
    const name = `${percent} % of the requests:`;
    served.push(await showModel(name, `${url}/versions/${version}`, {}));
  }
  return served.every(Boolean);
}

/** @param {import("./lib/stack.mjs").Outputs} outputs */
function modelUrlsOf({ modelUrls, restUrl }) {
  return modelUrls ?? { [restUrl.split("/").at(-1) ?? ""]: restUrl };
}

/**
 * @param {import("./lib/stack.mjs").Outputs} outputs
 * @param {string} name - of a model
 */
function labelsOf({ modelLabels }, name) {
  return modelLabels?.[name] ?? {};
}

/**
 * @param {string} name
 * @param {string} url
 * @param {Record<string, string>} labels - version by label
 * @returns {Promise<boolean>} whether a version of the model, and each that has a label, is served
 */
async function showModel(name, url, labels) {
  try {
    const versions = await modelStatus(url);
    versionLines(name, versions, labels).forEach((line) => note("model", line));
    return isServed(versions, labels);
  } catch (error) {
    report(error);
    return false;
  }
}
