import * as path from "path";
import { Problem } from "../arguments/problem";
import { findVersions, isFolder } from "../tfserving/versionFolders";
import { contentHash } from "./contentHash";

/**
 * Refuses two versions of a model that hold the same files: to compare them, or to move requests
 * from one to the other, would show nothing.
 *
 * Names and contents of all files count, hidden files and empty folders do not, as in an image. Two
 * exports of one model differ, since TensorFlow writes a new fingerprint each time. A version that
 * is not there is another check's problem: nothing is said here.
 *
 * @param propertyPath - the argument that names `other`
 */
export function checkDistinctVersions(
  modelFolder: string,
  modelName: string,
  version: string,
  other: string,
  propertyPath: string,
): Problem[] {
  if (version === other) {
    return [{ propertyPath, reason: `is ${other}, the very version that is served: use another` }];
  }
  const folder = path.join(modelFolder, modelName);
  const folders = isFolder(folder) ? findVersions(folder).numbers : [];
  const compared = folders.filter(({ value }) => [version, other].includes(value.toString()));
  const hashes = compared.map(({ entry }) =>
    contentHash({ version: path.join(folder, entry) }, {}),
  );
  return hashes.length === 2 && hashes[0] === hashes[1]
    ? [
        {
          propertyPath,
          reason: `is ${other}, which holds the same files as version ${version}: use a version with another content`,
        },
      ]
    : [];
}
