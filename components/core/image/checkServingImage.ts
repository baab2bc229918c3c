import * as pulumi from "@pulumi/pulumi";
import { fetchModel } from "../modelSource/fetchModel";
import { checkModelSource } from "../modelSource/kinds";
import { servedVersion } from "../tfserving/modelFolder";
import type { Problem } from "../arguments/problem";
import { refusal } from "../arguments/refuse";
import {
  anyText,
  judgedBy,
  objectOf,
  problemsOf,
  textLike,
  textThat,
  wholeNumberFrom,
} from "../arguments/schema";
import type { Signature } from "../tfserving/savedModel";
import {
  type CheckedModels,
  checkServedModels,
  type ServedVersion,
} from "../tfserving/servedModels";
import { withDefaults } from "../arguments/withDefaults";
import { checkImageNames } from "./engineBuild";
import { checkBatchedModels, checkModelGraphs } from "./modelRemarks";
import { type ServingImageArgs, servingImageDefaults } from "./servingImageArgs";

const mostVersions = 64;

/** Everything that would keep the image from being built or its model from being served. */
export function checkServingImage(args: ServingImageArgs): Problem[] {
  return examine(withDefaults(args, servingImageDefaults)).problems;
}

/** The signature that clients will call; undefined where something is wrong with the arguments. */
export function servedSignature(args: ServingImageArgs): Signature | undefined {
  const resolved = withDefaults(args, servingImageDefaults);
  const { main } = examine(resolved);
  return main && servedVersion(main).signatures[resolved.signatureName];
}

/** Arguments with their defaults. */
export type ResolvedArgs = ServingImageArgs & typeof servingImageDefaults;

/** Shapes; what `checkServedModels` and the server's own checks say of a field is not said twice. */
const schema = objectOf<ServingImageArgs>({
  modelFolder: textLike(/./, "use the folder that holds the models").optional(),
  modelSource: textThat((propertyPath, source) =>
    checkModelSource(source).map((reason) => ({ propertyPath, reason })),
  ).optional(),
  modelName: anyText(),
  modelVersion: judgedBy(() => []).optional(),
  models: judgedBy(() => []).optional(),
  signatureName: textLike(/./, "use the name of a signature"),
  savedModelTags: judgedBy(() => []).optional(),
  baseImage: anyText(),
  repository: anyText(),
  gpus: anyText().optional(),
  memoryMb: wholeNumberFrom(1, Number.MAX_SAFE_INTEGER).optional(),
  batching: judgedBy(() => []).optional(),
});

/** What a source holds is not known before it is fetched. */
function examine(args: ResolvedArgs): CheckedModels {
  const { modelFolder } = args;
  const shape = problemsOf(schema, args);
  const problems = shape.length > 0 ? shape : checkPlace(args);
  if (problems.length > 0 || modelFolder === undefined) {
    const others = shape.length > 0 ? [] : checkImageNames(args);
    return { problems: [...problems, ...others], versions: [], loaded: [] };
  }
  const checked = checkServedModels({ ...args, modelFolder, tags: args.savedModelTags });
  return {
    ...checked,
    problems: [
      ...checked.problems,
      ...checkLayers(checked.versions),
      ...checkModelGraphs(args.baseImage, checked.loaded),
      ...checkBatchedModels(args.batching, checked.loaded),
      ...checkImageNames(args),
    ],
  };
}

/** Where the model lies has to be said once. */
function checkPlace({ modelFolder, modelSource, models }: ResolvedArgs): Problem[] {
  const problem = (propertyPath: string, reason: string) => [{ propertyPath, reason }];
  if (modelSource === undefined) {
    return modelFolder === undefined
      ? problem("modelFolder", "is missing: use the folder that holds the models, or modelSource")
      : [];
  }
  return [
    ...(modelFolder === undefined
      ? []
      : problem("modelFolder", `is "${modelFolder}" beside modelSource: leave one of them out`)),
    ...(models === undefined
      ? []
      : problem("models", "is set beside modelSource, which is one model: leave one of them out")),
  ];
}

/** @throws InputPropertiesError that lists everything wrong with the arguments and the SavedModel */
export function checkArgs(name: string, args: ResolvedArgs): CheckedModels {
  const checked = examine(args);
  if (checked.problems.length > 0) {
    throw refusal(`ServingImage ${name} cannot be built from these arguments`, checked.problems);
  }
  return checked;
}

/** Each version is a layer, and Docker takes 125 at most, some of which the base image has. */
function checkLayers(versions: ServedVersion[]): Problem[] {
  return versions.length > mostVersions
    ? [
        {
          propertyPath: "models",
          reason: `choose ${versions.length} versions, more than the ${mostVersions} that an image can hold: use stricter version policies`,
        },
      ]
    : [];
}

/**
 * Fetches the model of a source, and checks it.
 *
 * @throws RunError that tells what is wrong with the source, or with the model that it holds
 */
export async function fetchChecked(name: string, args: ResolvedArgs) {
  const { modelSource = "", modelName, modelVersion } = args;
  const refuse = (problems: Problem[]): never => {
    const keyOf = (path: string) => (path === "modelFolder" ? "modelSource" : path);
    const lines = problems.map(
      ({ propertyPath, reason }) => `\n  ${keyOf(propertyPath)}: ${reason}`,
    );
    throw new pulumi.RunError(`ServingImage ${name} cannot be built:${lines.join("")}`);
  };
  const wanted = { modelName, versions: modelVersion === undefined ? [] : [modelVersion] };
  const { modelFolder, revision } = await fetchModel(modelSource, wanted).catch(
    ({ message }: Error) => refuse([{ propertyPath: "modelSource", reason: message }]),
  );
  const checked = examine({ ...args, modelFolder, modelSource: undefined });
  if (checked.problems.length > 0) {
    refuse(checked.problems);
  }
  return { checked, revision };
}
