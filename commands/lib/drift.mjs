// @ts-check
import { nameInProgram, standing } from "./deployment.mjs";
import { capture } from "./process.mjs";
import { containerType } from "./recovery.mjs";

/**
 * A container that differs from what Pulumi has on record.
 *
 * @typedef {object} Drift
 * @property {string} words - what differs
 * @property {"refresh" | "resume" | "replace"} cure - a refresh sees it; the container is paused, which a refresh does not see; it lacks a network, which a refresh does not see either
 * @property {string} urn
 * @property {string} id - of the container
 */

const mebibyte = 2 ** 20;

/**
 * What differs on Docker from what the last update left, as far as a look at the
 * containers tells: Pulumi itself compares with its records, and looks at Docker
 * only in a refresh, which takes seconds.
 *
 * @param {import("./containers.mjs").Container[]} containers
 * @param {import("./deployment.mjs").Deployment} deployment
 * @param {Map<string, number>} [memory] - bytes that each container may use, by id; where unknown it is not compared
 * @returns {Drift[]} empty where all is as it was left
 */
export function driftOf(containers, deployment, memory = new Map()) {
  const found = new Map(containers.map((container) => [container.id, container]));
  return running(deployment).flatMap((resource) => {
    const id = String(resource.id);
    const name = nameInProgram(resource);
    const container = found.get(id);
    /** @param {string} words @param {Drift["cure"]} cure */
    const drift = (words, cure) => [{ words: `${name} ${words}`, cure, urn: resource.urn, id }];
    if (container?.state === "paused") {
      return drift("is paused", "resume");
    }
    if (container?.state !== "running") {
      return drift(`is ${container?.state ?? "missing"}`, "refresh");
    }
    const networks = /** @type {{ name: string }[]} */ (resource.inputs?.networksAdvanced ?? []);
    const lost = networks.filter((network) => !container.networks.includes(network.name));
    if (lost.length > 0) {
      return drift(`is cut off from ${lost.map((network) => network.name).join(", ")}`, "replace");
    }
    const wanted = resource.inputs?.memory * mebibyte;
    const has = memory.get(id);
    return wanted && has !== undefined && has !== wanted
      ? drift(`has a memory limit of ${has / mebibyte} MiB`, "refresh")
      : [];
  });
}

/**
 * The containers on record that have to run; others do their work once.
 *
 * @param {import("./deployment.mjs").Deployment} deployment
 */
function running(deployment) {
  return standing(deployment).filter(
    ({ type, id, inputs }) => type === containerType && id && inputs?.mustRun !== false,
  );
}

/**
 * The memory limits of the containers on record.
 *
 * @param {string} host - Docker Engine
 * @param {import("./deployment.mjs").Deployment} deployment
 * @returns {Promise<Map<string, number>>} bytes by id
 */
export async function memoryLimits(host, deployment) {
  const ids = running(deployment).map(({ id }) => String(id));
  if (ids.length === 0) {
    return new Map();
  }
  const format = "{{.Id}} {{.HostConfig.Memory}}";
  // It fails where one of them is missing, and prints the others.
  const { stdout } = await capture("docker", [
    ...["--host", host, "container", "inspect", "--format", format],
    ...ids,
  ]);
  const lines = stdout.split("\n").filter(Boolean);
  return new Map(lines.map((line) => [line.split(" ")[0], Number(line.split(" ")[1])]));
}

/**
 * Drift in a line, the first few of it by name.
 *
 * @param {Drift[]} drift
 * @returns {string}
 */
export function inWords(drift) {
  const shown = drift.slice(0, 4).map(({ words }) => words);
  const more = drift.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
