// @ts-check
import { listContainers } from "./containers.mjs";
import { standing } from "./deployment.mjs";
import { dockerCommand } from "./engine.mjs";
import { capture } from "./process.mjs";

/**
 * A container of a stack, or a task of one of its Swarm services, which may be a
 * container on another node.
 *
 * @typedef {import("./containers.mjs").Container & { node?: string }} Part
 */

const separator = "\t";
const serviceType = "docker:index/service:Service";

/**
 * Whether Swarm took the last update of a service back: Pulumi has what failed
 * on record, and Docker runs what was there before.
 *
 * @param {import("./deployment.mjs").Deployment} deployment
 * @returns {boolean}
 */
export function hasFailedService(deployment) {
  return standing(deployment).some(
    ({ type, initErrors = [] }) => type === serviceType && initErrors.length > 0,
  );
}

/**
 * All that runs of a stack: the containers of the engine, and, where it is a
 * manager of a swarm, the tasks of the stack's services on whatever node.
 *
 * @param {string} host - Docker Engine
 * @param {string} label - value of tfserving.stack
 * @returns {Promise<Part[]>}
 */
export async function listParts(host, label) {
  const [containers, tasks] = await Promise.all([
    listContainers(host, label),
    listTasks(host, label),
  ]);
  return [...containers, ...tasks];
}

/**
 * @param {string} host - Docker Engine
 * @param {string} label - value of tfserving.stack
 * @returns {Promise<Part[]>} none where the engine is no manager
 */
async function listTasks(host, label) {
  const parts = await listServices(host, label);
  if (parts.size === 0) {
    return [];
  }
  const format = ["{{.ID}}", "{{.Name}}", "{{.Node}}", "{{.CurrentState}}", "{{.Image}}"];
  const args = ["service", "ps", "--no-trunc", "--filter", "desired-state=running"];
  const { stdout } = await capture("docker", [
    ...["--host", host, ...args, "--format", format.join(separator)],
    ...parts.keys(),
  ]);
  return parseTasks(stdout, parts);
}

/**
 * Reads what `docker service ps` prints in the format of `listTasks`.
 *
 * @param {string} text
 * @param {Map<string, { part: string, version: string }>} parts - what a service is, by its name
 * @returns {Part[]}
 */
export function parseTasks(text, parts) {
  const order = ["balancer", "replica", "notebook"];
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => {
      const [id, name, node, current, image] = line.split(separator);
      const [, service = "", slot = ""] = /^(.*)\.(\d+)$/.exec(name) ?? [];
      const [state, ...since] = current.split(" ");
      const { part, version } = parts.get(service) ?? { part: "", version: "" };
      return {
        ...{ id, part, version, name, node, image, networks: [] },
        number: part === "replica" ? slot : "",
        state: state.toLowerCase(),
        // Swarm calls a task running once its health check has passed.
        health: "",
        since: since.join(" ").replace(/ ago$/, ""),
      };
    })
    .sort(
      (a, b) =>
        order.indexOf(a.part) - order.indexOf(b.part) ||
        Number(a.number) - Number(b.number) ||
        a.node.localeCompare(b.node),
    );
}

/**
 * The docker command that shows what a container or a task says; Swarm fetches
 * it from the node that it is on.
 *
 * @param {Part} part
 * @returns {string[]}
 */
export function logsCommand({ node }) {
  return node === undefined ? ["logs"] : ["service", "logs", "--raw"];
}

/**
 * The Docker commands that remove whatever a swarm still has of a stack; none
 * where nothing is left or the engine is no manager.
 *
 * @param {string} host - Docker Engine
 * @param {string} label - value of tfserving.stack
 * @returns {Promise<string[]>}
 */
export async function commandsForSwarmLeftovers(host, label) {
  const found = await Promise.all(
    ["service", "config", "secret"].map(async (kind) => {
      const names = (await list(host, kind, label, "{{.Name}}")).join(" ");
      return names ? [`${dockerCommand(host)} ${kind} rm ${names}`] : [];
    }),
  );
  return found.flat();
}

/**
 * @param {string} host
 * @param {string} stack - value of tfserving.stack
 * @returns {Promise<Map<string, { part: string, version: string }>>} what a service is, by its name
 */
async function listServices(host, stack) {
  const names = await list(host, "service", stack, "{{.Name}}");
  const label = (/** @type {string} */ name) => `{{index .Spec.Labels "tfserving.${name}"}}`;
  if (names.length === 0) {
    return new Map();
  }
  const format = ["{{.Spec.Name}}", label("part"), label("version")].join(separator);
  const { stdout } = await capture("docker", [
    ...["--host", host, "service", "inspect", "--format", format],
    ...names,
  ]);
  const lines = stdout.split("\n").filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [name, part, version = ""] = line.split(separator);
      return [name, { part, version }];
    }),
  );
}

/**
 * @param {string} host
 * @param {string} kind - service, config or secret
 * @param {string} label
 * @param {string} format
 * @returns {Promise<string[]>} none where the engine is no manager, and so refuses
 */
async function list(host, kind, label, format) {
  const filter = ["--filter", `label=tfserving.stack=${label}`, "--format", format];
  const { stdout } = await capture("docker", ["--host", host, kind, "ls", ...filter]);
  return stdout.split("\n").filter(Boolean);
}
