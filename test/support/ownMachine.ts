// Docker Engines with a network, processes and files of their own, in Linux namespaces.
import { ChildProcess, execFileSync, spawn } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { docker } from "./docker";
import { until } from "./until";

/** Makes a network namespace; `connect` gives it an interface eth0, which gets the address. */
export function addNamespace(namespace: string, address: string, connect: () => void): void {
  ip("netns", "add", namespace);
  connect();
  ip("-n", namespace, "addr", "add", `${address}/24`, "dev", "eth0");
  ip("-n", namespace, "link", "set", "eth0", "up");
  ip("-n", namespace, "link", "set", "lo", "up");
}

/**
 * Starts a shell as process 1 of a machine in a network namespace, and waits until its Docker Engine
 * answers. When the shell ends, the kernel ends all of the machine's processes.
 *
 * @param folder - for its log
 * @param script - starts the engine
 * @param host - of the engine, `unix://...`
 */
export async function startMachine(
  namespace: string,
  folder: string,
  script: string,
  host: string,
): Promise<ChildProcess> {
  const file = path.join(folder, "log");
  const log = fs.openSync(file, "w");
  const shell = spawn(
    "nsenter",
    [
      `--net=/run/netns/${namespace}`,
      ...["unshare", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"],
      ...["sh", "-c", script],
    ],
    { stdio: ["ignore", log, log] },
  );
  await until(
    () => `an answer of the engine at ${host}:\n${fs.readFileSync(file, "utf8")}`,
    () => shell.exitCode !== null || dockerOn({ host }, "version"),
    60_000,
    200,
  );
  if (shell.exitCode !== null) {
    throw new Error(`The engine at ${host} has ended:\n${fs.readFileSync(file, "utf8")}`);
  }
  return shell;
}

/** Ends a machine at once. */
export async function endMachine(shell: ChildProcess, namespace: string): Promise<void> {
  if (shell.exitCode === null && shell.signalCode === null) {
    const ended = new Promise((resolve) => shell.once("exit", resolve));
    shell.kill("SIGKILL");
    await ended;
  }
  removeGroups(namespace);
}

/** Takes a namespace away, with what runs in it. */
export function removeNamespace(namespace: string): void {
  if (namespaces().includes(namespace)) {
    const processes = ip("netns", "pids", namespace).split("\n").filter(Boolean);
    processes.forEach((id) => process.kill(Number(id), "SIGKILL"));
    ip("netns", "del", namespace);
  }
  removeGroups(namespace);
}

/** The engine was killed before it could remove the control groups of its containers. */
function removeGroups(namespace: string): void {
  const find = `find /sys/fs/cgroup -depth -type d -path '*/${namespace}*' -exec rmdir {} + || true`;
  execFileSync("sh", ["-c", find], { stdio: "ignore" });
}

export function namespaces(): string[] {
  return ip("netns", "list")
    .split("\n")
    .map((line) => line.split(" ")[0])
    .filter(Boolean);
}

export function ip(...args: string[]): string {
  return execFileSync("ip", args, { encoding: "utf8", stdio: "pipe" }).trim();
}

/** Runs the docker CLI on a machine. */
export function dockerOn({ host }: { host: string }, ...args: string[]): string {
  return docker("--host", host, ...args);
}
