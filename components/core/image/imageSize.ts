import { checkServedModels } from "../tfserving/servedModels";
import { distinctVersions } from "./modelRemarks";
import { type ServingImageArgs, servingImageDefaults } from "./servingImageArgs";

const gigabyte = 1e9;
const largeGigabytes = 10;

/**
 * Warns of an image over 10 GB, with the size of its model versions; the base image comes on top.
 * Every new instance pulls all of it before its first replica starts. Nothing is said of a folder
 * that cannot be served: other checks do.
 */
export function imageSizeWarnings(
  args: Pick<
    ServingImageArgs,
    "modelFolder" | "modelName" | "modelVersion" | "models" | "savedModelTags"
  >,
): string[] {
  const { loaded } = checkServedModels({
    ...servingImageDefaults,
    ...args,
    modelFolder: args.modelFolder ?? "",
    tags: args.savedModelTags,
  });
  const size =
    distinctVersions(loaded).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / gigabyte;
  return size > largeGigabytes
    ? [
        `The model versions in the image take ${size.toFixed(1)} GB: every new instance pulls them before its ` +
          "first replica starts. Serve fewer versions, or give instances a larger volume and " +
          "startTimeoutSeconds and deploymentTimeoutMinutes time enough.",
      ]
    : [];
}
