import { created, standing } from "../record";
import type { Deployment, Resource } from "../target";
import { type Container, isWell } from "./containers";

/**
 * What has to be done about an update that was killed. Pulumi writes down each creation before it
 * begins, with the object's name on Docker, whose random end no other stack and no other checkout has.
 */
export interface RecoveryPlan {
  /** Whole and healthy, in place of nothing: they become part of the record. */
  readonly adopted: { resource: Resource; container: Container }[];
  /** Orphans that serve nobody, or hold a host port that the update needs. */
  readonly idle: Container[];
  /** Orphans that serve until the update has ended. */
  readonly serving: Container[];
  /** Names of all containers that were being created and are not adopted. */
  readonly names: string[];
  /** Further objects that may have been created, by Docker's name for their kind. */
  readonly others: { kind: ObjectKind; name: string }[];
  /** The record put in order; undefined where it is in order. */
  readonly deployment?: Deployment;
}

export type ObjectKind = "service" | "network" | "volume" | "secret" | "config";

export const containerType = "docker:index/container:Container";
// Longer than Docker takes from a container's creation to its start on a busy machine.
const requestMs = 5000;
const networkType = "docker:index/network:Network";

/** What a resource makes, in the order in which it can be removed. */
const kinds: { type: string; kind: ObjectKind }[] = [
  { type: "docker:index/service:Service", kind: "service" },
  { type: networkType, kind: "network" },
  { type: "docker:index/volume:Volume", kind: "volume" },
  { type: "docker:index/secret:Secret", kind: "secret" },
  { type: "docker:index/serviceConfig:ServiceConfig", kind: "config" },
];

/**
 * Compares the record with the containers of the stack.
 *
 * @param deployment - read after the containers, so that a creation that is just under way is in it
 */
export function planRecovery(deployment: Deployment, containers: Container[]): RecoveryPlan {
  const byName = new Map(containers.map((container) => [container.name, container]));
  const begun = created(deployment);
  const adopted = begun.flatMap((resource) => {
    const container = byName.get(dockerName(resource));
    return resource.type === containerType && container && canAdopt(resource, container, deployment)
      ? [{ resource, container }]
      : [];
  });
  const orphans = orphansOf(deployment, containers).filter(
    (container) => !adopted.some((adoption) => adoption.container === container),
  );
  const holdsPort = portHolders(deployment);
  const keeps = (container: Container) => isWell(container) && !holdsPort.has(container.part);
  return {
    adopted,
    idle: orphans.filter((container) => !keeps(container)),
    serving: orphans.filter(keeps),
    names: begun
      .filter(({ type }) => type === containerType)
      .map(dockerName)
      .filter((name) => !adopted.some(({ container }) => container.name === name)),
    others: kinds.flatMap(({ type, kind }) =>
      begun
        .filter((resource) => resource.type === type && dockerName(resource))
        .map((resource) => ({ kind, name: dockerName(resource) })),
    ),
    deployment: deployment.pending_operations?.length ? putInOrder(deployment, adopted) : undefined,
  };
}

/**
 * Whether Docker is still busy with what was being created: the provider outlives a killed Pulumi and
 * ends what it was asked for, and a container that publishes ports is worth waiting for, since
 * nothing can serve beside it.
 *
 * @param ageMs - of the record
 */
export function isUnderWay(
  deployment: Deployment,
  containers: Container[],
  ageMs: number,
): boolean {
  const byName = new Map(containers.map((container) => [container.name, container]));
  return created(deployment)
    .filter(({ type }) => type === containerType)
    .some((resource) => {
      const { state, health } = byName.get(dockerName(resource)) ?? { state: "created" };
      const isStarting = state === "running" && health === "starting";
      return state === "created"
        ? ageMs < requestMs
        : isStarting && resource.inputs?.ports?.length > 0;
    });
}

/**
 * Whether a creation has only to be written down: a container that came up where the record has none.
 * One that was to replace another is made again instead.
 */
function canAdopt({ urn, inputs }: Resource, container: Container, deployment: Deployment) {
  // Of a container that does its work once nobody saw how it ended.
  const stays = inputs?.mustRun !== false;
  return (
    stays && isWell(container) && !standing(deployment).some((resource) => resource.urn === urn)
  );
}

/**
 * The containers that an interrupted update made and Pulumi has no record of. What only carries the
 * label may belong to another checkout of the project, so the name of an interrupted creation or a
 * network of the record has to match.
 */
export function orphansOf(deployment: Deployment, containers: Container[]): Container[] {
  const { resources = [] } = deployment;
  const ids = new Set(resources.map(({ id }) => id));
  const namesOf = (all: Resource[], wanted: string) =>
    new Set(all.filter(({ type }) => type === wanted).map(dockerName));
  const networks = namesOf(resources, networkType);
  const names = namesOf(created(deployment), containerType);
  return containers.filter(
    ({ id, name, networks: on }) =>
      !ids.has(id) && (names.has(name) || on.some((network) => networks.has(network))),
  );
}

/** The parts of which there can be only one, since they publish ports. */
function portHolders({ resources = [], pending_operations: operations = [] }: Deployment) {
  const all = [...resources, ...operations.map(({ resource }) => resource)];
  const labels: { label: string; value: unknown }[] = all
    .filter(({ type, inputs }) => type === containerType && inputs?.ports?.length > 0)
    .flatMap(({ inputs }) => inputs?.labels ?? []);
  const parts = labels.filter(({ label }) => label === "tfserving.part");
  return new Set(parts.map(({ value }) => String(value)));
}

/** The record without unfinished business, and with what was adopted. */
function putInOrder(deployment: Deployment, adopted: RecoveryPlan["adopted"]): Deployment {
  const additions = new Map(
    adopted.map(({ resource, container }): [string, Resource] => [
      resource.urn,
      {
        ...resource,
        id: container.id,
        // A refresh reads the rest of them from Docker.
        outputs: { ...resource.inputs, id: container.id },
      },
    ]),
  );
  const resources = (deployment.resources ?? []).map((resource) => {
    const addition = resource.pendingReplacement ? additions.get(resource.urn) : undefined;
    if (!addition) {
      return resource;
    }
    // Others may depend on it: it takes the place of the one that it replaced.
    additions.delete(resource.urn);
    return addition;
  });
  return {
    ...deployment,
    resources: [...resources, ...additions.values()],
    pending_operations: [],
  };
}

/** An object's name on Docker; empty where it has none. */
function dockerName({ inputs, outputs }: Resource): string {
  return String(inputs?.name ?? outputs?.name ?? "");
}
