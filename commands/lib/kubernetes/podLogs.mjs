// @ts-check
import { PassThrough } from "node:stream";
import { createInterface } from "node:readline";
import { Failure, npmRun, say } from "../command.mjs";
import { readDeployment } from "../deployment.mjs";
import { mergeLogs, parseLogLine, renderLogLine } from "../logs.mjs";
import { requireCluster } from "./cluster.mjs";
import { placeOf } from "./place.mjs";
import { listPods, selectPods } from "./pods.mjs";

/**
 * @typedef {import("./pods.mjs").Pod} Pod
 * @typedef {import("./cluster.mjs").Cluster} Cluster
 * @typedef {import("../logs.mjs").LogOptions} LogOptions
 */

/**
 * Shows what the pods of a stack say.
 *
 * @param {import("../workspace.mjs").Workspace} workspace
 * @param {string | undefined} which - a part or a pod
 * @param {LogOptions} options
 * @param {boolean} follow - until the pods end or Ctrl-C
 */
export async function showPodLogs(workspace, which, options, follow) {
  const { stack, label } = workspace;
  const [cluster, deployment] = await Promise.all([
    requireCluster(workspace),
    readDeployment(workspace),
  ]);
  const place = placeOf(deployment);
  const pods = place ? selectPods(await listPods(cluster, place), which) : [];
  if (!place || pods.length === 0) {
    throw new Failure(
      `The stack ${label} has no ${which ? `such pod (${which})` : "pod"} at ${cluster.server}.`,
      `${npmRun("status", stack)} shows what there is, ${npmRun("up", stack)} starts it.`,
    );
  }
  if (follow) {
    await followPodLogs(cluster, place.namespace, pods, options, say);
    return;
  }
  (await readPodLogs(cluster, place.namespace, pods, options)).forEach((line) => say(line));
  say(`\nNext: ${npmRun("logs -- --follow", stack)}   goes on showing; --help: one part only`);
}

/**
 * What stands in front of a pod's lines.
 *
 * @param {Pod} pod
 */
export function nameOfPod({ part, id }) {
  return `${part} ${id}`;
}

/**
 * @param {Cluster} cluster
 * @param {string} namespace
 * @param {Pod[]} pods
 * @param {LogOptions} options
 * @returns {Promise<string[]>} lines in the order in which they were written
 */
export async function readPodLogs({ core }, namespace, pods, { tail, timestamps }) {
  const logs = await Promise.all(
    pods.map(async (pod) => {
      const text = await core
        .readNamespacedPodLog({
          ...{ namespace, name: pod.name, container: pod.containers[0], timestamps: true },
          ...(tail === "all" ? {} : { tailLines: Number(tail) }),
        })
        .catch(saidNothing);
      const lines = text.split("\n").filter(Boolean).map(parseLogLine);
      return { name: nameOfPod(pod), lines };
    }),
  );
  return mergeLogs(logs, timestamps);
}

/**
 * Prints lines as they are written, until the pods end or Ctrl-C.
 *
 * @param {Cluster} cluster
 * @param {string} namespace
 * @param {Pod[]} pods
 * @param {LogOptions} options
 * @param {(line: string) => void} print
 */
export async function followPodLogs(cluster, namespace, pods, { tail, timestamps }, print) {
  const { library, config } = cluster;
  const width = Math.max(0, ...pods.map((pod) => nameOfPod(pod).length));
  const log = new library.Log(config);
  await Promise.all(
    pods.map(async (pod) => {
      const stream = new PassThrough();
      const lines = createInterface({ input: stream });
      const ended = new Promise((resolve) => lines.on("close", resolve));
      const name = nameOfPod(pod).padEnd(width);
      lines.on("line", (line) => print(renderLogLine(name, parseLogLine(line), timestamps)));
      const options = {
        ...{ follow: true, timestamps: true },
        ...(tail === "all" ? {} : { tailLines: Number(tail) }),
      };
      try {
        await log.log(namespace, pod.name, pod.containers[0], stream, options);
      } catch (error) {
        stream.end(saidNothing(error));
      }
      await ended;
    }),
  );
}

/**
 * A container that has not started yet, which the API answers with 400, has said nothing.
 *
 * @param {unknown} error
 * @returns {string}
 */
function saidNothing(error) {
  const { code, message } = /** @type {Error & { code?: unknown }} */ (error);
  if (code === 400 || code === 404) {
    return "";
  }
  throw new Failure(
    `The logs cannot be read: ${code === 403 ? "403 Forbidden" : message.split("\n")[0]}.`,
    "reading them takes the permission to get pods/log in the namespace.",
  );
}
