import {
  checkDistinctVersions,
  checkServingImage,
  Problem,
  ServingImageArgs,
} from "@tf-model-serving/core";
import { isSet, text } from "./config/settings";

/** What the configuration says of a canary, as arguments of a service. */
export interface CanarySettings {
  readonly version: string;
  readonly percent: number;
  /** @default - the share of the replicas that it has of the requests */
  readonly replicas?: number;
}

/** The canary's image: the other one, with another version in it. */
export function canaryImage(image: ServingImageArgs, { version }: CanarySettings) {
  return { ...image, modelVersion: version };
}

/** What cannot work about a canary besides what its service checks, by config key. */
export function checkCanaryImage(image: ServingImageArgs, canary?: CanarySettings): Problem[] {
  const refuse = (propertyPath: string, reason: string) => [{ propertyPath, reason }];
  if (!canary) {
    const percent = text("canaryPercent");
    return isSet("canaryPercent")
      ? refuse("canaryPercent", `is ${percent}, and no canaryVersion is set: name the version`)
      : [];
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
  // What is wrong with all of the model is said of the other image.
  const others = new Set(checkServingImage(image).map(({ reason }) => reason));
  const own = checkServingImage(canaryImage(image, canary)).filter(
    ({ reason }) => !others.has(reason),
  );
  const { modelFolder = "", modelName, modelVersion } = image;
  return [
    ...own.flatMap(({ reason }) => refuse("canaryVersion", reason)),
    ...checkDistinctVersions(modelFolder, modelName, modelVersion, canary.version, "canaryVersion"),
  ];
}
