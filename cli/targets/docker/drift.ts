import type Docker from "dockerode";
import { nameInProgram, standing } from "../record";
import type { Deployment, Resource } from "../target";
import type { Container } from "./containers";
import { containerType } from "./recovery";

/** A container that differs from what Pulumi has on record. */
export interface Drift {
  /** What differs. */
  readonly words: string;
  /**
   * `refresh`: a refresh sees it; `resume`: it is paused, which a refresh does not see; `replace`: it
   * lacks a network, which a refresh does not see either.
   */
  readonly cure: "refresh" | "resume" | "replace";
  readonly urn: string;
  /** Of the container. */
  readonly id: string;
}

const mebibyte = 2 ** 20;

/**
 * What differs on Docker from what the last update left, as far as a look at the containers tells:
 * Pulumi itself compares with its records, and looks at Docker only in a refresh, which takes seconds.
 *
 * @param memory - bytes that each container may use, by id; where unknown it is not compared
 */
export function driftOf(
  containers: Container[],
  deployment: Deployment,
  memory = new Map<string, number>(),
): Drift[] {
  const found = new Map(containers.map((container) => [container.id, container]));
  return running(deployment).flatMap((resource) => {
    const id = String(resource.id);
    const name = nameInProgram(resource);
    const container = found.get(id);
    const drift = (words: string, cure: Drift["cure"]): Drift[] => [
      { words: `${name} ${words}`, cure, urn: resource.urn, id },
    ];
    if (container?.state === "paused") {
      return drift("is paused", "resume");
    }
    if (container?.state !== "running") {
      return drift(`is ${container?.state ?? "missing"}`, "refresh");
    }
    const networks: { name: string }[] = resource.inputs?.networksAdvanced ?? [];
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

/** The containers on record that have to run; others do their work once. */
function running(deployment: Deployment): Resource[] {
  return standing(deployment).filter(
    ({ type, id, inputs }) => type === containerType && id && inputs?.mustRun !== false,
  );
}

/** The memory limits of the containers on record, in bytes by id. */
export async function memoryLimits(
  engine: Docker,
  deployment: Deployment,
): Promise<Map<string, number>> {
  const found = running(deployment).map(async ({ id }): Promise<[string, number][]> => {
    const inspected = await engine
      .getContainer(String(id))
      .inspect()
      .catch(() => undefined);
    return inspected ? [[inspected.Id, inspected.HostConfig.Memory ?? 0]] : [];
  });
  return new Map((await Promise.all(found)).flat());
}

/** Drift in a line, the first few of it by name. */
export function inWords(drift: Drift[]): string {
  const shown = drift.slice(0, 4).map(({ words }) => words);
  const more = drift.length - shown.length;
  return shown.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
