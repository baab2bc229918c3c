import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import envPaths from "env-paths";

/** The folder TFSERVING_CACHE, else `tfserving` where the platform has its caches (~/.cache on Linux). */
export function cacheFolder(): string {
  return path.resolve(process.env.TFSERVING_CACHE || envPaths("tfserving", { suffix: "" }).cache);
}

/** Name of an entry: the same content has the same one on every machine. */
export function cacheKey(...parts: unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}

/**
 * A folder of the cache, filled on first use. It appears with all that is in it, or not at all; two
 * processes that fill it at once have each their own work folder. That of a process which is no longer
 * there is taken over, with what it has fetched.
 *
 * @param fill - gets the work folder, and gives the folder in it that becomes the entry
 */
export function cached(key: string, fill: (work: string) => Promise<string>): Promise<Entry> {
  const running = filling.get(key) ?? fillOnce(key, fill).finally(() => filling.delete(key));
  filling.set(key, running);
  return running;
}

interface Entry {
  folder: string;
  isNew: boolean;
}

// Two services of one program may have the same model.
const filling = new Map<string, Promise<Entry>>();

async function fillOnce(key: string, fill: (work: string) => Promise<string>): Promise<Entry> {
  const folder = path.join(cacheFolder(), "models", key);
  if (fs.existsSync(folder)) {
    return { folder, isNew: false };
  }
  const work = workFolder(key);
  const filled = await fill(work);
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  try {
    fs.renameSync(filled, folder);
  } catch (error) {
    // Another process was faster.
    if (!fs.existsSync(folder)) {
      throw error;
    }
  }
  fs.rmSync(work, { recursive: true, force: true });
  return { folder, isNew: true };
}

function workFolder(key: string): string {
  const folder = path.join(cacheFolder(), "partial");
  fs.mkdirSync(folder, { recursive: true });
  const own = path.join(folder, workName(key, process.pid));
  const left = fs.readdirSync(folder).find((name) => isLeft(name, key));
  if (left !== undefined && !fs.existsSync(own)) {
    try {
      fs.renameSync(path.join(folder, left), own);
    } catch {
      // Another process has taken it.
    }
  }
  fs.mkdirSync(own, { recursive: true });
  return own;
}

function workName(key: string, pid: number): string {
  return `${key}.${os.hostname()}.${pid}`;
}

/** Whether a work folder is of a process of this machine that has ended. */
function isLeft(name: string, key: string): boolean {
  const pid = Number(name.split(".").at(-1));
  if (name !== workName(key, pid)) {
    return false;
  }
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
}
