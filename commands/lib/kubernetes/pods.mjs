// @ts-check
import { Failure } from "../command.mjs";

/**
 * A pod of a stack.
 *
 * @typedef {object} Pod
 * @property {string} name
 * @property {string} part - replica, canary, balancer or notebook
 * @property {string} id - the last part of its name, which tells it from its like
 * @property {string} version - of the model; empty where the pod has none
 * @property {string} node - empty while it has none
 * @property {string} state - Running, or why it does not run, such as CrashLoopBackOff
 * @property {boolean} ready
 * @property {number} restarts
 * @property {string} since - how long it has been there, in words
 * @property {string} image - with a short digest
 * @property {string[]} containers - names, the main one first
 *
 * @typedef {import("@kubernetes/client-node").V1Pod} ApiPod
 */

const parts = ["balancer", "replica", "canary", "notebook"];
const label = (/** @type {string} */ name) => `app.kubernetes.io/${name}`;

/**
 * The pods of a stack in the order in which they are shown.
 *
 * @param {import("./cluster.mjs").Cluster} cluster
 * @param {import("./place.mjs").Place} place
 * @returns {Promise<Pod[]>}
 */
export async function listPods({ core }, { namespace, selector }) {
  const { items } = await core.listNamespacedPod({ namespace, labelSelector: selector });
  return items
    .map((pod) => readPod(pod, Date.now()))
    .sort((a, b) => parts.indexOf(a.part) - parts.indexOf(b.part) || a.name.localeCompare(b.name));
}

/**
 * @param {ApiPod} pod
 * @param {number} now - ms since 1970
 * @returns {Pod}
 */
export function readPod({ metadata, spec, status }, now) {
  const name = metadata?.name ?? "";
  const labels = metadata?.labels ?? {};
  const containers = status?.containerStatuses ?? [];
  const begun = status?.startTime ?? metadata?.creationTimestamp;
  return {
    name,
    part: labels[label("component")] ?? "",
    id: name.split("-").at(-1) ?? "",
    version: labels[label("version")] ?? "",
    node: spec?.nodeName ?? "",
    state: stateOf({ metadata, status }),
    ready: containers.length > 0 && containers.every((container) => container.ready),
    restarts: containers.reduce((sum, container) => sum + container.restartCount, 0),
    since: begun ? age(now - new Date(begun).getTime()) : "",
    image: shortDigest(spec?.containers[0]?.image ?? ""),
    containers: spec?.containers.map((container) => container.name) ?? [],
  };
}

/**
 * What a pod does, in the words of kubectl.
 *
 * @param {Pick<ApiPod, "metadata" | "status">} pod
 * @returns {string}
 */
function stateOf({ metadata, status }) {
  if (metadata?.deletionTimestamp) {
    return "Terminating";
  }
  const states = [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
  ].map(({ state }) => state);
  const waiting = states.find(
    (state) => state?.waiting && state.waiting.reason !== "PodInitializing",
  );
  const failed = states.find((state) => state?.terminated && state.terminated.exitCode !== 0);
  const unscheduled = status?.conditions?.find(
    ({ type, status }) => type === "PodScheduled" && status === "False",
  );
  return (
    waiting?.waiting?.reason ??
    failed?.terminated?.reason ??
    unscheduled?.reason ??
    status?.reason ??
    status?.phase ??
    "Unknown"
  );
}

/**
 * The pods that `npm run logs` is asked for: all of a part, or one by its name or the last part of it.
 *
 * @param {Pod[]} pods
 * @param {string} [which]
 * @returns {Pod[]}
 */
export function selectPods(pods, which) {
  const selected = pods.filter(
    ({ part, name, id }) => which === undefined || [part, name, id].includes(which),
  );
  if (which !== undefined && selected.length === 0 && !parts.includes(which)) {
    throw new Failure(
      `"${which}" is no part of a stack, and none of its pods.`,
      "use replica, canary, balancer, notebook, or the name of a pod, of which the end is enough.",
      2,
    );
  }
  return selected;
}

/**
 * Whether a pod does what it is for.
 *
 * @param {Pod} pod
 */
export function isWell({ state, ready }) {
  return state === "Running" && ready;
}

/**
 * A time span as kubectl shows it: 45s, 12m, 5h, 3d.
 *
 * @param {number} ms
 * @returns {string}
 */
export function age(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const units = /** @type {[string, number][]} */ ([
    ["d", 86400],
    ["h", 3600],
    ["m", 60],
  ]);
  const [unit, length] = units.find(([, length]) => seconds >= 2 * length) ?? ["s", 1];
  return `${Math.floor(seconds / length)}${unit}`;
}

/**
 * A digest of 12 digits tells images apart.
 *
 * @param {string} image
 */
function shortDigest(image) {
  return image.replace(/(@sha256:[0-9a-f]{12})[0-9a-f]+$/, "$1");
}
