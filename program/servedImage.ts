import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { PublishedImage, ServingImage, ServingImageArgs, Signature } from "../components";
import type { Settings } from "../settings";
import { onRecord, ReleaseRecord } from "./releaseRecord";

/** The image that the replicas run, and what it serves. */
export interface ServedImage {
  /** Name that people know: with a tag, or a digest in a registry. */
  readonly image: pulumi.Input<string>;
  /** What containers are made from: an id or a digest. */
  readonly reference: pulumi.Input<string>;
  readonly modelVersion: pulumi.Output<string>;
  /** The signature that clients call; not known of a pinned image that is not on record. */
  readonly signature: pulumi.Output<Signature | undefined>;
}

/** The image of the model folder, or the one that the configuration pins. */
export function servedImage(
  settings: Settings,
  recorded: ReleaseRecord,
  provider: docker.Provider,
): ServedImage {
  const { pinned, image } = settings;
  return pinned
    ? { ...pinned, ...onRecord(recorded, pinned.image) }
    : buildImage("serving", image, settings, provider);
}

/** Builds an image and pushes it where there is a registry. */
export function buildImage(
  name: string,
  args: ServingImageArgs,
  { engine, registry }: Pick<Settings, "engine" | "registry">,
  provider: docker.Provider,
): ServedImage {
  const built = new ServingImage(name, args, { provider });
  const published =
    registry &&
    new PublishedImage(
      name,
      { image: built.imageName, host: engine.host, ...registry },
      { provider, dependsOn: built },
    );
  return {
    image: published?.reference ?? built.imageName,
    reference: published?.reference ?? built.imageId,
    modelVersion: built.modelVersion,
    signature: built.signature,
  };
}
