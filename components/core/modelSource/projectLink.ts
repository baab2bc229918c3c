import * as fs from "node:fs";
import * as path from "node:path";
import { projectCache } from "../stack/projectCache";

/**
 * Makes an entry of the cache a model folder of the project, by a link: the state then holds a path that
 * is the same in every checkout, on every machine.
 *
 * @param name - of the model folder, which later revisions of the source have too
 * @returns the model folder, relative to the project
 */
export function linkModel(entry: string, name: string, modelName: string): string {
  const modelFolder = path.join(projectCache, "sources", name);
  const link = path.join(modelFolder, modelName);
  fs.mkdirSync(modelFolder, { recursive: true });
  if (linkedTo(link) !== entry) {
    // Renamed over the old one, so that no other process finds none.
    const next = `${link}.${process.pid}`;
    fs.rmSync(next, { force: true });
    fs.symlinkSync(entry, next, "junction");
    fs.renameSync(next, link);
  }
  return modelFolder;
}

function linkedTo(link: string): string | undefined {
  try {
    return fs.readlinkSync(link);
  } catch {
    return undefined;
  }
}
