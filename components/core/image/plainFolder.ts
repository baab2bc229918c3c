import * as fs from "fs";
import * as path from "path";
import { projectCache } from "../stack/projectCache";
import { staysOut } from "../tfserving/hiddenFiles";
import { filesOf } from "../tfserving/versionFiles";
import { versionHash } from "./versionHash";

/**
 * The folder to build a version from, which no builder follows links out of: its own where it has no
 * such links, else a copy of what they lead to, named by its content.
 */
export function plainFolder(folder: string): string {
  const { files, leadsOut } = filesOf(folder);
  if (!leadsOut) {
    return folder;
  }
  const copy = path.join(projectCache, versionHash(folder));
  if (!fs.existsSync(copy)) {
    fs.mkdirSync(projectCache, { recursive: true });
    // Moved into place, so that what is there is whole, and two programs do not meet.
    const work = fs.mkdtempSync(`${copy}-`);
    for (const { name, place, link } of files.filter((file) => !staysOut(file.name))) {
      const target = path.join(work, name);
      fs.mkdirSync(path.dirname(target), { recursive: true });
      if (link === undefined) {
        fs.copyFileSync(place, target, fs.constants.COPYFILE_FICLONE);
      } else {
        fs.symlinkSync(link, target);
      }
    }
    moveUnlessThere(work, copy);
  }
  return copy;
}

/** Gives a folder that was filled its name, unless somebody else was faster. */
export function moveUnlessThere(work: string, copy: string): void {
  try {
    fs.renameSync(work, copy);
  } catch (error) {
    fs.rmSync(work, { recursive: true });
    if (!fs.existsSync(copy)) {
      throw error;
    }
  }
}
