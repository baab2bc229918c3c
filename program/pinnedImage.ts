import * as pulumi from "@pulumi/pulumi";
import { DockerEngine, findImage, Problem } from "../components";

/** The image of an earlier release, which is not built. */
export interface PinnedImage {
  /** Local name, or digest in a registry. */
  readonly image: string;
  /** What containers are made from: an id, or that digest. */
  readonly reference: string;
}

/** A digest may still be in its registry, from where containers get it by that name. */
export async function findPinnedImage(
  host: string,
  image: string,
): Promise<PinnedImage | undefined> {
  const reference = image.includes("@") ? image : await findImage(host, image);
  return reference === undefined ? undefined : { image, reference };
}

/** What cannot work about the config key `image`. */
export function checkPinnedImage(
  image: string,
  found: PinnedImage | undefined,
  config: pulumi.Config,
  engine: DockerEngine,
): Problem[] {
  const refuse = (reason: string) => [
    { propertyPath: "image", reason: `is "${image}", ${reason}` },
  ];
  if (config.get("canaryVersion")) {
    return refuse("which excludes canaryVersion: a canary's images are built");
  }
  return found
    ? []
    : refuse(
        `which the Docker Engine at ${engine.host} does not have: ` +
          "leave it empty to build one from the model folder",
      );
}
