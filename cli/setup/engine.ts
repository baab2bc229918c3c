import {
  connectEngine,
  defaultDockerHost,
  type EngineTls,
  isLocalEngine,
  tlsOf,
  usualEngine,
} from "@tf-model-serving/core/facts";
import { type Environment, note } from "../output/console";
import { Failure } from "../output/failure";
import { hasAirgap, isRoot, runAirgap } from "./airgap";

/** A Docker Engine that answered. */
export interface Engine {
  /** Its address, such as unix:///var/run/docker.sock. */
  readonly host: string;
  readonly version: string;
  /** In Go's words, such as amd64. */
  readonly architecture: string;
}

/**
 * The stack's engine, found as the program finds it and by the same code: the stack's setting `host`,
 * else the engine that `docker ps` asks.
 *
 * @param configured - the setting
 * @returns its address, and the variables with which Docker's clients present their certificates there
 * @throws Failure when the Docker context in use does not exist
 */
export function findEngine(
  configured: unknown,
  env: Environment,
): { host: string; variables: Record<string, string> } {
  try {
    const host = (typeof configured === "string" && configured) || usualEngine(env);
    return { host, variables: host.startsWith("tcp:") ? tlsVariables(tlsOf(host, env)) : {} };
  } catch (error) {
    throw new Failure(
      (error as Error).message,
      "docker context use NAME, or set the stack's setting host.",
    );
  }
}

/** @see https://docs.docker.com/reference/cli/docker/#environment-variables */
function tlsVariables(tls: EngineTls | undefined): Record<string, string> {
  return tls
    ? { DOCKER_CERT_PATH: tls.folder, [tls.skipVerify ? "DOCKER_TLS" : "DOCKER_TLS_VERIFY"]: "1" }
    : {};
}

/**
 * Asks the engine whether it is there.
 *
 * @throws Failure that names the host and says what to do
 */
export async function requireEngine(host: string): Promise<Engine> {
  const answer = await ask(host);
  if (typeof answer !== "string") {
    return answer;
  }
  throw new Failure(
    `The Docker Engine at ${host} does not answer: ${answer}`,
    adviceFor(host, answer, process.platform),
  );
}

/**
 * Asks the engine whether it is there, and starts this machine's where that is in this process's
 * power: as root on Debian.
 */
export async function startEngine(host: string): Promise<Engine> {
  const canStart = host === defaultDockerHost && hasAirgap() && isRoot();
  if (!canStart || typeof (await ask(host)) !== "string") {
    return requireEngine(host);
  }
  note("docker", "no Docker Engine answers: installing and starting Debian's docker.io");
  const code = await runAirgap("engine/start");
  if (code !== 0) {
    throw new Failure(
      `The Docker Engine could not be started (exit code ${code}).`,
      "see the messages of airgap/engine/start above.",
    );
  }
  return requireEngine(host);
}

/** How to call Docker for an engine, to be shown to the user. */
export function dockerCommand(host: string): string {
  return host === defaultDockerHost ? "docker" : `docker --host ${host}`;
}

/** What the engine says of itself; undefined where it does not answer. */
export async function engineInfo(
  host: string,
): Promise<{ Swarm?: { Nodes?: number }; DockerRootDir?: string } | undefined> {
  try {
    return await connectEngine(host).info();
  } catch {
    return undefined;
  }
}

/** What to do about an engine that does not answer, for a reason, on a system (`process.platform`). */
export function adviceFor(host: string, reason: string, system: string): string {
  const desktop = system === "darwin" || system === "win32";
  if (!isLocalEngine(host)) {
    return `see that ${host} is right and can be reached, or set the stack's setting host to another address.`;
  }
  if (/permission denied|EACCES/i.test(reason)) {
    return "let your user use Docker (sudo usermod -aG docker $USER), log in again, and try again.";
  }
  if (/ENOENT/.test(reason) && !desktop) {
    return (
      "start Docker (sudo systemctl start docker), or install Docker Engine " +
      "(https://docs.docker.com/engine/install/), and try again."
    );
  }
  return desktop
    ? "start Docker Desktop (https://docs.docker.com/desktop/), wait until it says that it runs, and try again."
    : "start Docker (sudo systemctl start docker), and try again.";
}

/** @returns the engine, or why it does not answer */
async function ask(host: string): Promise<Engine | string> {
  try {
    const { Version, Arch } = await connectEngine(host).version();
    return { host, version: Version, architecture: Arch };
  } catch (error) {
    return (error as Error).message.split("\n").at(-1) ?? "";
  }
}
