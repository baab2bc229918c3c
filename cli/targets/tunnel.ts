import { spawn } from "node:child_process";
import net, { type AddressInfo } from "node:net";
import { Failure } from "../output/failure";
import type { Reach } from "./target";

const openSeconds = 30;

/** A program that forwards a port of 127.0.0.1 until it is ended. */
export interface Tunnel {
  readonly program: string;
  readonly args: string[];
  /** Of 127.0.0.1. */
  readonly port: number;
  /** What it leads to, for the message when it fails. */
  readonly to: string;
  /** What to do when it fails. */
  readonly advice: string;
}

/**
 * Starts a program that forwards a port, and waits until the port answers.
 *
 * @throws Failure with what the program said, where it ended or opened nothing
 */
export async function openTunnel({ program, args, port, to, advice }: Tunnel): Promise<Reach> {
  // Of a group of its own, so that what a shell started ends with it.
  const detached = process.platform !== "win32";
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], detached });
  let said = "";
  let ended: string | undefined;
  child.stderr.setEncoding("utf8").on("data", (text) => (said += text));
  child.on("error", (error) => (ended = error.message));
  child.on("close", (code) => (ended ??= said.trim() || `${program} ended with code ${code}`));
  const close = () => {
    if (ended === undefined && child.pid) {
      process.kill(detached ? -child.pid : child.pid);
    }
  };
  const deadline = Date.now() + openSeconds * 1000;
  while (!(await answers(port))) {
    if (ended !== undefined || Date.now() > deadline) {
      close();
      const why = ended ?? (said.trim() || `nothing answered in ${openSeconds} s`);
      throw new Failure(`There is no way to ${to}: ${why}.`, advice);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { url: (of) => atLocalPort(of, port), forwarded: true, close };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: "127.0.0.1", port });
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}

/** A URL at a port of this machine. */
export function atLocalPort(url: string, port: number): string {
  const local = new URL(url);
  local.host = `127.0.0.1:${port}`;
  return local.href;
}

/** A port of 127.0.0.1 that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = net.createServer();
  const port = await listening(server, 0);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Listens on a port of 127.0.0.1.
 *
 * @param port - 0 for a free one
 * @throws Failure where the port is taken
 */
export function listening(server: net.Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new Failure(`Port ${port} of this machine is taken.`, "name another one: --port PORT.")
          : error,
      ),
    );
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}
