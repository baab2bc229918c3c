import * as pulumi from "@pulumi/pulumi";
import {
  checkPublishedImage,
  checkRuntimeImage,
  checkServingImage,
  Problem,
  PublishedImageArgs,
} from "../../components";
import { named, ofServer, text } from "../../settings";
import { KubernetesObjects } from "./kubernetesConfig";
import type { readKubernetesImage } from "./kubernetesArgs";

/** A number of replicas beside autoscaling, which decides it. */
export function checkReplicas(config: pulumi.Config, { service }: KubernetesObjects): Problem[] {
  const replicas = text(config, "replicas");
  return service.autoscaling && replicas !== undefined
    ? [
        {
          propertyPath: "replicas",
          reason: `is ${replicas}, and kubernetesService.autoscaling decides on their number: leave one of the two out`,
        },
      ]
    : [];
}

/** What cannot work about the image that is built, or pinned. */
export function checkImage(
  config: pulumi.Config,
  image: ReturnType<typeof readKubernetesImage>,
  { modelVolume }: KubernetesObjects,
  pinned: string | undefined,
): Problem[] {
  if (pinned) {
    return checkPin(config, pinned);
  }
  if (!modelVolume) {
    return ofServer(checkServingImage(image));
  }
  const { baseImage, repository, gpus } = image;
  const canary = config.get("canaryVersion");
  return [
    ...checkRuntimeImage({ baseImage, repository, gpus }),
    ...(canary
      ? [
          {
            propertyPath: "canaryVersion",
            reason: `is ${canary}, which excludes kubernetesModelVolume: a canary's image holds its version`,
          },
        ]
      : []),
  ];
}

function checkPin(config: pulumi.Config, pinned: string): Problem[] {
  const refuse = (reason: string) => [
    { propertyPath: "image", reason: `is "${pinned}", ${reason}` },
  ];
  if (config.get("canaryVersion")) {
    return refuse("which excludes canaryVersion: a canary's images are built");
  }
  return /@sha256:[a-f0-9]{64}$/.test(pinned)
    ? []
    : refuse(
        "which is no digest: use one that a registry gave, such as the output image of an earlier " +
          "release, or leave it empty to build one from the model folder",
      );
}

/** What cannot work about the registry; only a pinned image needs none. */
export function checkRegistry(
  registry: Pick<PublishedImageArgs, "registry" | "username" | "password"> | undefined,
  pinned: string | undefined,
): Problem[] {
  if (registry) {
    return named("registry", checkPublishedImage(registry));
  }
  return pinned
    ? []
    : [
        {
          propertyPath: "registry",
          reason:
            "is empty, and the nodes of a cluster pull the image from one: name a registry that " +
            "they and this machine reach, as HOST or HOST:PORT",
        },
      ];
}
