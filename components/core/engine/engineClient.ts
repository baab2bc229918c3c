import * as fs from "fs";
import * as https from "https";
import * as path from "path";
import Docker from "dockerode";
import { EngineTls, tlsOf } from "./dockerContext";
import { sshAgent } from "./sshAgent";

/** How long an engine has to answer. */
export const answerTimeoutMs = 15_000;

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
    case "tcp:": {
      const tls = tlsOf(host);
      const secure = tls !== undefined || url.port === "2376";
      return new Docker({
        ...base,
        host: url.hostname,
        port: url.port || (secure ? 2376 : 2375),
        protocol: secure ? "https" : "http",
        ...(tls ? { agent: tlsAgent(tls) } : {}),
      } as object);
    }
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

function tlsAgent({ folder, skipVerify }: EngineTls): https.Agent {
  const read = (file: string) => {
    const whole = path.join(folder, file);
    return fs.existsSync(whole) ? fs.readFileSync(whole) : undefined;
  };
  return new https.Agent({
    ca: read("ca.pem"),
    cert: read("cert.pem"),
    key: read("key.pem"),
    rejectUnauthorized: !skipVerify,
  });
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
