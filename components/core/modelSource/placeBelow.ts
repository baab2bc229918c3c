import * as path from "node:path";

/**
 * Where a file of a source lies below a folder.
 *
 * @throws Error if its name would lead out of the folder
 */
export function placeBelow(folder: string, name: string): string {
  const parts = name.split("/");
  // A backslash and a drive are part of a path on Windows only.
  if (name === "" || parts.some((part) => part === ".." || /[\\\0]|^[a-z]:/i.test(part))) {
    throw new Error(`it holds "${name}", a path that leads out of the model: do not use it`);
  }
  const place = path.join(folder, ...parts);
  if (path.isAbsolute(name) || !place.startsWith(folder + path.sep)) {
    throw new Error(`it holds "${name}", a path that leads out of the model: do not use it`);
  }
  return place;
}
