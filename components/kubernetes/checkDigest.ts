import { parseImageReference } from "@tf-model-serving/core/internal/arguments/imageReference";
import { Problem } from "@tf-model-serving/core/internal/arguments/problem";

/**
 * Whether an image is named by digest: nodes that pull a tag at different times could run different
 * images. One that is not known yet is checked by nobody: what pushes it gives a digest.
 */
export function checkDigest(propertyPath: string, image: unknown): Problem[] {
  if (typeof image !== "string") {
    return [];
  }
  const reference = parseImageReference(image);
  if ("reason" in reference) {
    return [{ propertyPath, reason: reference.reason }];
  }
  return reference.digest
    ? []
    : [
        {
          propertyPath,
          reason: `is "${image}": use a digest, REPOSITORY@sha256:..., since a tag can move`,
        },
      ];
}
