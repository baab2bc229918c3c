import { lchownSync, lstatSync, readdirSync, realpathSync } from "node:fs";
import * as path from "node:path";
import { note } from "../output/console";
import { root } from "./folders";
import type { Workspace } from "./workspace";

/** User and group of the Jupyter images. */
const jovyan = 1000;
const usersGroup = 100;

/** Gives the notebooks of a stack to the notebook's user where root checked them out. */
export function giveNotebooks({ host, setting }: Workspace): void {
  const notebook = String(setting("notebook")) !== "false";
  if (!ownsForNotebook({ system: process.platform, uid: process.getuid?.(), host, notebook })) {
    return;
  }
  const folder = String(setting("notebookFolder"));
  const { given, why } = giveToNotebook(path.resolve(root, folder), root);
  if (why) {
    note(
      "notebook",
      `${folder} ${why} and stays root's: the notebook's user, who is never root, cannot save in it`,
    );
  }
  if (given > 0) {
    note(
      "notebook",
      `${folder} belonged to root: given to the notebook's user, who is never root (${given} entries)`,
    );
  }
}

/** Who asks, and for what. */
export interface NotebookOwner {
  readonly system: string;
  readonly uid: number | undefined;
  readonly host: string;
  readonly notebook: boolean;
}

/**
 * Whether this process should give the notebooks away: as root on Linux with an engine of this machine,
 * where files that root checked out could not be saved from JupyterLab, which never runs as root.
 */
export function ownsForNotebook({ system, uid, host, notebook }: NotebookOwner): boolean {
  return notebook && system === "linux" && uid === 0 && host.startsWith("unix:");
}

/**
 * Gives everything in a folder that belongs to root to the folder's owner, or to the notebook's user
 * where the folder is root's too. A folder that is more than a folder for notebooks stays as it is: the
 * project's own or one that holds it, and a git repository, whose files git would not trust any more;
 * so do repositories below it.
 *
 * @param folder - absolute
 * @returns how many files and folders changed their owner, and why none may
 */
export function giveToNotebook(folder: string, project: string): { given: number; why?: string } {
  const top = lstatSync(folder, { throwIfNoEntry: false });
  if (!top?.isDirectory()) {
    return { given: 0 };
  }
  const inside = path.relative(realpathSync(folder), realpathSync(project));
  if (!/^\.\.(\/|$)/.test(inside)) {
    return { given: 0, why: "holds this project" };
  }
  return isRepository(folder)
    ? { given: 0, why: "is a git repository" }
    : { given: give(folder, top.uid === 0 ? jovyan : top.uid) };
}

function isRepository(folder: string): boolean {
  return lstatSync(path.join(folder, ".git"), { throwIfNoEntry: false }) !== undefined;
}

function give(entry: string, owner: number): number {
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
