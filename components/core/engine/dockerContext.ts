import * as crypto from "crypto";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";

/** Where a Docker Engine listens when nothing says otherwise. */
export const defaultDockerHost =
  process.platform === "win32" ? "npipe:////./pipe/docker_engine" : "unix:///var/run/docker.sock";

/** The certificates that a Docker Engine on `tcp://` is reached with. */
export interface EngineTls {
  /** Folder with `ca.pem`, `cert.pem` and `key.pem`, each as far as it is given. */
  folder: string;
  /** Whether the engine's own certificate is taken as it is. */
  skipVerify: boolean;
}

interface Context {
  Name: string;
  Endpoints?: { docker?: { Host?: string; SkipTLSVerify?: boolean } };
}

/** Variables of a process, such as `process.env`. */
export type Environment = Record<string, string | undefined>;

/**
 * The address of the engine that `docker ps` asks: DOCKER_HOST, else the Docker context in use
 * (DOCKER_CONTEXT, else `docker context use`), else this machine's.
 *
 * @throws Error when the context does not exist
 * @see https://docs.docker.com/engine/manage-resources/contexts/
 */
export function usualEngine(env: Environment = process.env): string {
  if (env.DOCKER_HOST) {
    return env.DOCKER_HOST;
  }
  const name = contextInUse(env);
  return name === "default" ? defaultDockerHost : contextHost(name, env);
}

/**
 * The address of the engine of a Docker context.
 *
 * @throws Error when there is no such context
 */
export function contextHost(name: string, env: Environment = process.env): string {
  const host = contexts(env).find(({ Name }) => Name === name)?.Endpoints?.docker?.Host;
  if (!host) {
    const source = env.DOCKER_CONTEXT === name ? "DOCKER_CONTEXT" : "the Docker context in use";
    throw new Error(
      `There is no Docker context "${name}", which ${source} names: docker context ls lists those that there are.`,
    );
  }
  return host;
}

/**
 * The certificates for an engine: those of DOCKER_CERT_PATH where DOCKER_TLS_VERIFY asks for them
 * and DOCKER_HOST names this engine, else those of a Docker context with its address.
 *
 * @param host - address of the engine. Undefined comes back where it is reached without TLS
 */
export function tlsOf(host: string, env: Environment = process.env): EngineTls | undefined {
  if (!host.startsWith("tcp:")) {
    return undefined;
  }
  if (env.DOCKER_TLS_VERIFY && env.DOCKER_HOST === host) {
    return { folder: env.DOCKER_CERT_PATH || configFolder(env), skipVerify: false };
  }
  const known = contexts(env).filter(({ Endpoints }) => Endpoints?.docker?.Host === host);
  const context = known.find(({ Name }) => Name === contextInUse(env)) ?? known[0];
  return context && contextTls(context, env);
}

function contextInUse(env: Environment): string {
  return (
    env.DOCKER_CONTEXT || readJson(configFolder(env), "config.json")?.currentContext || "default"
  );
}

function contextTls({ Name, Endpoints }: Context, env: Environment): EngineTls | undefined {
  const folder = path.join(configFolder(env), "contexts/tls", folderName(Name), "docker");
  const skipVerify = Endpoints?.docker?.SkipTLSVerify === true;
  return fs.existsSync(folder) || skipVerify ? { folder, skipVerify } : undefined;
}

function contexts(env: Environment): Context[] {
  const folder = path.join(configFolder(env), "contexts/meta");
  const entries = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  return entries.flatMap((entry) => readJson(folder, entry, "meta.json") ?? []) as Context[];
}

/** @see https://github.com/docker/cli/blob/master/cli/context/store/store.go */
function folderName(context: string): string {
  return crypto.createHash("sha256").update(context).digest("hex");
}

/** Folder of Docker's own configuration. */
export function configFolder(env: Environment): string {
  return env.DOCKER_CONFIG || path.join(os.homedir(), ".docker");
}

/** What cannot be read counts as not there, as for Docker itself. */
export function readJson(...parts: string[]) {
  try {
    return JSON.parse(fs.readFileSync(path.join(...parts), "utf8"));
  } catch {
    return undefined;
  }
}
