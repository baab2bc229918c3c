import { createHash } from "node:crypto";

/** Ports of the Docker hosts that environments are given: so a firewall can let them through. */
export const environmentPorts = { first: 28_000, count: 1_000 };

/**
 * The ports to try for an environment, in their order. They begin where its name says, so that two
 * that are made at the same time seldom try the same.
 */
export function portsToTry(name: string): number[] {
  const { first, count } = environmentPorts;
  const start = createHash("sha256").update(name).digest().readUInt32BE(0) % count;
  return Array.from({ length: count }, (_, at) => first + ((start + at) % count));
}

/**
 * The first free ports of a host, or those that an environment has already.
 *
 * @param wanted - how many
 * @param taken - which of some ports somebody else holds
 * @returns fewer than wanted where there are no more
 */
export async function choosePorts(
  name: string,
  wanted: number,
  kept: readonly number[],
  taken: (ports: number[]) => Promise<number[]>,
): Promise<number[]> {
  // At their next push clients find them where they were.
  const found = kept.slice(0, wanted);
  const candidates = portsToTry(name).filter((port) => !found.includes(port));
  const atOnce = 50;
  for (let at = 0; found.length < wanted && at < candidates.length; at += atOnce) {
    const some = candidates.slice(at, at + atOnce);
    const held = await taken(some);
    found.push(...some.filter((port) => !held.includes(port)).slice(0, wanted - found.length));
  }
  return found;
}
