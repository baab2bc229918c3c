import * as fs from "node:fs";
import * as path from "node:path";

// https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: the second is from before its 1.0.
const markers = [
  "version https://git-lfs.github.com/spec/",
  "version https://hawser.github.com/spec/",
];
const largestPointer = 1024;

/**
 * The files in a folder, at any depth, for which Git LFS left a pointer, by path relative to the
 * folder. Only files as small as a pointer are read.
 */
export function findLfsPointers(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => isLfsPointer(path.join(folder, name)))
    .map((name) => name.split(path.sep).join("/"))
    .sort();
}

function isLfsPointer(file: string): boolean {
  const stats = fs.statSync(file);
  if (!stats.isFile() || stats.size > largestPointer) {
    return false;
  }
  const text = fs.readFileSync(file, "latin1");
  return markers.some((marker) => text.startsWith(marker));
}
