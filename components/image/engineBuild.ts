import * as path from "path";
import { Problem } from "../tfserving/problem";
import { parseImageReference } from "./imageReference";

// The engine's own builder: it finds the runtime image among the engine's images,
// which a builder in a container of its own would not.
export const engineBuild = { useLegacyBuilder: true, platform: "linux/amd64" };

/** A path that is the same in every checkout, since the provider compares it as text. */
export function portable(absolute: string): string {
  return path.relative(process.cwd(), absolute).split(path.sep).join("/");
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
