// @ts-check
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Failure, note, npmRun } from "./command.mjs";
import { ownFolder } from "./workspace.mjs";

/**
 * Who holds a lock of a folder backend, as Pulumi writes it.
 *
 * @typedef {object} Holder
 * @property {number} pid
 * @property {string} username
 * @property {string} hostname
 * @property {string} timestamp - when the lock was taken, RFC 3339
 */

/**
 * Removes the locks that killed processes left on a stack. Only in the project's
 * own backend, and only where the process that holds a lock is known to be gone.
 *
 * @param {import("./workspace.mjs").Workspace} workspace
 * @throws Failure where a process that lives, or may live, holds a lock
 */
export function removeDeadLocks({ backend, project, name, stack }) {
  if (!backend.own) {
    // Whoever holds a lock there may be on another machine: Pulumi itself says so.
    return;
  }
  for (const file of lockFiles(lockFolder(ownFolder, String(project.name), name))) {
    const holder = readHolder(file);
    if (!holder || !isGone(holder, os.hostname(), programOf)) {
      throw new Failure(
        `Another update of the stack ${stack} is under way${holder ? ` (process ${holder.pid} of ${holder.username} on ${holder.hostname}, since ${holder.timestamp})` : ""}.`,
        `wait until it has ended; if you know that it has: ${npmRun("pulumi -- cancel --yes", stack)}.`,
      );
    }
    rmSync(file, { force: true });
    rmSync(`${file}.attrs`, { force: true });
    note(
      "recovery",
      `an update broke off (process ${holder.pid}, begun ${holder.timestamp}): its lock is removed`,
    );
  }
}

/**
 * Whether the process that took a lock is gone: this machine has none of that
 * number, or another program got the number later.
 *
 * @param {Holder} holder
 * @param {string} hostname - this machine's
 * @param {(pid: number) => string | undefined} programOf - which program a process runs; empty where unknown, undefined where there is no process
 * @returns {boolean}
 */
export function isGone({ pid, hostname: where }, hostname, programOf) {
  if (where !== hostname || !Number.isInteger(pid) || pid <= 0) {
    return false;
  }
  const program = programOf(pid);
  return program === undefined || (program !== "" && !/^pulumi/.test(program));
}

/**
 * The folder with a stack's locks in a folder backend.
 *
 * @param {string} folder - of the backend
 * @param {string} project
 * @param {string} stack
 * @returns {string}
 */
export function lockFolder(folder, project, stack) {
  return path.join(folder, ".pulumi", "locks", "organization", project, stack);
}

/** @param {string} folder */
function lockFiles(folder) {
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith(".json"))
        .map((file) => path.join(folder, file))
    : [];
}

/**
 * @param {string} file
 * @returns {Holder | undefined} undefined where it is not readable as a lock
 */
function readHolder(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Which program a process of this machine runs.
 *
 * @param {number} pid
 * @returns {string | undefined} empty where unknown; undefined where there is no process
 */
export function programOf(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "ESRCH") {
      return undefined;
    }
  }
  try {
    const [, program, state] =
      /\((.*)\) (\S)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    // A zombie has ended; nobody has asked for its exit code yet.
    return state === "Z" ? undefined : (program ?? "");
  } catch {
    return "";
  }
}
