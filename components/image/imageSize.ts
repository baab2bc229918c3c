import * as fs from "fs";
import * as path from "path";
import { checkServedModels } from "../tfserving/servedModels";
import { type ServingImageArgs, servingImageDefaults } from "./servingImageArgs";

const gigabyte = 1e9;
const largeGigabytes = 10;

/**
 * Warns of an image over 10 GB, with the size of its model versions; the base image comes on top.
 * Every new instance pulls all of it before its first replica starts. Nothing is said of a folder
 * that cannot be served: other checks do.
 */
export function imageSizeWarnings(
  args: Pick<
    ServingImageArgs,
    "modelFolder" | "modelName" | "modelVersion" | "models" | "savedModelTags"
  >,
): string[] {
  const { versions } = checkServedModels({
    ...servingImageDefaults,
    ...args,
    tags: args.savedModelTags,
  });
  const size = versions.reduce((sum, { folder }) => sum + folderSize(folder), 0) / gigabyte;
  return size > largeGigabytes
    ? [
        `The model versions in the image take ${size.toFixed(1)} GB: every new instance pulls them before its ` +
          "first replica starts. Serve fewer versions, or give instances a larger volume and " +
          "startTimeoutSeconds and deploymentTimeoutMinutes time enough.",
      ]
    : [];
}

function folderSize(folder: string): number {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + fs.statSync(path.join(parentPath, name)).size, 0);
}
