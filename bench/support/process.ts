import { spawn } from "child_process";
import * as fs from "fs";

export interface Run {
  output: string;
  seconds: number;
  /** Highest memory at one time, in MiB, over the process and all that it started. */
  peakMiB: number;
  /** The same for the process alone whose command line has `watch` in it. */
  watchedMiB: number;
}

interface Options {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Part of a command line. @default - nothing is looked at */
  watch?: string;
}

const sampleMs = 100;

/** Runs a program to its end; rejects with its output when it fails. */
export function run(program: string, args: string[], options: Options = {}): Promise<Run> {
  const { cwd, watch } = options;
  const env = options.env ?? process.env;
  const start = performance.now();
  const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  child.stderr.on("data", (data: Buffer) => (output += data.toString()));
  const peak = { all: 0, watched: 0 };
  // Looking costs time itself, so only where memory is asked for.
  const timer = watch ? setInterval(() => look(child.pid!, watch, peak), sampleMs) : undefined;
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      clearInterval(timer);
      const seconds = (performance.now() - start) / 1000;
      if (code === 0) {
        resolve({ output, seconds, peakMiB: peak.all, watchedMiB: peak.watched });
      } else {
        reject(
          new Error(`${program} ${args.join(" ")} ended with ${code}:\n${output.slice(-3000)}`),
        );
      }
    });
  });
}

function look(root: number, watch: string, peak: { all: number; watched: number }): void {
  const parents = new Map<number, number>();
  for (const entry of fs.readdirSync("/proc")) {
    const status = /^\d+$/.test(entry) ? read(`/proc/${entry}/stat`) : "";
    // The name in brackets may hold anything; the parent comes after it and the state.
    const parent = /.*\) \S (\d+)/s.exec(status)?.[1];
    if (parent) parents.set(Number(entry), Number(parent));
  }
  const ours = [...parents.keys()].filter((pid) => descends(pid, root, parents));
  const sizes = ours.map((pid) => ({ pid, size: residentMiB(pid) }));
  peak.all = Math.max(
    peak.all,
    sizes.reduce((sum, { size }) => sum + size, 0),
  );
  for (const { pid, size } of sizes) {
    if (size > peak.watched && read(`/proc/${pid}/cmdline`).includes(watch)) peak.watched = size;
  }
}

function descends(pid: number, root: number, parents: Map<number, number>): boolean {
  for (let at: number | undefined = pid; at && at > 1; at = parents.get(at)) {
    if (at === root) return true;
  }
  return false;
}

function residentMiB(pid: number): number {
  const [, pages] = read(`/proc/${pid}/statm`).split(" ");
  return (Number(pages ?? 0) * 4096) / 2 ** 20;
}

/** A process may have ended meanwhile. */
function read(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
