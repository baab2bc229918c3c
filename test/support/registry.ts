import { execFileSync, spawn } from "child_process";
import { createHash, randomBytes } from "crypto";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { debianTool } from "./debianTool";
import { until } from "./until";

/** A registry server of this test's own, without TLS, that wants a login unless it was told not to. */
export interface Registry {
  /** HOST:PORT */
  address: string;
  username: string;
  password: string;
  stop: () => Promise<void>;
}

/** How a registry differs from one that forgets and that only its user may ask. */
export interface RegistryOptions {
  /** Folder for what is pushed, which then outlives the registry. */
  data?: string;
  /**
   * Answer everybody.
   *
   * @default false
   */
  open?: boolean;
}

/**
 * Starts Debian's docker-registry and waits until it answers.
 *
 * @param host - IPv4 address of this machine
 */
export async function startRegistry(
  port: number,
  host = "127.0.0.1",
  options: RegistryOptions = {},
): Promise<Registry> {
  const program = debianTool("docker-registry", "docker-registry");
  const htpasswd = debianTool("htpasswd", "apache2-utils");
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-registry-"));
  const username = "publisher";
  const password = createHash("sha256").update(randomBytes(16)).digest("hex").slice(0, 24);
  const users = execFileSync(htpasswd, ["-Bbn", username, password]);
  fs.writeFileSync(path.join(folder, "htpasswd"), users);
  const login = { htpasswd: { realm: "test", path: path.join(folder, "htpasswd") } };
  fs.writeFileSync(
    path.join(folder, "config.yml"),
    JSON.stringify({
      version: "0.1",
      storage: { filesystem: { rootdirectory: options.data ?? path.join(folder, "data") } },
      http: { addr: `${host}:${port}` },
      ...(options.open ? {} : { auth: login }),
    }),
  );
  const server = spawn(program, ["serve", path.join(folder, "config.yml")], { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  // 401 is an answer: it wants a login.
  const answers = async () => (await fetch(`http://${host}:${port}/v2/`)).status > 0;
  await until("the registry answers", () => server.exitCode !== null || answers());
  if (server.exitCode !== null) {
    throw new Error(`The registry ended with status ${server.exitCode}`);
  }
  return {
    address: `${host}:${port}`,
    username,
    password,
    stop: async () => {
      server.kill();
      await ended;
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}
