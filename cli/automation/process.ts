import { type ChildProcess, execFile, spawn } from "node:child_process";
import type { Environment } from "../output/console";

export interface Captured {
  /** Exit code; 127 where the program does not exist, 124 after the time limit. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program without a shell and keeps what it prints. */
export function capture(
  program: string,
  args: string[],
  { timeoutMs, ...options }: { env?: Environment; timeoutMs?: number } = {},
): Promise<Captured> {
  return new Promise((resolve) => {
    const settings = { ...options, timeout: timeoutMs, windowsHide: true };
    execFile(program, args, settings, (error, stdout, stderr) => {
      resolve({ code: exitCode(error), stdout: stdout.trim(), stderr: stderr.trim() });
    });
  });
}

function exitCode(error: (Error & { code?: unknown; killed?: boolean }) | null): number {
  if (!error) {
    return 0;
  }
  if (error.code === "ENOENT") {
    return 127;
  }
  return error.killed ? 124 : typeof error.code === "number" ? error.code : 1;
}

/** How a program is run on this terminal. */
export interface ShowOptions {
  readonly cwd?: string;
  readonly env?: Environment;
  /** Whether what it prints is no result and goes to stderr. */
  readonly progress?: boolean;
  /** Gets what it prints, in place of this terminal. */
  readonly onOutput?: (text: string) => void;
  readonly onError?: (text: string) => void;
  /**
   * Whether only this process passes signals on to it, each one once: it has work to put in order
   * when it is told to end, and ends at once when it is told twice.
   */
  readonly apart?: boolean;
}

/** Exit codes of a program that was told to end, as shells have them. */
const signalCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/**
 * The terminal and npm both pass a Ctrl-C on: what comes again within this time is the same one.
 */
const sameSignalMs = 500;

/**
 * Runs a program on this terminal without a shell, and gives its exit code: 128 and the signal's
 * number where it was told to end.
 */
export function show(program: string, args: string[], options: ShowOptions = {}): Promise<number> {
  const { progress = false, apart = false, onOutput, onError, ...rest } = options;
  // Windows has no process groups, and would open a window.
  const detached = apart && process.platform !== "win32";
  const stderr = 2;
  const child = spawn(program, args, {
    ...rest,
    detached,
    stdio: [
      onOutput ? "ignore" : "inherit",
      onOutput ? "pipe" : progress ? stderr : "inherit",
      onError ? "pipe" : "inherit",
    ],
  });
  child.stdout?.setEncoding("utf8").on("data", (text: string) => onOutput?.(text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => onError?.(text));
  return ended(child, detached);
}

/**
 * Waits for a program. Who is told to end meanwhile tells the program, which decides how, and goes on
 * waiting.
 *
 * @param apart - whether Ctrl-C does not reach the program by itself
 */
async function ended(child: ChildProcess, apart: boolean): Promise<number> {
  let told = 0;
  const last: Partial<Record<NodeJS.Signals, number>> = {};
  const onSignal = (signal: NodeJS.Signals) => {
    const isSame = Date.now() - (last[signal] ?? 0) < sameSignalMs;
    last[signal] = Date.now();
    told ||= signalCodes[signal as keyof typeof signalCodes];
    if (!isSame && (apart || signal !== "SIGINT")) {
      // Pulumi, as Go programs do, has no answer to SIGHUP and would end with its lock held.
      child.kill(signal === "SIGHUP" ? "SIGTERM" : signal);
    }
  };
  const signals = Object.keys(signalCodes) as NodeJS.Signals[];
  signals.forEach((signal) => process.on(signal, onSignal));
  try {
    return await new Promise((resolve) => {
      child.on("error", () => resolve(127));
      child.on("close", (code, signal) =>
        resolve(signal || (told && code) ? told || 130 : (code ?? 1)),
      );
    });
  } finally {
    signals.forEach((signal) => process.off(signal, onSignal));
  }
}

/** Runs a program that shows its progress on stderr, and keeps its errors. */
export async function showProgress(
  program: string,
  args: string[],
): Promise<{ code: number; stderr: string }> {
  let stderr = "";
  const onError = (text: string) => (stderr += text);
  const code = await show(program, args, { progress: true, onError });
  return { code, stderr: stderr.trim() };
}
