import * as fs from "fs";
import * as path from "path";
import { Problem } from "@tf-model-serving/core/internal/arguments/problem";

/** Files as a ConfigMap holds them. */
export interface ConfigMapFiles {
  /** Contents that are text, by key. */
  data: Record<string, string>;
  /** Other contents, in base64, by key. */
  binaryData: Record<string, string>;
  /** Where each file belongs: its path in the folder, by key. */
  paths: Record<string, string>;
}

/**
 * What a ConfigMap may hold.
 * @see https://kubernetes.io/docs/concepts/configuration/configmap/#motivation
 */
const mostBytes = 2 ** 20;
const longestKey = 253;

/** The files of a folder and of those below it, but for names that begin with `.`. */
export function readConfigMapFiles(folder: string): ConfigMapFiles {
  const files: ConfigMapFiles = { data: {}, binaryData: {}, paths: {} };
  for (const file of listFiles(folder)) {
    const key = keyOf(file);
    const content = fs.readFileSync(path.join(folder, file));
    const text = content.toString("utf8");
    files.paths[key] = file;
    if (Buffer.from(text, "utf8").equals(content)) {
      files.data[key] = text;
    } else {
      files.binaryData[key] = content.toString("base64");
    }
  }
  return files;
}

/** Why a folder's files cannot be given to a notebook. */
export function checkConfigMapFiles(propertyPath: string, folder: string): Problem[] {
  const refuse = (reason: string): Problem[] => [{ propertyPath, reason }];
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    return refuse(`is "${folder}", which is no folder: create it, or name another`);
  }
  const files = listFiles(folder);
  if (files.length === 0) {
    return refuse(`is "${folder}", which has no file in it: leave it out`);
  }
  const tooLong = files.find((file) => keyOf(file).length > longestKey);
  if (tooLong !== undefined) {
    return refuse(`holds "${tooLong}", whose path is too long for a ConfigMap: shorten it`);
  }
  const bytes = files
    .map((file) => keyOf(file).length + fs.statSync(path.join(folder, file)).size)
    .reduce((sum, size) => sum + size, 0);
  return bytes > mostBytes
    ? refuse(
        `is "${folder}", whose files have ${bytes} bytes, and a ConfigMap holds ${mostBytes}: ` +
          "name a smaller folder, and upload the rest in JupyterLab",
      )
    : [];
}

/** Paths below a folder, sorted. */
function listFiles(folder: string, below = ""): string[] {
  return fs
    .readdirSync(path.join(folder, below))
    .filter((name) => !name.startsWith("."))
    .sort()
    .flatMap((name) => {
      const file = path.posix.join(below, name);
      return fs.statSync(path.join(folder, file)).isDirectory() ? listFiles(folder, file) : [file];
    });
}

/** A key may hold letters, digits, `-`, `_` and `.`: all else, and `_`, becomes `_` and its bytes in hex. */
function keyOf(file: string): string {
  return file.replace(/[^A-Za-z0-9.-]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `_${byte.toString(16).padStart(2, "0")}`).join(""),
  );
}
