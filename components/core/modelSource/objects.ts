import { revisionOf } from "./revisionOf";
import type { RemoteFile, ResolvedSource } from "./source";

const archive = /\.(tar|tar\.gz|tgz|zip)$/;

/** What the names begin with of the objects that belong to a key, which is a folder's or an archive's. */
export function listedBelow(key: string): string {
  return key === "" || archive.test(key) ? key : `${key}/`;
}

/** How the objects of a store are read. */
export interface ObjectStore<Listed> {
  /** What holds them, such as `the bucket models`. */
  title: string;
  /** @param path - below the model */
  fileOf(path: string, object: Listed): RemoteFile;
  /** When an object was written, in milliseconds. */
  writtenAt(object: Listed): number;
}

/**
 * The source that a listing of `listedBelow(key)` makes: the files of a model, or one archive by its name.
 *
 * @throws Error where nothing is listed
 */
export function resolveObjects<Listed extends { name: string }>(
  source: string,
  key: string,
  listed: readonly Listed[],
  { title, fileOf, writtenAt }: ObjectStore<Listed>,
): ResolvedSource {
  const isArchive = archive.test(key);
  const start = listedBelow(key).length;
  // A name that ends with "/" stands for a folder in consoles.
  const found = listed.filter(({ name }) => !name.endsWith("/") && (!isArchive || name === key));
  if (found.length === 0) {
    throw new Error(`${title} has nothing there: correct the path`);
  }
  const files = found.map((object) =>
    fileOf(isArchive ? "archive" : object.name.slice(start), object),
  );
  return {
    source,
    revision: revisionOf(files),
    changed: new Date(Math.max(...found.map(writtenAt))),
    content: isArchive ? { archive: files[0] } : { files },
  };
}
