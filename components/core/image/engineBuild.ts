import * as path from "path";
import { Problem } from "../arguments/problem";
import { checkBaseImage } from "../tfserving/baseImage";
import { parseImageReference } from "../arguments/imageReference";

// The engine's own builder: it finds the runtime image among the engine's images,
// which a builder in a container of its own would not.
export const engineBuild = { useLegacyBuilder: true, platform: "linux/amd64" };

/** A path of the project that is the same in every checkout, since the provider compares it as text. */
export function portable(absolute: string): string {
  return slashed(path.relative(process.cwd(), absolute));
}

/**
 * A folder to build from, as the state has it: the same wherever the checkout lies. One that was given
 * by an absolute path keeps it, for from here the way to it is another in each checkout.
 */
export function buildContext(folder: string): string {
  return path.isAbsolute(folder) ? slashed(path.normalize(folder)) : portable(path.resolve(folder));
}

function slashed(name: string): string {
  return name.split(path.sep).join("/");
}

/** What cannot be the base of an image, and what not its own name. */
export function checkImageNames(args: {
  baseImage: string;
  gpus?: string;
  repository: string;
}): Problem[] {
  return [
    ...checkBaseImage(args.baseImage, { gpus: args.gpus, propertyPath: "baseImage" }),
    ...checkRepository(args.repository),
  ];
}

/** What cannot be the repository of an image that gets its tag from its content. */
export function checkRepository(repository: string): Problem[] {
  const reference = parseImageReference(repository);
  if ("reason" in reference) {
    return [{ propertyPath: "repository", reason: reference.reason }];
  }
  return reference.tag || reference.digest
    ? [
        {
          propertyPath: "repository",
          reason: `is "${repository}": leave tag and digest out, the content gives them`,
        },
      ]
    : [];
}
