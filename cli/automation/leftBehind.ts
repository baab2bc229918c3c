import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { note } from "../output/console";
import { ownFolder } from "../setup/folders";
import type { Workspace } from "../setup/workspace";
import { StackLocked } from "./stackLocked";

/** Who holds a lock of a folder backend, as Pulumi writes it. */
export interface Holder {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  /** When the lock was taken, RFC 3339. */
  readonly timestamp: string;
}

/**
 * Removes what killed processes left of a stack's files: locks, and files that were being written. Only
 * in the project's own backend: who holds a lock in another may be on another machine, and Pulumi itself
 * says so.
 *
 * @throws StackLocked where a process that lives, or may live, holds a lock
 */
export function clearLeftBehind({ backend, project, name, stack }: Workspace): void {
  if (!backend.own) {
    return;
  }
  jsonFiles(lockFolder(ownFolder, String(project.name), name)).forEach((file) =>
    removeDeadLock(file, stack),
  );
  // Nobody writes there now.
  const torn = tornFiles(ownFolder, String(project.name), name);
  torn.forEach((file) => rmSync(file, { force: true }));
  if (torn.length > 0) {
    note(
      "recovery",
      "Pulumi was killed while it wrote its record: what it left of that is removed",
    );
  }
}

function removeDeadLock(file: string, stack: string): void {
  const holder = readHolder(file);
  if (!holder || !isGone(holder, os.hostname(), programOf)) {
    const who =
      holder &&
      ` (process ${holder.pid} of ${holder.username} on ${holder.hostname}, since ${holder.timestamp})`;
    throw new StackLocked(stack, who);
  }
  rmSync(file, { force: true });
  rmSync(`${file}.attrs`, { force: true });
  note(
    "recovery",
    `an update broke off (process ${holder.pid}, begun ${holder.timestamp}): its lock is removed`,
  );
}

/**
 * Whether the process that took a lock is gone: this machine has none of that number, or another
 * program got the number later.
 *
 * @param hostname - this machine's
 * @param program - which program a process runs, as `programOf` tells
 */
export function isGone(
  { pid, hostname: where }: Holder,
  hostname: string,
  program: (pid: number) => string | undefined,
): boolean {
  if (where !== hostname || !Number.isInteger(pid) || pid <= 0) {
    return false;
  }
  const runs = program(pid);
  return runs === undefined || (runs !== "" && !/^pulumi/.test(runs));
}

/** The folder with a stack's locks in a folder backend. */
export function lockFolder(folder: string, project: string, stack: string): string {
  return path.join(folder, ".pulumi", "locks", "organization", project, stack);
}

/**
 * Empty files with attributes of a stack's record, its backups and its history. A folder backend
 * replaces its files whole, but writes `<file>.attrs` in place: an empty one makes Pulumi refuse the
 * file ("failed to load checkpoint: EOF"), and it needs none.
 *
 * @param folder - of the backend
 * @see https://pkg.go.dev/gocloud.dev/blob/fileblob
 */
export function tornFiles(folder: string, project: string, stack: string): string[] {
  const own = path.join(folder, ".pulumi");
  const record = filesIn(path.join(own, "stacks", project)).filter((file) =>
    path.basename(file).startsWith(`${stack}.json`),
  );
  const older = ["backups", "history"].flatMap((kind) =>
    filesIn(path.join(own, kind, project, stack)),
  );
  return [...record, ...older].filter(
    (file) => file.endsWith(".attrs") && statSync(file).size === 0,
  );
}

function filesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((file) => path.join(folder, file)) : [];
}

function jsonFiles(folder: string): string[] {
  return filesIn(folder).filter((file) => file.endsWith(".json"));
}

/** Undefined where a file is not readable as a lock. */
function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** Which program a process of this machine runs: empty where unknown, undefined where there is no process. */
export function programOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") {
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
