const archive = /\.(tar|tar\.gz|tgz|zip)$/;

/** Whether a key is that of an archive, by its name. */
export function isArchive(key: string): boolean {
  return archive.test(key);
}

/** What the names begin with of the objects that belong to a key, which is a folder's or an archive's. */
export function listedBelow(key: string): string {
  return key === "" || isArchive(key) ? key : `${key}/`;
}

/** Those objects of a listing that are files, with their paths below the key. */
export function filesBelow<T extends { name: string }>(
  listed: readonly T[],
  key: string,
): { path: string; object: T }[] {
  const start = listedBelow(key);
  // A name that ends with "/" stands for a folder in consoles.
  return listed
    .filter(({ name }) => !name.endsWith("/") && (isArchive(key) ? name === key : true))
    .map((object) => ({
      path: isArchive(key) ? "archive" : object.name.slice(start.length),
      object,
    }));
}
