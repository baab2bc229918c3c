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
 * Runs a program on this terminal, without a shell unless asked, and gives its exit code: 130 where
 * Ctrl-C broke it off.
 *
 * @param {string} program
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined>, shell?: boolean }} [options]
 * @returns {Promise<number>}
 */
export function show(program, args, options = {}) {
  return ended(spawn(program, args, { ...options, stdio: "inherit" }));
}

/**
 * Runs a program whose output goes to this terminal, and keeps its errors.
 *
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<{ code: number, stderr: string }>}
 */
export async function showOutput(program, args) {
  const child = spawn(program, args, { stdio: ["ignore", "inherit", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  return { code: await ended(child), stderr: stderr.trim() };
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @returns {Promise<number>}
 */
function ended(child) {
  // Ctrl-C reaches the program too: it decides how to end, and this process waits for it.
  let interrupted = false;
  const wait = () => {
    interrupted = true;
  };
  process.on("SIGINT", wait);
  return new Promise((/** @type {(code: number) => void} */ resolve) => {
    child.on("error", () => resolve(127));
    child.on("close", (code, signal) =>
      resolve(signal || (interrupted && code) ? 130 : (code ?? 1)),
    );
  }).finally(() => process.off("SIGINT", wait));
}
