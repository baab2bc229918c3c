import * as pulumi from "@pulumi/pulumi";
import { tlsOf } from "./dockerContext";
import { answerTimeoutMs, connect, isLocal } from "./engineClient";
import { providerTlsProblem } from "./engineProvider";
import { readSwarm, SwarmState } from "./swarmState";
import {
  collide,
  HostPort,
  portsOfContainers,
  portsOfProcesses,
  portsOfService,
  TakenPort,
} from "./takenPorts";

export { connect, isLocal };

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
  /** Host ports, of those that were asked for, that cannot be published now. */
  takenPorts: TakenPort[];
  /** What it knows of its swarm. @default - it is in none */
  swarm?: SwarmState;
}

/**
 * Asks a Docker Engine what it is.
 *
 * @param host - `unix://`, `npipe://`, `tcp://` or `ssh://` address
 * @param ports - host ports that a stack wants to publish; a number alone is one on 127.0.0.1
 * @throws RunError with one sentence that names the host when it is no address, does not answer, or
 * wants certificates that Pulumi's Docker provider cannot present
 */
export async function inspectEngine(
  host: string,
  ports: (number | HostPort)[] = [],
): Promise<DockerEngine> {
  const docker = connect(host);
  const wanted = ports.map((port) =>
    typeof port === "number" ? { port, address: "127.0.0.1" } : port,
  );
  const unusable = providerTlsProblem(tlsOf(host));
  if (unusable) {
    throw new pulumi.RunError(`The Docker Engine at ${host} cannot be used: ${unusable}.`);
  }
  try {
    const [version, info, containers] = await answered(
      Promise.all([docker.version(), docker.info(), docker.listContainers()]),
    );
    if (!version?.ApiVersion || !Array.isArray(containers)) {
      throw new pulumi.RunError("another server is there");
    }
    const swarm = await answered(readSwarm(docker, info));
    const published = [
      ...portsOfContainers(containers),
      ...(swarm?.services ?? []).flatMap(portsOfService),
    ];
    const foreign = isLocal(host) ? await portsOfProcesses(wanted, published) : [];
    return {
      host,
      apiVersion: version.ApiVersion,
      os: version.Os,
      architecture: version.Arch,
      cpus: info.NCPU,
      memoryMb: Math.floor(info.MemTotal / 2 ** 20),
      runtimes: Object.keys(info.Runtimes ?? {}).sort(),
      takenPorts: [...published, ...foreign].filter((taken) =>
        wanted.some((port) => collide(port, taken)),
      ),
      ...(swarm ? { swarm: swarm.state } : {}),
    };
  } catch (error) {
    throw new pulumi.RunError(
      `The Docker Engine at ${host} does not answer (${(error as Error).message}): ` +
        "start it, or set the config value `host` to the address of one that runs.",
    );
  }
}

/**
 * The id of an image that a Docker Engine has; undefined where it has none of that name.
 *
 * @param image - local name, id or digest
 * @throws RunError with one sentence where the engine does not answer as it should
 */
export async function findImage(host: string, image: string): Promise<string | undefined> {
  try {
    return (await connect(host).getImage(image).inspect()).Id;
  } catch (error) {
    const { statusCode, message } = error as Error & { statusCode?: number };
    // 400: no image can have such a name.
    if (statusCode === 404 || statusCode === 400) {
      return undefined;
    }
    throw new pulumi.RunError(
      `The Docker Engine at ${host} could not be asked for the image ${image}: ${message}`,
    );
  }
}

/** The environment variables of an image, as `NAME=VALUE`; none where the engine cannot be asked. */
export async function imageEnvironment(host: string, image: string): Promise<string[]> {
  try {
    return (await connect(host).getImage(image).inspect()).Config.Env ?? [];
  } catch {
    return [];
  }
}

async function answered<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const seconds = answerTimeoutMs / 1000;
    timer = setTimeout(
      () => reject(new pulumi.RunError(`no answer in ${seconds} s`)),
      answerTimeoutMs,
    );
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
