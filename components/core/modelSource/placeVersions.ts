import * as fs from "node:fs";
import * as path from "node:path";
import { findOtherFormat } from "../tfserving/otherFormats";
import { savedModelFile } from "../tfserving/savedModel";
import { isFolder, quoted } from "../tfserving/versionFolders";
import { asVersion } from "../tfserving/versionNumber";

const deepest = 3;

/**
 * Moves what was fetched to where a model has its versions.
 *
 * The content may be one version, a folder with versions, a folder per model, or any of these in a
 * folder that wraps it. Hidden files and `__MACOSX` are passed over.
 *
 * @param number - of a version that has no folder named by its number
 * @throws Error if there is no SavedModel
 */
export function placeVersions(
  content: string,
  versions: string,
  modelName: string,
  number: string,
): void {
  const { folder, isVersion } = findModel(content, modelName);
  if (isVersion) {
    fs.mkdirSync(versions);
    fs.renameSync(folder, path.join(versions, number));
  } else {
    fs.renameSync(folder, versions);
  }
}

function findModel(content: string, modelName: string): { folder: string; isVersion: boolean } {
  let folder = content;
  for (let depth = 0; depth <= deepest; depth++) {
    const names = foldersIn(folder);
    if (fs.existsSync(path.join(folder, savedModelFile))) {
      return { folder, isVersion: true };
    }
    if (names.some((name) => asVersion(name) !== undefined)) {
      return { folder, isVersion: false };
    }
    const next = names.includes(modelName) ? modelName : names.length === 1 ? names[0] : undefined;
    if (next === undefined) {
      throw new Error(noModel(content, folder, names, modelName));
    }
    folder = path.join(folder, next);
  }
  throw new Error(
    `it holds no ${savedModelFile} in its upper folders: name the folder that has it`,
  );
}

function foldersIn(folder: string): string[] {
  return fs
    .readdirSync(folder)
    .filter((name) => !/^(\.|__MACOSX$)/.test(name) && isFolder(path.join(folder, name)))
    .sort();
}

function noModel(content: string, folder: string, names: string[], modelName: string): string {
  if (names.length > 1) {
    return (
      `it holds the folders ${quoted(names)}, and none is called "${modelName}": ` +
      "set modelName to one of them"
    );
  }
  const format = findOtherFormat(folder)?.split(`${content}${path.sep}`).join("");
  return `it holds no SavedModel: ${format ?? `use what has a ${savedModelFile}`}`;
}
