import { isLocalEngine } from "@tf-model-serving/core/facts";
import { Failure } from "../../output/failure";
import { entranceUrl } from "../outputs";
import type { Entrance, Reach, StackContext } from "../target";
import { freePort, openTunnel } from "../tunnel";

/**
 * The address at which this machine reaches a URL that is published on a Docker host; undefined where
 * that is the loopback address of another machine.
 *
 * @param host - Docker Engine
 */
export function reachableUrl(published: string, host: string): string | undefined {
  const url = new URL(published);
  const engine = isLocalEngine(host) ? "127.0.0.1" : new URL(host).hostname;
  if (url.hostname === "0.0.0.0") {
    url.hostname = engine;
  }
  const loopback = ["127.0.0.1", "localhost"];
  return loopback.includes(url.hostname) && !loopback.includes(engine) ? undefined : url.href;
}

/** Opens a way to what a Docker host publishes: none is needed, or one through ssh. */
export async function reachDocker(
  context: StackContext,
  entrance: Entrance,
  port?: number,
): Promise<Reach> {
  const { host } = context;
  const published = await entranceUrl(context, entrance);
  if (reachableUrl(published.href, host)) {
    return { url: (of) => reachableUrl(of, host) ?? of, forwarded: false, close: () => undefined };
  }
  const machine = new URL(host);
  if (machine.protocol !== "ssh:") {
    throw new Failure(
      `The ${entrance === "rest" ? "service" : "notebook"} is published on ${published.hostname} of ` +
        `${machine.hostname} and cannot be reached from here.`,
      `forward its port (ssh -L ${published.port}:${published.host} ${machine.hostname}) and call it ` +
        "from there, or set publishAddress to an address of that machine.",
    );
  }
  const local = port ?? (await freePort());
  return openTunnel({
    program: "ssh",
    args: sshArguments(machine, local, published.host),
    port: local,
    to: `${published.host} of ${machine.hostname}`,
    advice: `see that ssh ${machine.hostname} works without a question.`,
  });
}

/**
 * The arguments with which ssh forwards a port, by the user's own settings and keys.
 *
 * @param to - `HOST:PORT` as the machine itself calls it
 */
export function sshArguments(machine: URL, port: number, to: string): string[] {
  return [
    ...["-N", "-L", `127.0.0.1:${port}:${to}`],
    ...(machine.username ? ["-l", machine.username] : []),
    ...(machine.port ? ["-p", machine.port] : []),
    ...["-o", "ExitOnForwardFailure=yes", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10"],
    ...["--", machine.hostname],
  ];
}
