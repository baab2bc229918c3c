// @ts-check
import { execFile, spawn } from "node:child_process";

/**
 * @typedef {object} Captured
 * @property {number} code - exit code; 127 where the program does not exist, 124 after the time limit
 * @property {string} stdout
 * @property {string} stderr
 *
 * @typedef {object} ProcessOptions
 * @property {string} [cwd]
 * @property {Record<string, string | undefined>} [env]
 * @property {number} [timeoutMs]
 * @property {string} [input] - what the program reads; nothing otherwise
 */

/**
 * Runs a program without a shell and keeps what it prints.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {ProcessOptions} [options]
 * @returns {Promise<Captured>}
 */
export function capture(program, args, { timeoutMs, input, ...options } = {}) {
  return new Promise((resolve) => {
    const settings = { ...options, timeout: timeoutMs, maxBuffer: 2 ** 28, windowsHide: true };
    const child = execFile(program, args, settings, (error, stdout, stderr) => {
      resolve({ code: exitCode(error), stdout: stdout.trim(), stderr: stderr.trim() });
    });
    if (input !== undefined) {
      // A program that ends early says so by its exit code.
      child.stdin?.on("error", () => {}).end(input);
    }
  });
}

/** @param {(Error & { code?: unknown, killed?: boolean }) | null} error */
function exitCode(error) {
  if (!error) {
    return 0;
  }
  if (error.code === "ENOENT") {
    return 127;
  }
  return error.killed ? 124 : typeof error.code === "number" ? error.code : 1;
}

/**
 * How a program is run on this terminal.
 *
 * @typedef {object} ShowOptions
 * @property {string} [cwd]
 * @property {Record<string, string | undefined>} [env]
 * @property {boolean} [shell]
 * @property {boolean} [progress] - what it prints is no result: it goes to stderr
 * @property {boolean} [apart] - only this process passes signals on to it, each one once: it has
 *   work to put in order when it is told to end, and ends at once when it is told twice
 */

/** File descriptor of stderr. */
const stderrNumber = 2;

/** Exit codes of a program that was told to end, as shells have them. */
const signalCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/**
 * Runs a program on this terminal, without a shell unless asked, and gives its exit code: 128 and
 * the signal's number where it was told to end.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {ShowOptions} [options]
 * @returns {Promise<number>}
 */
export function show(program, args, { progress = false, apart = false, ...options } = {}) {
  // Windows has no process groups, and would open a window.
  const detached = apart && process.platform !== "win32";
  const stdout = progress ? stderrNumber : "inherit";
  const child = spawn(program, args, {
    ...options,
    detached,
    stdio: ["inherit", stdout, "inherit"],
  });
  return ended(child, detached);
}

/**
 * Runs a program that shows its progress on this terminal, and keeps its errors.
 *
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<{ code: number, stderr: string }>}
 */
export async function showProgress(program, args) {
  const child = spawn(program, args, { stdio: ["ignore", stderrNumber, "pipe"] });
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text) => (stderr += text));
  return { code: await ended(child, false), stderr: stderr.trim() };
}

/**
 * Waits for a program. Who is told to end meanwhile tells the program, which decides how, and goes
 * on waiting.
 *
 * @param {import("node:child_process").ChildProcess} child
 * @param {boolean} apart - whether Ctrl-C does not reach the program by itself
 * @returns {Promise<number>}
 */
function ended(child, apart) {
  let told = 0;
  const handlers = Object.entries(signalCodes).map(([name, code]) => {
    const signal = /** @type {NodeJS.Signals} */ (name);
    const handler = () => {
      told ||= code;
      if (apart || signal !== "SIGINT") {
        // Pulumi, as Go programs do, has no answer to SIGHUP and would end with its lock held.
        child.kill(signal === "SIGHUP" ? "SIGTERM" : signal);
      }
    };
    process.on(signal, handler);
    return { signal, handler };
  });
  return new Promise((/** @type {(code: number) => void} */ resolve) => {
    child.on("error", () => resolve(127));
    child.on("close", (code, signal) =>
      resolve(signal || (told && code) ? told || 130 : (code ?? 1)),
    );
  }).finally(() => handlers.forEach(({ signal, handler }) => process.off(signal, handler)));
}
