// @ts-check
import { Failure, note } from "./command.mjs";
import { loadTypeScript } from "./components.mjs";
import { hasAirgap, isRoot, runAirgap } from "./debian.mjs";
import { capture } from "./process.mjs";

const answerTimeoutMs = 20_000;

/** Where an engine listens when nothing says otherwise. */
export const defaultHost =
  process.platform === "win32" ? "npipe:////./pipe/docker_engine" : "unix:///var/run/docker.sock";

/**
 * A Docker Engine that answered.
 *
 * @typedef {object} Engine
 * @property {string} host - its address, such as unix:///var/run/docker.sock
 * @property {string} version
 * @property {string} architecture - in Go's words, such as amd64
 */

/**
 * The stack's engine, found as the program finds it and by the same code: the stack's setting `host`,
 * else the engine that `docker ps` asks.
 *
 * @param {string} root - project folder
 * @param {unknown} configured - the setting
 * @param {Record<string, string | undefined>} env
 * @returns {Promise<{ host: string, variables: Record<string, string> }>} its address, and what
 * Docker's command line needs to present its certificates there
 * @throws Failure when the Docker context in use does not exist
 */
export async function findEngine(root, configured, env) {
  const given = (typeof configured === "string" && configured) || env.DOCKER_HOST;
  if (given && !given.startsWith("tcp:")) {
    return { host: given, variables: {} };
  }
  /** @type {typeof import("../../components/engine/dockerContext.js")} */
  const { tlsOf, usualEngine } = await loadTypeScript(root, "components/engine/dockerContext.ts");
  try {
    const host = given || usualEngine(env);
    return { host, variables: tlsVariables(tlsOf(host, env)) };
  } catch (error) {
    throw new Failure(
      /** @type {Error} */ (error).message,
      "docker context use NAME, or set the stack's setting host.",
    );
  }
}

/**
 * @param {import("../../components/engine/dockerContext.js").EngineTls | undefined} tls
 * @returns {Record<string, string>}
 * @see https://docs.docker.com/reference/cli/docker/#environment-variables
 */
function tlsVariables(tls) {
  return tls
    ? { DOCKER_CERT_PATH: tls.folder, [tls.skipVerify ? "DOCKER_TLS" : "DOCKER_TLS_VERIFY"]: "1" }
    : {};
}

/**
 * Asks the engine whether it is there.
 *
 * @param {string} host
 * @returns {Promise<Engine>}
 * @throws Failure that names the host and says what to do
 */
export async function requireEngine(host) {
  const answer = await ask(host);
  if ("version" in answer) {
    return answer;
  }
  throw new Failure(
    answer.code === 127
      ? "Docker's command line is not installed (there is no docker on PATH)."
      : `The Docker Engine at ${host} does not answer: ${answer.reason}`,
    adviceFor({
      host,
      reason: answer.reason,
      missing: answer.code === 127,
      system: process.platform,
    }),
  );
}

/**
 * Asks the engine whether it is there, and starts this machine's where that is
 * in this process's power: as root on Debian.
 *
 * @param {string} root - project folder
 * @param {string} host
 * @returns {Promise<Engine>}
 */
export async function startEngine(root, host) {
  const isThisMachines = host === defaultHost;
  if (!isThisMachines || !hasAirgap(root) || !isRoot() || "version" in (await ask(host))) {
    return requireEngine(host);
  }
  note("docker", "no Docker Engine answers: installing and starting Debian's docker.io");
  const code = await runAirgap(root, "engine/start");
  if (code !== 0) {
    throw new Failure(
      `The Docker Engine could not be started (exit code ${code}).`,
      "see the messages of airgap/engine/start above.",
    );
  }
  return requireEngine(host);
}

/**
 * How to call Docker for an engine, to be shown to the user.
 *
 * @param {string} host
 * @returns {string}
 */
export function dockerCommand(host) {
  return host === defaultHost ? "docker" : `docker --host ${host}`;
}

/** @param {string} host */
export function isLocal(host) {
  return host.startsWith("unix:") || host.startsWith("npipe:");
}

/**
 * What to do about an engine that does not answer.
 *
 * @param {object} silence
 * @param {string} silence.host
 * @param {string} silence.reason - Docker's message
 * @param {boolean} silence.missing - whether there is no docker program
 * @param {string} silence.system - process.platform
 * @returns {string}
 */
export function adviceFor({ host, reason, missing, system }) {
  const desktop = system === "darwin" || system === "win32";
  if (missing) {
    return desktop
      ? "install Docker Desktop (https://docs.docker.com/desktop/), start it, and try again."
      : "install Docker Engine (https://docs.docker.com/engine/install/), and try again.";
  }
  if (!isLocal(host)) {
    return `see that ${host} is right and can be reached, or set the stack's setting host to another address.`;
  }
  if (/permission denied/i.test(reason)) {
    return "let your user use Docker (sudo usermod -aG docker $USER), log in again, and try again.";
  }
  return desktop
    ? "start Docker Desktop, wait until it says that it runs, and try again."
    : "start Docker (sudo systemctl start docker), and try again.";
}

/**
 * @param {string} host
 * @returns {Promise<Engine | { code: number, reason: string }>}
 */
async function ask(host) {
  const format = "{{.Server.Version}} {{.Server.Arch}}";
  const args = ["--host", host, "version", "--format", format];
  const { code, stdout, stderr } = await capture("docker", args, { timeoutMs: answerTimeoutMs });
  if (code === 0) {
    const [version, architecture] = stdout.split(" ");
    return { host, version, architecture };
  }
  const late = `no answer in ${answerTimeoutMs / 1000} s.`;
  return { code, reason: code === 124 ? late : (stderr.split("\n").at(-1) ?? "") };
}
