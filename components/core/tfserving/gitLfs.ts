import * as fs from "node:fs";

import type { VersionFile } from "./versionFiles";

// https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: the second is from before its 1.0.
const markers = [
  "version https://git-lfs.github.com/spec/",
  "version https://hawser.github.com/spec/",
];
const largestPointer = 1024;

/** The files for which Git LFS left a pointer, by name. Only those as small as a pointer are read. */
export function findLfsPointers(files: VersionFile[]): string[] {
  return files.filter(({ place }) => isLfsPointer(place)).map(({ name }) => name);
}

function isLfsPointer(file: string): boolean {
  const stats = fs.statSync(file);
  if (!stats.isFile() || stats.size > largestPointer) {
    return false;
  }
  const text = fs.readFileSync(file, "latin1");
  return markers.some((marker) => text.startsWith(marker));
}
