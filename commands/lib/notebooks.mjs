// @ts-check
import { lchownSync, lstatSync, readdirSync } from "node:fs";
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
 * the notebook's user where the folder is root's too.
 *
 * @param {string} folder
 * @returns {number} how many files and folders changed their owner
 */
export function giveToNotebook(folder) {
  const top = lstatSync(folder, { throwIfNoEntry: false });
  return top?.isDirectory() ? give(folder, top.uid === 0 ? jovyan : top.uid) : 0;
}

/**
 * @param {string} entry
 * @param {number} owner
 * @returns {number}
 */
function give(entry, owner) {
  const status = lstatSync(entry);
  const inside = status.isDirectory() ? readdirSync(entry) : [];
  const given = inside.reduce((sum, name) => sum + give(path.join(entry, name), owner), 0);
  if (status.uid !== 0) {
    return given;
  }
  // The entry itself, should it be a link: never what it points to.
  lchownSync(entry, owner, usersGroup);
  return given + 1;
}
