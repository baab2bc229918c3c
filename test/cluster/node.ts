import { ChildProcess, spawn } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { NodeAddresses, writeNodeFiles } from "./nodeFiles";
import { writeKeys } from "./nodeKeys";
import { cache } from "../support/keptFolder";
import { Programs } from "./programs";

/** The running programs of a cluster's only node. */
export interface Node {
  /** This cluster's files: kubeconfig, configuration, and the programs' logs in log/. */
  folder: string;
  /** Undefined while it runs. */
  exitCode: () => number | null;
  stop: () => Promise<void>;
}

/** Exit status of a node whose addresses another has. */
export const taken = 75;

/** Starts node.sh in namespaces of its own, and does not wait for what it starts. */
export function startNode(at: NodeAddresses, programs: Programs): Node {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-cluster-"));
  writeKeys(path.join(folder, "keys"), at);
  writeNodeFiles(folder, at);
  const lasting = path.join(cache, at.link);
  fs.mkdirSync(lasting, { recursive: true });
  const log = fs.openSync(path.join(folder, "node.log"), "w");
  const network = fs.openSync("/proc/self/ns/net", "r");
  const shell = spawn(
    "flock",
    [
      ...["--nonblock", "--conflict-exit-code", String(taken), "--no-fork", `${lasting}.lock`],
      ...["unshare", "--mount", "--pid", "--net", "--ipc", "--uts"],
      ...["--fork", "--kill-child", "--mount-proc"],
      ...["bash", path.join(__dirname, "node.sh"), folder, lasting],
      ...[programs.built, programs.packages],
      ...[at.host, at.node, at.link, at.services, at.pods],
    ],
    // The node lives as long as its standard input, which the kernel closes with this process.
    { stdio: ["pipe", log, log, network] },
  );
  fs.closeSync(log);
  fs.closeSync(network);
  return { folder, exitCode: () => shell.exitCode, stop: () => stop(shell, folder) };
}

async function stop(shell: ChildProcess, folder: string): Promise<void> {
  if (shell.exitCode === null && shell.signalCode === null) {
    const ended = new Promise((resolve) => shell.once("exit", resolve));
    shell.stdin?.end();
    await ended;
  }
  // node.sh has removed it, unless it never came so far.
  fs.rmSync(folder, { recursive: true, force: true });
}

/** What the node's programs said last. */
export function lastLines({ folder }: Node): string {
  const logs = path.join(folder, "log");
  const names = fs.existsSync(logs) ? fs.readdirSync(logs) : [];
  return [path.join(folder, "node.log"), ...names.map((name) => path.join(logs, name))]
    .filter((file) => file.endsWith(".log"))
    .map((file) => `${path.basename(file)}:\n${tail(fs.readFileSync(file, "utf8"))}`)
    .join("\n");
}

function tail(text: string): string {
  return text.trimEnd().split("\n").slice(-5).join("\n");
}
