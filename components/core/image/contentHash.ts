import * as pulumi from "@pulumi/pulumi";
import { createHash, Hash } from "crypto";
import * as fs from "fs";
import { readText } from "../arguments/readText";
import { staysOut } from "../tfserving/hiddenFiles";
import { filesOf, VersionFile } from "../tfserving/versionFiles";

const chunkBytes = 1 << 20;

/**
 * Digest of what an image is made of, as 12 hexadecimal digits for a tag.
 *
 * It covers relative paths and contents of files only, without those that stay out of images
 * (`staysOut`). Owner, permission bits, time stamps, the folders' own paths and empty folders, which
 * git does not keep, are left out, so that every checkout of the same content gives the same tag.
 *
 * @param sources - folders or files, by the name under which each one counts
 * @param settings - further values that decide what the image holds
 * @param texts - the same as `sources`, but whether lines end with CRLF or LF does not count: git may
 *   change it in a checkout
 * @throws RunError that names what is neither a file, a folder nor a link
 */
export function contentHash(
  sources: Record<string, string>,
  settings: Record<string, string>,
  texts: Record<string, string> = {},
): string {
  const hash = createHash("sha256");
  for (const [name, value] of sortedEntries(settings)) {
    addField(hash, "setting", `${name}=${value}`);
  }
  for (const [name, source] of sortedEntries(sources)) {
    addPath(hash, name, source, addFile);
  }
  for (const [name, source] of sortedEntries(texts)) {
    addPath(hash, name, source, addText);
  }
  return hash.digest("hex").slice(0, 12);
}

function addPath(hash: Hash, source: string, place: string, add: typeof addFile): void {
  if (!fs.statSync(place).isDirectory()) {
    addOne(hash, source, { name: "", place }, add);
    return;
  }
  for (const file of filesOf(place).files.filter(({ name }) => !staysOut(name))) {
    addOne(hash, `${source}/${file.name}`, file, add);
  }
}

function addOne(hash: Hash, name: string, { place, link }: VersionFile, add: typeof addFile): void {
  if (link !== undefined) {
    addField(hash, "link", `${name}>${link}`);
    return;
  }
  const info = fs.statSync(place);
  if (!info.isFile()) {
    throw new pulumi.RunError(`${place} is no file, folder or link: an image cannot hold it`);
  }
  addField(hash, "file", name);
  add(hash, place, info.size);
}

/** Reads piece by piece: a model may be larger than memory. */
function addFile(hash: Hash, file: string, bytes: number): void {
  addField(hash, "bytes", String(bytes));
  const buffer = Buffer.allocUnsafe(chunkBytes);
  const handle = fs.openSync(file, "r");
  try {
    let read: number;
    while ((read = fs.readSync(handle, buffer, 0, chunkBytes, null)) > 0) {
      hash.update(buffer.subarray(0, read));
    }
  } finally {
    fs.closeSync(handle);
  }
}

function addText(hash: Hash, file: string): void {
  const text = readText(file);
  addField(hash, "bytes", String(Buffer.byteLength(text)));
  hash.update(text);
}

/** The length in front keeps "ab" + "c" apart from "a" + "bc". */
function addField(hash: Hash, kind: string, text: string): void {
  hash.update(`${kind} ${Buffer.byteLength(text)} ${text}\n`);
}

function sortedEntries(record: Record<string, string>): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
