import { containersOf } from "../containers";
import type { ResourceRule } from "../rule";

/**
 * A tag can name another image tomorrow: replicas that start then run something else than those of today.
 * An image's id, as Docker has it for one that is built or pulled already, never does.
 */
export const imagesByDigest: ResourceRule = {
  name: "images-by-digest",
  description: "Containers run images by digest or by id, not by a tag alone.",
  level: "mandatory",
  config: {},
  check: (resource) =>
    containersOf(resource).flatMap(({ part, image }) =>
      typeof image !== "string" || /(^|@)sha256:/.test(image)
        ? []
        : [
            {
              part,
              wrong: `names its image by a tag only, "${image}"`,
              fix: `Write it with its digest, ${withoutDigest(image)}@sha256:...`,
            },
          ],
    ),
};

function withoutDigest(image: string): string {
  return image.replace(/@.*$/, "");
}
