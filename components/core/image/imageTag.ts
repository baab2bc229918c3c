import * as path from "path";
import { ServedVersion } from "../tfserving/servedModels";
import { contentHash } from "./contentHash";
import { versionHash } from "./versionHash";

/** The supervisor and the Dockerfile of the runtime image. */
export const runtimeFolder = path.join(__dirname, "runtime");
/** The Dockerfile that adds a version of a model. */
export const modelDockerfile = path.join(__dirname, "model.Dockerfile");

/** What an image is made of besides the versions. */
export interface ImageRecipe {
  baseImage: string;
  modelName: string;
}

/**
 * The tags of images that hold the first version, the first two and so on: each comes from what its
 * image holds, so that the same content has the same tag in every checkout.
 */
export function imageTags(
  { baseImage, modelName }: ImageRecipe,
  versions: ServedVersion[],
): string[] {
  const held: Record<string, string> = {};
  return versions.map((version) => {
    held[`/models/${version.path}`] = versionHash(version.folder);
    return contentHash(
      {},
      { baseImage, modelName, ...held },
      { runtime: runtimeFolder, dockerfile: modelDockerfile },
    );
  });
}
