// @ts-check
import { nameInProgram, standing } from "./deployment.mjs";

/**
 * @typedef {import("./containers.mjs").Container} Container
 * @typedef {import("./deployment.mjs").Deployment} Deployment
 * @typedef {import("./deployment.mjs").Resource} Resource
 *
 * What has to be done about an update that was killed. Pulumi writes down each
 * creation before it begins, with the object's name on Docker, whose random end
 * no other stack and no other checkout has.
 *
 * @typedef {object} Recovery
 * @property {{ resource: Resource, container: Container }[]} adopted - whole and healthy, in place of nothing: they become part of the record
 * @property {Container[]} idle - orphans that serve nobody, or hold a host port that the update needs
 * @property {Container[]} serving - orphans that serve until the update has ended
 * @property {string[]} names - of all containers that were being created and are not adopted
 * @property {{ kind: string, name: string }[]} others - further objects that may have been created
 * @property {string[]} pending - what was being created, changed or deleted, in words
 * @property {Deployment | undefined} deployment - the record put in order; undefined where it is in order
 */

export const containerType = "docker:index/container:Container";
// Longer than Docker takes from a container's creation to its start on a busy machine.
const requestMs = 5000;
const networkType = "docker:index/network:Network";

/** Docker's command for what a resource makes, in the order in which it can be removed. */
const kinds = [
  { type: "docker:index/service:Service", kind: "service" },
  { type: networkType, kind: "network" },
  { type: "docker:index/volume:Volume", kind: "volume" },
  { type: "docker:index/secret:Secret", kind: "secret" },
  { type: "docker:index/serviceConfig:ServiceConfig", kind: "config" },
];

/**
 * Compares the record with the containers of the stack.
 *
 * @param {Deployment} deployment - read after the containers, so that a creation that is just under way is in it
 * @param {Container[]} containers
 * @returns {Recovery}
 */
export function planRecovery(deployment, containers) {
  const operations = deployment.pending_operations ?? [];
  const created = operations.filter(({ type }) => type === "creating");
  const byName = new Map(containers.map((container) => [container.name, container]));

  const adopted = created.flatMap(({ resource }) => {
    const container = byName.get(dockerName(resource));
    return resource.type === containerType && container && canAdopt(resource, container, deployment)
      ? [{ resource, container }]
      : [];
  });
  const orphans = orphansOf(deployment, containers).filter(
    (container) => !adopted.some((adoption) => adoption.container === container),
  );
  const holdsPort = portHolders(deployment);
  const keeps = (/** @type {Container} */ container) =>
    serves(container) && !holdsPort.has(container.part);
  return {
    adopted,
    idle: orphans.filter((container) => !keeps(container)),
    serving: orphans.filter(keeps),
    names: created
      .filter(({ resource }) => resource.type === containerType)
      .map(({ resource }) => dockerName(resource))
      .filter((name) => !adopted.some(({ container }) => container.name === name)),
    others: kinds.flatMap(({ type, kind }) =>
      created
        .filter(({ resource }) => resource.type === type && dockerName(resource))
        .map(({ resource }) => ({ kind, name: dockerName(resource) })),
    ),
    pending: operations.map(({ resource, type }) => `${type} ${nameInProgram(resource)}`),
    deployment: operations.length > 0 ? inOrder(deployment, adopted) : undefined,
  };
}

/**
 * Whether Docker is still busy with what was being created: the provider outlives
 * a killed Pulumi and ends what it was asked for, and a container that publishes
 * ports is worth waiting for, since nothing can serve beside it.
 *
 * @param {Deployment} deployment
 * @param {Container[]} containers
 * @param {number} ageMs - of the record
 * @returns {boolean}
 */
export function isUnderWay({ pending_operations: operations = [] }, containers, ageMs) {
  const byName = new Map(containers.map((container) => [container.name, container]));
  return operations
    .filter(({ type, resource }) => type === "creating" && resource.type === containerType)
    .some(({ resource }) => {
      const { state, health } = byName.get(dockerName(resource)) ?? {
        state: "created",
        health: "",
      };
      const isStarting = state === "running" && health === "starting";
      return state === "created"
        ? ageMs < requestMs
        : isStarting && resource.inputs?.ports?.length > 0;
    });
}

/**
 * Whether a creation has only to be written down: a container that came up where
 * the record has none. One that was to replace another is made again instead.
 *
 * @param {Resource} resource
 * @param {Container} container
 * @param {Deployment} deployment
 */
function canAdopt({ urn, inputs }, container, deployment) {
  // Of a container that does its work once nobody saw how it ended.
  const stays = inputs?.mustRun !== false;
  return (
    stays && serves(container) && !standing(deployment).some((resource) => resource.urn === urn)
  );
}

/** @param {Container} container */
function serves({ state, health }) {
  return state === "running" && ["healthy", ""].includes(health);
}

/**
 * The containers that an interrupted update made and Pulumi has no record of.
 * What only carries the label may belong to another checkout of the project, so
 * the name of an interrupted creation or a network of the record has to match.
 *
 * @param {Deployment} deployment
 * @param {Container[]} containers
 * @returns {Container[]}
 */
export function orphansOf(deployment, containers) {
  const { resources = [], pending_operations: operations = [] } = deployment;
  const ids = new Set(resources.map(({ id }) => id));
  const networks = new Set(
    resources.filter(({ type }) => type === networkType).map((network) => dockerName(network)),
  );
  const names = new Set(
    operations
      .filter(({ type, resource }) => type === "creating" && resource.type === containerType)
      .map(({ resource }) => dockerName(resource)),
  );
  return containers.filter(
    ({ id, name, networks: on }) =>
      !ids.has(id) && (names.has(name) || on.some((network) => networks.has(network))),
  );
}

/**
 * The parts of the stack of which there can be only one, since they publish ports.
 *
 * @param {Deployment} deployment
 * @returns {Set<string>} values of the label tfserving.part
 */
function portHolders({ resources = [], pending_operations: operations = [] }) {
  const all = [...resources, ...operations.map(({ resource }) => resource)];
  return new Set(
    all
      .filter(({ type, inputs }) => type === containerType && inputs?.ports?.length > 0)
      .flatMap(({ inputs }) => inputs?.labels ?? [])
      .filter(({ label }) => label === "tfserving.part")
      .map(({ value }) => String(value)),
  );
}

/**
 * The record without unfinished business, and with what was adopted.
 *
 * @param {Deployment} deployment
 * @param {Recovery["adopted"]} adopted
 * @returns {Deployment}
 */
function inOrder(deployment, adopted) {
  const additions = adopted.map(({ resource, container }) => ({
    ...resource,
    id: container.id,
    // A refresh reads the rest of them from Docker.
    outputs: { ...resource.inputs, id: container.id },
  }));
  const urns = new Set(additions.map(({ urn }) => urn));
  // Others may depend on it: it takes the place of the one that it replaced.
  const resources = (deployment.resources ?? []).map((resource) =>
    resource.pendingReplacement && urns.delete(resource.urn)
      ? /** @type {Resource} */ (additions.find(({ urn }) => urn === resource.urn))
      : resource,
  );
  return {
    ...deployment,
    resources: [...resources, ...additions.filter(({ urn }) => urns.has(urn))],
    pending_operations: [],
  };
}

/**
 * An object's name on Docker; empty where it has none.
 *
 * @param {Resource} resource
 */
function dockerName({ inputs, outputs }) {
  return String(inputs?.name ?? outputs?.name ?? "");
}
