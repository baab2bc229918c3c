import { docker } from "./docker";
import { goProgram } from "./goProgram";

/** How a replica of `echo/` behaves. */
export interface EchoSettings {
  /** Calls that are answered at a time, the others wait in order. @default - no limit */
  workers?: number;
  /** What a call takes of a worker: capacity is workers / serviceMs. @default 0 */
  serviceMs?: number;
  /** Processor time of a call. @default 0 */
  busyMs?: number;
  /** Size of the message in an answer. @default 548 */
  answerBytes?: number;
  /** From SIGTERM to the end. @default 4000 */
  drainMs?: number;
  /** What it says of itself when its health is checked. @default - nothing */
  release?: string;
  /** CPUs of its container. @default - no limit */
  cpus?: number;
}

/** What has come to a replica so far. */
export interface EchoCounts {
  /** Requests by method and path. */
  calls: Record<string, number>;
  answered: number;
  /** Requests that are there at the moment, and the most that there ever were. */
  now: number;
  most: number;
  /** All that clients have sent to the ports of REST and gRPC, whether it was a request or not. */
  bytes: number;
}

/** A replica in a container. */
export interface Echo {
  id: string;
  /** Of its container, which this machine reaches without a port in between. */
  address: string;
  counts: () => Promise<EchoCounts>;
}

/**
 * @param image - of HAProxy, or any other: the program needs nothing of it
 * @param network - of Docker, on which DNS lists it as `replica`
 */
export async function startEcho(
  image: string,
  network: string,
  settings: EchoSettings = {},
): Promise<Echo> {
  const program = await goProgram("echo");
  const { workers, serviceMs, busyMs, answerBytes, drainMs, release, cpus } = settings;
  const env = Object.entries({
    WORKERS: workers,
    SERVICE_MS: serviceMs,
    BUSY_MS: busyMs,
    ANSWER_BYTES: answerBytes,
    DRAIN_MS: drainMs,
    RELEASE: release,
  }).filter(([, value]) => value !== undefined);
  const id = docker(
    ...["run", "--detach", "--network", network, "--network-alias", "replica"],
    ...(cpus === undefined ? [] : ["--cpus", String(cpus)]),
    ...env.flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    ...["--volume", `${program}:/echo:ro`, "--entrypoint", "/echo", image],
  );
  const address = addressOf(id);
  const counts = async () =>
    (await (await fetch(`http://${address}:8502/counts`)).json()) as EchoCounts;
  return { id, address, counts };
}

/** Of a container, on its only network. */
export function addressOf(id: string): string {
  return docker(
    "inspect",
    "--format",
    "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
    id,
  );
}
