import * as net from "net";
import Docker from "dockerode";
import { sshAgent } from "./sshAgent";
import { readSwarm, SwarmService, SwarmState } from "./swarmState";

/** Where a Docker Engine listens when neither config nor DOCKER_HOST says so. */
export const defaultDockerHost =
  process.platform === "win32" ? "npipe:////./pipe/docker_engine" : "unix:///var/run/docker.sock";

/** Label on every Docker object of a stack; its value is `<project>/<stack>`. */
export const stackLabel = "tfserving.stack";

const answerTimeoutMs = 15_000;

/** What a Docker Engine says of itself: the ground for checks that come before any resource. */
export interface DockerEngine {
  /** Address, such as `unix:///var/run/docker.sock` or `ssh://user@host`. */
  host: string;
  /** Newest version of the API that it speaks, such as `1.41`. */
  apiVersion: string;
  /** Operating system of the containers, `linux` or `windows`. */
  os: string;
  /** Processor architecture in Go's words, such as `amd64`. */
  architecture: string;
  /** Number of CPUs that containers may use. */
  cpus: number;
  /** Memory that containers may use, in MiB. */
  memoryMb: number;
  /** Names of the OCI runtimes; `nvidia` is there where containers can have GPUs. */
  runtimes: string[];
  /** Host ports that cannot be published now. */
  takenPorts: TakenPort[];
  /** What it knows of its swarm. @default - it is in none */
  swarm?: SwarmState;
}

/** A host port that something already listens on. */
export interface TakenPort {
  port: number;
  /** Who holds it, in words: `container web` or `another process`. */
  holder: string;
  /** The stack whose container holds it, as `<project>/<stack>`. @default - no stack's */
  stack?: string;
}

/**
 * Asks a Docker Engine what it is.
 *
 * @param host - `unix://`, `npipe://`, `tcp://` or `ssh://` address
 * @param ports - host ports on 127.0.0.1 that a stack wants to publish
 * @throws Error with one sentence that names the host when it is no address or does not answer
 */
export async function inspectEngine(host: string, ports: number[] = []): Promise<DockerEngine> {
  const docker = connect(host);
  try {
    const [version, info, containers] = await answered(
      Promise.all([docker.version(), docker.info(), docker.listContainers()]),
    );
    if (!version?.ApiVersion || !Array.isArray(containers)) {
      throw new Error("another server is there");
    }
    const swarm = await answered(readSwarm(docker, info));
    const published = [
      ...publishedPorts(containers),
      ...(swarm?.services ?? []).flatMap(portsOfService),
    ];
    const foreign = isLocal(host) ? await heldByProcesses(ports, published) : [];
    return {
      host,
      apiVersion: version.ApiVersion,
      os: version.Os,
      architecture: version.Arch,
      cpus: info.NCPU,
      memoryMb: Math.floor(info.MemTotal / 2 ** 20),
      runtimes: Object.keys(info.Runtimes ?? {}).sort(),
      takenPorts: [...published, ...foreign].filter((taken) => ports.includes(taken.port)),
      ...(swarm ? { swarm: swarm.state } : {}),
    };
  } catch (error) {
    throw new Error(
      `The Docker Engine at ${host} does not answer (${(error as Error).message}): ` +
        "start it, or set the config value `host` to the address of one that runs.",
    );
  }
}

/**
 * The id of an image that a Docker Engine has; undefined where it has none of that name.
 *
 * @param image - local name, id or digest
 */
export async function findImage(host: string, image: string): Promise<string | undefined> {
  try {
    return (await connect(host).getImage(image).inspect()).Id;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) {
      return undefined;
    }
    throw error;
  }
}

/** Whether the engine's published ports are ports of this machine. */
export function isLocal(host: string): boolean {
  return host.startsWith("unix:") || host.startsWith("npipe:");
}

/**
 * A client of a Docker Engine.
 *
 * @param timeout - milliseconds after which a silent connection is given up; 0 for none
 * @param sshOptions - further arguments of ssh for an `ssh://` address
 */
export function connect(
  host: string,
  timeout = answerTimeoutMs,
  sshOptions: string[] = [],
): Docker {
  const url = parseAddress(host);
  // A given `host: undefined` keeps DOCKER_HOST out of it.
  const base = { host: undefined, port: undefined, protocol: undefined, timeout };
  switch (url.protocol) {
    case "unix:":
    case "npipe:":
      return new Docker({ ...base, socketPath: host.replace(/^[a-z]+:\/\//, "") });
    case "tcp:":
      return new Docker({
        ...base,
        host: url.hostname,
        port: url.port || 2375,
        protocol: url.port === "2376" ? "https" : "http",
      });
    case "ssh:":
      // The name is never resolved: the agent's connections go through ssh.
      return new Docker({
        ...base,
        host: "ssh",
        protocol: "http",
        agent: sshAgent(url, sshOptions),
      } as object);
    default:
      throw notAnAddress(host);
  }
}

function parseAddress(host: string): URL {
  try {
    return new URL(host);
  } catch {
    throw notAnAddress(host);
  }
}

function notAnAddress(host: string): Error {
  return new Error(
    `"${host}" is no address of a Docker Engine: use unix://, npipe://, tcp:// or ssh://`,
  );
}

async function answered<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const seconds = answerTimeoutMs / 1000;
    timer = setTimeout(() => reject(new Error(`no answer in ${seconds} s`)), answerTimeoutMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function publishedPorts(containers: Docker.ContainerInfo[]): TakenPort[] {
  return containers.flatMap((container) =>
    container.Ports.filter((port) => port.PublicPort).map((port) => ({
      port: port.PublicPort,
      holder: `container ${container.Names[0]?.replace(/^\//, "") ?? container.Id}`,
      stack: container.Labels[stackLabel],
    })),
  );
}

/** Host ports of a Swarm service, whichever nodes its tasks are on. */
function portsOfService({ Spec, Endpoint }: SwarmService): TakenPort[] {
  return (Endpoint?.Ports ?? []).flatMap(({ PublishedPort: port }) =>
    port ? [{ port, holder: `service ${Spec.Name}`, stack: Spec.Labels?.[stackLabel] }] : [],
  );
}

async function heldByProcesses(ports: number[], published: TakenPort[]): Promise<TakenPort[]> {
  const others = ports.filter((port) => !published.some((taken) => taken.port === port));
  const taken = await Promise.all(others.map(isTaken));
  return others
    .filter((_, index) => taken[index])
    .map((port) => ({ port, holder: "another process" }));
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EADDRINUSE"));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () =>
      server.close(() => resolve(false)),
    );
  });
}
