import type Docker from "dockerode";
import { stackLabel } from "@tf-model-serving/core/facts";
import { Failure } from "../../output/failure";

/** A container of a stack, or a task of one of its Swarm services. */
export interface Container {
  readonly id: string;
  /** `replica`, `canary`, `balancer` or `notebook`; `balancer-config` has ended. */
  readonly part: string;
  /** Of a replica, else empty. */
  readonly number: string;
  /** Of the model, where it serves one only. */
  readonly version?: string;
  /** Name of the machine. @default - the engine's own */
  readonly node?: string;
  readonly state: string;
  /** `healthy`, `unhealthy`, `starting`, or empty where it has no check. */
  readonly health: string;
  /** In Docker's words, such as "3 minutes". */
  readonly since: string;
  /** Name or id. */
  readonly image: string;
  readonly name: string;
  /** Names of the networks that it is on. */
  readonly networks: string[];
}

const parts = ["balancer", "replica", "canary", "notebook"];
// Swarm lists, restarts and removes the containers of its tasks itself.
const taskLabel = "com.docker.swarm.service.name";

/** What finds the objects of a stack. */
export function ofStack(label: string): { label: string[] } {
  return { label: [`${stackLabel}=${label}`] };
}

/** The containers of a stack that Swarm did not start, in the order in which they are shown. */
export async function listContainers(engine: Docker, label: string): Promise<Container[]> {
  const listed = await engine.listContainers({ all: true, filters: ofStack(label) });
  return readContainers(listed);
}

/** What `docker ps` would show of containers, in the order in which they are shown. */
export function readContainers(listed: Docker.ContainerInfo[]): Container[] {
  return listed
    .filter(({ Labels }) => !Labels[taskLabel])
    .map(({ Id, Names, Image, Labels, State, Status, NetworkSettings }) => ({
      id: Id,
      part: Labels["tfserving.part"] ?? "",
      number: Labels["tfserving.replica"] ?? "",
      version: Labels["tfserving.version"],
      state: State,
      health: /\((?:health: )?(healthy|unhealthy|starting)\)/.exec(Status)?.[1] ?? "",
      since: Status.replace(/^Up /, "").replace(/ \([^)]*\)$/, ""),
      image: Image,
      name: Names[0]?.replace(/^\//, "") ?? "",
      networks: Object.keys(NetworkSettings?.Networks ?? {}),
    }))
    .sort(inOrder);
}

/** The order of the parts, replicas by their numbers. */
export function inOrder(a: Container, b: Container): number {
  return (
    parts.indexOf(a.part) - parts.indexOf(b.part) ||
    Number(a.number) - Number(b.number) ||
    (a.node ?? "").localeCompare(b.node ?? "") ||
    a.id.localeCompare(b.id)
  );
}

/** Whether a container does what it is for. */
export function isWell({ state, health }: Container): boolean {
  return state === "running" && ["healthy", ""].includes(health);
}

/** What stands in front of a container's lines. */
export function nameOf({ part, number }: Container): string {
  return number ? `${part} ${number}` : part;
}

/**
 * The containers that `npm run logs` is asked for: all of a part, one replica by its number, or all.
 *
 * @throws Failure where there can be no such part
 */
export function selectContainers(containers: Container[], which: string | undefined): Container[] {
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

/** Names of the images that containers give by id; what has no name keeps its id. */
export async function imageNames(
  engine: Docker,
  containers: Container[],
): Promise<Map<string, string>> {
  const ids = [...new Set(containers.map(({ image }) => image))];
  const names = ids.map(async (id): Promise<[string, string]> => {
    const found = await engine
      .getImage(id)
      .inspect()
      .catch(() => undefined);
    return [id, found?.RepoTags?.[0] ?? id];
  });
  return new Map(await Promise.all(names));
}
