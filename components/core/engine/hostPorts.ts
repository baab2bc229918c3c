import { Problem, wholeNumber } from "../arguments/problem";
import { DockerEngine, isLocal } from "./engine";
import { sshHostName } from "./sshName";
import { collide, HostPort } from "./takenPorts";

/** A host port: in range, and held on its address by nobody but this very stack. */
export function checkPort(
  propertyPath: string,
  wanted: HostPort,
  stack: string,
  engine?: DockerEngine,
): Problem[] {
  const { port } = wanted;
  const problems = wholeNumber(propertyPath, port, 1, 65535);
  const taken = engine?.takenPorts.find((held) => collide(held, wanted) && held.stack !== stack);
  if (taken) {
    const owner = taken.stack ? ` of stack ${taken.stack}` : "";
    problems.push({
      propertyPath,
      reason: `is ${port}, which ${taken.holder}${owner} holds on the Docker host: stop that, or choose another port`,
    });
  }
  return problems;
}

/** Two uses of one port; the second one is named. */
export function distinctPorts(ports: Record<string, number | undefined>): Problem[] {
  const uses = Object.entries(ports).filter(([, port]) => port !== undefined);
  return uses.flatMap(([propertyPath, port], index) => {
    const first = uses.slice(0, index).find(([, other]) => other === port);
    return first
      ? [{ propertyPath, reason: `is ${port} like ${first[0]}: give each a port of its own` }]
      : [];
  });
}

/**
 * Where clients outside the network reach what is published: the address itself, and
 * the Docker host's name, no alias of ~/.ssh/config, when it is published on all of its addresses. What a remote
 * host publishes on its loopback is reached through a tunnel, so at 127.0.0.1 too.
 */
export function clientHost(publishAddress: string, engine?: DockerEngine): string {
  if (publishAddress !== "0.0.0.0") {
    return publishAddress;
  }
  if (!engine || isLocal(engine.host)) {
    return "127.0.0.1";
  }
  const { protocol, hostname } = new URL(engine.host);
  return protocol === "ssh:" ? sshHostName(hostname) : hostname;
}

/** An IPv4 address to publish ports on. */
export function checkAddress(propertyPath: string, address: string): Problem[] {
  const parts = address.split(".");
  const valid = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && +part < 256);
  return valid
    ? []
    : [{ propertyPath, reason: `is "${address}", which is no IPv4 address: use 127.0.0.1` }];
}
