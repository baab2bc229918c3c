// @ts-check
import { Failure } from "./command.mjs";
import { dockerCommand } from "./engine.mjs";
import { capture } from "./process.mjs";

/**
 * A container of a stack.
 *
 * @typedef {object} Container
 * @property {string} id
 * @property {string} part - replica, canary, balancer or notebook; balancer-config has ended
 * @property {string} number - of the replica, else empty
 * @property {string} [version] - of the model, where it serves one only
 * @property {string} state - running, exited, ...
 * @property {string} health - healthy, unhealthy, starting, or empty where it has no check
 * @property {string} since - in Docker's words, such as "3 minutes"
 * @property {string} image - name or id
 * @property {string} name
 * @property {string[]} networks - names of the networks that it is on
 */

const parts = ["balancer", "replica", "canary", "notebook"];

/**
 * Reads what `docker ps` prints in the format of `listContainers`, in the order
 * in which the parts are shown.
 *
 * @param {string} text
 * @returns {Container[]}
 */
export function parseContainers(text) {
  return text
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split("\t"))
    .filter((cells) => !cells[9])
    .map(([id, part, number, state, status, image, name = "", on = "", version = ""]) => {
      const health = /\((?:health: )?(healthy|unhealthy|starting)\)/.exec(status)?.[1] ?? "";
      const since = status.replace(/^Up /, "").replace(/ \([^)]*\)$/, "");
      const networks = on.split(",").filter(Boolean);
      return { id, part, number, version, state, health, since, image, name, networks };
    })
    .sort(
      (a, b) =>
        parts.indexOf(a.part) - parts.indexOf(b.part) ||
        Number(a.number) - Number(b.number) ||
        a.id.localeCompare(b.id),
    );
}

/**
 * The containers that `npm run logs` is asked for: all of a part, one replica by
 * its number, or all.
 *
 * @param {Container[]} containers
 * @param {string} [which]
 * @returns {Container[]}
 */
export function selectContainers(containers, which) {
  if (which !== undefined && !parts.includes(which) && !/^[1-9]\d*$/.test(which)) {
    throw new Failure(
      `"${which}" is no part of a stack.`,
      "use replica, canary, balancer, notebook, or the number of a replica.",
      2,
    );
  }
  return containers.filter(
    ({ part, number }) => which === undefined || part === which || number === which,
  );
}

/**
 * @param {string} host - Docker Engine
 * @param {string} label - value of tfserving.stack
 * @returns {Promise<Container[]>}
 */
export async function listContainers(host, label) {
  const format = [
    "{{.ID}}",
    '{{.Label "tfserving.part"}}',
    '{{.Label "tfserving.replica"}}',
    "{{.State}}",
    "{{.Status}}",
    "{{.Image}}",
    "{{.Names}}",
    "{{.Networks}}",
    '{{.Label "tfserving.version"}}',
    // A task of a Swarm service is Swarm's to list, restart and remove.
    '{{.Label "com.docker.swarm.service.name"}}',
  ].join("\t");
  return parseContainers(await list(host, ["ps", "--all", "--no-trunc"], label, format));
}

/**
 * Names of the images that containers give by id.
 *
 * @param {string} host - Docker Engine
 * @param {Container[]} containers
 * @returns {Promise<Map<string, string>>} name by what the container gives
 */
export async function listImageNames(host, containers) {
  const ids = [...new Set(containers.map(({ image }) => image))];
  const format = "{{with .RepoTags}}{{index . 0}}{{end}}";
  const found = await Promise.all(
    ids.map((id) =>
      capture("docker", ["--host", host, "image", "inspect", "--format", format, id]),
    ),
  );
  return new Map(ids.map((id, index) => [id, found[index].stdout || id]));
}

/**
 * The Docker commands that remove whatever Docker still has of a stack; none
 * where nothing is left.
 *
 * @param {string} host - Docker Engine
 * @param {string} label - value of tfserving.stack
 * @returns {Promise<string[]>}
 */
export async function commandsForLeftovers(host, label) {
  const kinds = [
    { remove: "rm --force", args: ["ps", "--all"], format: "{{.Names}}" },
    { remove: "network rm", args: ["network", "ls"], format: "{{.Name}}" },
    { remove: "volume rm", args: ["volume", "ls"], format: "{{.Name}}" },
  ];
  const found = await Promise.all(
    kinds.map(async ({ remove, args, format }) => {
      const names = (await list(host, args, label, format)).split("\n").filter(Boolean);
      return names.length > 0 ? [`${dockerCommand(host)} ${remove} ${names.join(" ")}`] : [];
    }),
  );
  return found.flat();
}

/**
 * @param {string} host
 * @param {string[]} args
 * @param {string} label
 * @param {string} format
 * @returns {Promise<string>}
 */
async function list(host, args, label, format) {
  const filter = ["--filter", `label=tfserving.stack=${label}`, "--format", format];
  const { code, stdout, stderr } = await capture("docker", ["--host", host, ...args, ...filter]);
  if (code !== 0) {
    throw new Failure(`docker ${args.join(" ")} failed: ${stderr}`, "see Docker's message.");
  }
  return stdout;
}
