import * as fs from "fs";
import * as path from "path";
import { filesOf } from "../tfserving/versionFiles";
import { contentHash } from "./contentHash";

const known = new Map<string, { state: string; hash: string }>();

/**
 * Digest of what an image holds of a version's folder. A preview asks several times, and a model may
 * have gigabytes: files are read again only once one of them has changed.
 */
export function versionHash(folder: string): string {
  const place = path.resolve(folder);
  const state = stateOf(place);
  const found = known.get(place);
  if (found?.state === state) {
    return found.hash;
  }
  const hash = contentHash({ version: folder }, {});
  known.set(place, { state, hash });
  return hash;
}

/** Changes with every change of a file: the kernel sets ctime, whatever mtime is set to. */
function stateOf(folder: string): string {
  return filesOf(folder)
    .files.map(({ name, place }) => {
      const { ino, size, ctimeNs } = fs.statSync(place, { bigint: true });
      return `${name} ${ino} ${size} ${ctimeNs}\n`;
    })
    .join("");
}
