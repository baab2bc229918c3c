import * as pulumi from "@pulumi/pulumi";
import {
  checkCanary,
  checkDistinctVersions,
  checkServingImage,
  Problem,
  ServingImageArgs,
} from "../components";

/** The canary as the configuration has it. */
export interface CanarySettings {
  readonly image: ServingImageArgs;
  readonly version: string;
  readonly percent: number;
  /** @default - the share of the replicas that it has of the requests */
  readonly replicas?: number;
}

/** Reads the canary; its image is the other one with another version in it. */
export function readCanary(
  config: pulumi.Config,
  image: ServingImageArgs,
): CanarySettings | undefined {
  const version = config.get("canaryVersion") || undefined;
  return (version && {
    image: { ...image, modelVersion: version },
    version,
    percent: config.getNumber("canaryPercent") ?? 0,
    replicas: config.getNumber("canaryReplicas") || undefined,
  }) as CanarySettings | undefined;
}

/** What cannot work about a canary, by config key. */
export function checkCanarySettings(
  config: pulumi.Config,
  image: ServingImageArgs,
  canary?: CanarySettings,
): Problem[] {
  const refuse = (propertyPath: string, reason: string) => [{ propertyPath, reason }];
  if (!canary) {
    const percent = config.getNumber("canaryPercent") ?? 0;
    return percent === 0
      ? []
      : refuse("canaryPercent", `is ${percent}, and no canaryVersion is set: name the version`);
  }
  if (image.models) {
    return refuse("canaryVersion", "excludes server.models: a canary is a version of one model");
  }
  if (image.modelVersion === undefined) {
    return refuse(
      "canaryVersion",
      `is ${canary.version}, and modelVersion is not set: set it to the version that gets the other requests`,
    );
  }
  return [
    ...checkCanary(canary).map(({ propertyPath, reason }) => ({
      propertyPath: keyOf(propertyPath),
      reason,
    })),
    ...checkImage(image, canary),
    ...checkDistinctVersions(
      image.modelFolder,
      image.modelName,
      image.modelVersion,
      canary.version,
      "canaryVersion",
    ),
  ];
}

/** What is wrong with the canary's version and not with all of the model. */
function checkImage(image: ServingImageArgs, canary: CanarySettings): Problem[] {
  const others = new Set(checkServingImage(image).map(({ reason }) => reason));
  return checkServingImage(canary.image)
    .filter(({ reason }) => !others.has(reason))
    .map(({ reason }) => ({ propertyPath: "canaryVersion", reason }));
}

/** `canary.percent` is canaryPercent in the configuration. */
function keyOf(propertyPath: string): string {
  return propertyPath.replace(/\.(.)/, (_, letter: string) => letter.toUpperCase());
}
