import { checkModelSource, fetchModel, ServingImageArgs } from "@tf-model-serving/core";
import { isSet, Settings, text } from "./config/settings";

/** What a stack tells of the source of its model; nothing where that is its folder. */
export interface SourceOutputs {
  /** The source with its revision in place of what moves. */
  readonly modelSource?: string;
  /** What tells its content from any other. @default - the source is a folder */
  readonly modelRevision?: string;
}

/**
 * Fetches the model where the key `modelSource` names a source: the settings then have its folder, which is
 * checked as any other. An image that is pinned needs no source.
 */
export async function withModel(
  settings: Settings,
): Promise<{ settings: Settings; outputs: SourceOutputs }> {
  const { problems, args } = settings;
  const source = text("modelSource");
  if (source === undefined || text("image")) {
    return { settings, outputs: {} };
  }
  const { modelFolder, ...image } = args.image as unknown as ServingImageArgs;
  const given = isSet("modelFolder") ? { ...image, modelFolder } : image;
  const refuse = (reason: string) => problems.push({ propertyPath: "modelSource", reason });
  const withImage = (changed: Partial<ServingImageArgs>) => ({
    ...settings,
    args: { ...args, image: { ...given, ...changed } },
  });
  if (args.service?.modelVolume) {
    refuse("is set beside kubernetesModelVolume, which holds the model: leave one of them out");
  } else if (!isSet("modelFolder") && !image.models && checkModelSource(source).length === 0) {
    try {
      const { modelName, modelVersion } = image;
      const versions = [modelVersion, text("canaryVersion")].filter((one) => one !== undefined);
      const model = await fetchModel(source, { modelName, versions });
      return {
        settings: withImage({ modelFolder: model.modelFolder, modelSource: undefined }),
        outputs: {
          modelSource: model.source,
          ...(model.revision && { modelRevision: model.revision }),
        },
      };
    } catch (error) {
      refuse((error as Error).message);
    }
  }
  // What else is wrong, the check of the image says.
  return { settings: withImage({}), outputs: {} };
}
