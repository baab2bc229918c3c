// @ts-check
import { note, npmRun, say } from "./command.mjs";
import { isOnKubernetes } from "./kubernetes/cluster.mjs";
import { classNames, heldOutPictures, readPicture, servesSample } from "./pictures.mjs";
import { bestClass, modelStatus, predict, predictionLine, reachableUrl } from "./prediction.mjs";
import { withService } from "./reach.mjs";
import { requireOutputs } from "./stack.mjs";
import { standInNames } from "./standIns.mjs";
import { renderTable } from "./table.mjs";
import { root } from "./workspace.mjs";

/**
 * Says where a stack that is up can be reached, and asks it once.
 *
 * @param {import("./workspace.mjs").Workspace} workspace
 * @param {Record<string, string>} standIns - images that stand in for others, by setting
 */
export async function summarise(workspace, standIns) {
  const outputs = await requireOutputs(workspace);
  say();
  note("model", `${workspace.setting("modelName")}, version ${outputs.modelVersion}`);
  const base = standIns.baseImage ?? String(workspace.setting("baseImage"));
  const isStandIn = Object.values(standInNames(root)).includes(base);
  note("served by", servedBy(outputs, isStandIn ? base : undefined));
  const where = isOnKubernetes(workspace) ? "   in the cluster" : "";
  note("REST", `${outputs.restUrl}${where}`);
  note("gRPC", grpcText(outputs.grpcAddress, where));
  if (outputs.portForward) {
    note("from here", outputs.portForward);
  }
  note("notebook", notebookText(outputs.notebookUrl, workspace.stack, showsSecrets()));
  if (outputs.notebookPortForward) {
    note("", `${outputs.notebookPortForward}   opens the way to it`);
  }
  note("asked", await askOnce(workspace, outputs));
  say();
  nextSteps(servesSample(workspace.setting), workspace.stack).forEach((line) => say(line));
}

/**
 * Where the notebook is. The URL holds its token, which is for the user's eyes and for no log.
 *
 * @param {string | undefined} url - absent for none
 * @param {string} stack
 * @param {boolean} show - whether only the user sees this
 * @returns {string}
 */
export function notebookText(url, stack, show) {
  if (!url) {
    return "none (notebook is false)";
  }
  const showUrl = npmRun("--silent pulumi -- stack output notebookUrl --show-secrets", stack);
  return show ? url : `${url.replace(/\?.*$/, "")}   its token: ${showUrl}`;
}

/** Whether what is printed is only seen on this terminal: CI systems have terminals too, and logs. */
function showsSecrets() {
  return Boolean(process.stdout.isTTY) && !process.env.CI;
}

/**
 * @param {string} address
 * @param {string} where
 */
function grpcText(address, where) {
  return address ? `${address}${where}` : "on the network of the stack only (grpcPort is 0)";
}

/**
 * @param {Pick<import("./stack.mjs").Outputs, "replicas" | "image">} outputs
 * @param {string} [standIn] - base image, where it stands in for TensorFlow Serving
 * @returns {string}
 */
export function servedBy({ replicas, image }, standIn) {
  const base = standIn ? `, built on ${standIn}, a stand-in for TensorFlow Serving` : "";
  return `${replicas} ${replicas === 1 ? "replica" : "replicas"} of ${image}${base}`;
}

/**
 * @param {boolean} sample - whether the sample model is served
 * @param {string} stack
 * @returns {string[]}
 */
export function nextSteps(sample, stack) {
  const steps = [
    ...(sample ? [["predict", "asks it for the ten held-out pictures"]] : []),
    ["status", "shows what runs"],
    ["logs", "shows what the containers say"],
    ["down", "takes everything away again"],
  ];
  return renderTable(
    ["Next:", npmRun(steps[0][0], stack), steps[0][1]],
    steps.slice(1).map(([name, what]) => ["", npmRun(name, stack), what]),
  );
}

/**
 * One real answer of the service: a prediction where the sample model is served,
 * else the state of the model.
 *
 * @param {import("./workspace.mjs").Workspace} workspace
 * @param {import("./stack.mjs").Outputs} outputs
 * @returns {Promise<string>}
 */
async function askOnce(workspace, { restUrl }) {
  const { setting, host, stack } = workspace;
  if (!isOnKubernetes(workspace) && !reachableUrl(restUrl, host)) {
    return `not yet: the service is published on ${host} itself (${npmRun("predict", stack)} says how to reach it)`;
  }
  return withService(workspace, (reach) => answerOf(reach(restUrl), setting, stack));
}

/**
 * @param {string} url - of the model, as it is reached from here
 * @param {(key: string) => unknown} setting
 * @param {string} stack
 * @returns {Promise<string>}
 */
async function answerOf(url, setting, stack) {
  if (!servesSample(setting)) {
    const [newest] = await modelStatus(url, stack);
    return `version ${newest.version} is ${newest.state}`;
  }
  const [picture] = heldOutPictures(root);
  const input = await readPicture(root, picture);
  const [probabilities] = await predict(url, String(setting("signatureName")), [input], stack);
  const { index, confidence } = bestClass(probabilities);
  return `${predictionLine(classNames(root)[index], confidence)} (a picture of ${picture.name})`;
}
