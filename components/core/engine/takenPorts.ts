import * as net from "net";
import Docker from "dockerode";
import { stackLabel } from "../stack/stackLabel";
import { SwarmService } from "./swarmState";

/** A TCP port of the Docker host, on one of its IPv4 addresses; 0.0.0.0 stands for all of them. */
export interface HostPort {
  /** Its number. */
  port: number;
  /** The host's IPv4 address that it is published on; `0.0.0.0` for all. */
  address: string;
}

/** A host port that something already listens on. */
export interface TakenPort extends HostPort {
  /** Who holds it, in words: `container web` or `another process`. */
  holder: string;
  /** The stack whose container holds it, as `<project>/<stack>`. @default - no stack's */
  stack?: string;
}

const everyAddress = "0.0.0.0";

/** Whether only one of two can listen: they share a port and an address. */
export function collide(one: HostPort, other: HostPort): boolean {
  return (
    one.port === other.port &&
    (one.address === other.address || [one.address, other.address].includes(everyAddress))
  );
}

/** The TCP ports that containers publish. */
export function portsOfContainers(containers: Docker.ContainerInfo[]): TakenPort[] {
  return containers.flatMap((container) =>
    container.Ports.filter(
      ({ PublicPort, Type, IP }) => PublicPort && Type === "tcp" && !IP?.includes(":"),
    ).map(({ PublicPort: port, IP }) => ({
      port,
      address: IP || everyAddress,
      holder: `container ${container.Names[0]?.replace(/^\//, "") ?? container.Id}`,
      stack: container.Labels[stackLabel],
    })),
  );
}

/** The TCP ports of a Swarm service, on whichever nodes its tasks are. */
export function portsOfService({ Spec, Endpoint }: SwarmService): TakenPort[] {
  return (Endpoint?.Ports ?? []).flatMap(({ PublishedPort: port, Protocol = "tcp" }) =>
    port && Protocol === "tcp"
      ? [
          {
            port,
            address: everyAddress,
            holder: `service ${Spec.Name}`,
            stack: Spec.Labels?.[stackLabel],
          },
        ]
      : [],
  );
}

/** Those of the wanted ports that a process of this machine holds, and no container is known to. */
export async function portsOfProcesses(
  wanted: HostPort[],
  published: TakenPort[],
): Promise<TakenPort[]> {
  const others = wanted.filter((port) => !published.some((taken) => collide(taken, port)));
  const taken = await Promise.all(others.map(isTaken));
  return others
    .filter((_, index) => taken[index])
    .map((port) => ({ ...port, holder: "another process" }));
}

function isTaken({ port, address: host }: HostPort): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRINUSE"));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(false)));
  });
}
