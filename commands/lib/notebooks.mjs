// @ts-check
import { lchownSync, lstatSync, readdirSync, realpathSync } from "node:fs";
import path from "node:path";

/** User and group of the Jupyter images. */
const jovyan = 1000;
const usersGroup = 100;

/**
 * Whether this process should give the notebooks away: as root on Linux with an
 * engine of this machine, where files that root checked out could not be saved
 * from JupyterLab, which never runs as root.
 *
 * @param {{ system: string, uid: number | undefined, host: string, notebook: boolean }} here
 * @returns {boolean}
 */
export function ownsForNotebook({ system, uid, host, notebook }) {
  return notebook && system === "linux" && uid === 0 && host.startsWith("unix:");
}

/**
 * Gives everything in a folder that belongs to root to the folder's owner, or to
 * the notebook's user where the folder is root's too. A folder that is more than a
 * folder for notebooks stays as it is: the project's own or one that holds it, and
 * a git repository, whose files git would not trust any more; so do repositories
 * below it.
 *
 * @param {string} folder - absolute
 * @param {string} root - project folder
 * @returns {{ given: number, why?: string }} how many files and folders changed their owner, and why none may
 */
export function giveToNotebook(folder, root) {
  const top = lstatSync(folder, { throwIfNoEntry: false });
  if (!top?.isDirectory()) {
    return { given: 0 };
  }
  const inside = path.relative(realpathSync(folder), realpathSync(root));
  if (!/^\.\.(\/|$)/.test(inside)) {
    return { given: 0, why: "holds this project" };
  }
  return isRepository(folder)
    ? { given: 0, why: "is a git repository" }
    : { given: give(folder, top.uid === 0 ? jovyan : top.uid) };
}

/** @param {string} folder */
function isRepository(folder) {
  return lstatSync(path.join(folder, ".git"), { throwIfNoEntry: false }) !== undefined;
}

/**
 * @param {string} entry
 * @param {number} owner
 * @returns {number}
 */
function give(entry, owner) {
  const status = lstatSync(entry);
  if (status.isDirectory() && isRepository(entry)) {
    return 0;
  }
  const inside = status.isDirectory() ? readdirSync(entry) : [];
  const given = inside.reduce((sum, name) => sum + give(path.join(entry, name), owner), 0);
  if (status.uid !== 0) {
    return given;
  }
  // The entry itself, should it be a link: never what it points to.
  lchownSync(entry, owner, usersGroup);
  return given + 1;
}
