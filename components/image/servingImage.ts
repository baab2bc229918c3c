import * as path from "path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { componentEngine } from "../engine/componentEngine";
import { hookName } from "../core/hookName";
import { LoadedModel } from "../tfserving/batchedSignatures";
import { ModelFolder, servedVersion } from "../tfserving/modelFolder";
import { Problem } from "../core/problem";
import { refusal } from "../core/refuse";
import { anyText, judgedBy, objectOf, problemsOf, textLike, wholeNumberFrom } from "../core/schema";
import { Signature } from "../tfserving/savedModel";
import { CheckedModels, checkServedModels, ServedVersion } from "../tfserving/servedModels";
import { valueOf } from "../core/valueOf";
import { withDefaults } from "../core/withDefaults";
import { buildMissing, ImageBuild } from "./buildMissing";
import { buildContext, checkImageNames, engineBuild, portable } from "./engineBuild";
import { imageTags, modelDockerfile } from "./imageTag";
import {
  checkBatchedModels,
  checkModelGraphs,
  ModelRemarks,
  modelRemarks,
  sayRemarks,
} from "./modelRemarks";
import { plainFolder } from "./plainFolder";
import { buildRuntime, runtimeBuild, runtimeRepository } from "./runtimeImage";
import { ServingImageArgs, servingImageDefaults } from "./servingImageArgs";

const mostVersions = 64;

/**
 * Image that serves the models of a folder: TensorFlow Serving, the supervisor
 * as its entrypoint, and the model versions that are served.
 *
 * A runtime image (base and supervisor), which all models share, is built, and
 * on top of it an image for each version that is served, each on the one before:
 * a version is one layer, which is pushed once. Tags come from what an image
 * holds, so that the same content is the same image in every checkout and
 * nothing is built twice. None is removed on destroy: a rollback needs no build.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments and the SavedModel
 */
export class ServingImage extends pulumi.ComponentResource {
  /** Name with the tag that the content gives, such as `tf_serving:0f3c9a5d2b71`. */
  public readonly imageName: pulumi.Output<string>;
  /** Id of the image on the host that built it, `sha256:...`. */
  public readonly imageId: pulumi.Output<string>;
  /** The version of the model that is served; of several the highest, which answers by default. */
  public readonly modelVersion: pulumi.Output<string>;
  /** The signature that clients call, with names, dtypes and shapes. */
  public readonly signature: pulumi.Output<Signature>;

  constructor(name: string, args: ServingImageArgs, opts?: pulumi.ComponentResourceOptions) {
    const resolved = withDefaults(args, servingImageDefaults);
    const { main, versions, loaded } = checkArgs(name, resolved);
    super("tfserving:index:ServingImage", name, {}, opts);
    sayRemarks(modelRemarks(resolved, loaded), this);

    const runtime = buildRuntime(
      `${name}-runtime`,
      { ...resolved, repository: runtimeRepository },
      this,
    );
    const image = buildModel(name, resolved, versions, runtime, this);

    const served = servedVersion(main);
    this.imageName = image.name;
    this.imageId = image.imageId;
    this.modelVersion = pulumi.output(served.version);
    this.signature = pulumi.output(served.signatures[resolved.signatureName]);
    this.registerOutputs({
      imageName: this.imageName,
      imageId: this.imageId,
      modelVersion: this.modelVersion,
      signature: this.signature,
    });
  }
}

/** Everything that would keep the image from being built or its model from being served. */
export function checkServingImage(args: ServingImageArgs): Problem[] {
  return examine(withDefaults(args, servingImageDefaults)).problems;
}

/** What an image will hold and be called, known before it is built. */
export interface ServingImagePlan {
  /** The tag that its content gives. */
  tag: string;
  modelVersion: string;
  signature: Signature;
  /** What a ServingImage says when it is made. */
  remarks: ModelRemarks;
}

/**
 * Plans an image without building it: whether a registry has its tag can be asked first.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments and the SavedModel
 */
export function planServingImage(args: ServingImageArgs): ServingImagePlan {
  const resolved = withDefaults(args, servingImageDefaults);
  const { main, versions, loaded } = checkArgs("plan", resolved);
  const served = servedVersion(main);
  return {
    tag: imageTags(resolved, versions)[versions.length - 1],
    modelVersion: served.version,
    signature: served.signatures[resolved.signatureName],
    remarks: modelRemarks(resolved, loaded),
  };
}

type ResolvedArgs = ServingImageArgs & typeof servingImageDefaults;

/** Shapes; what `checkServedModels` and the server's own checks say of a field is not said twice. */
const schema = objectOf<ServingImageArgs>({
  modelFolder: textLike(/./, "use the folder that holds the models"),
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

function examine(args: ResolvedArgs): CheckedModels {
  const shape = problemsOf(schema, args);
  if (shape.length > 0) {
    return { problems: shape, versions: [], loaded: [] };
  }
  const checked = checkServedModels({ ...args, tags: args.savedModelTags });
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

function checkArgs(
  name: string,
  args: ResolvedArgs,
): { main: ModelFolder; versions: ServedVersion[]; loaded: LoadedModel[] } {
  const { problems, main, versions, loaded } = examine(args);
  if (problems.length > 0 || !main) {
    throw refusal(`ServingImage ${name} cannot be built from these arguments`, problems);
  }
  return { main, versions, loaded };
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

/** The last image of a chain with one version each, lowest first: a new version is a new layer. */
function buildModel(
  name: string,
  args: ResolvedArgs,
  versions: ServedVersion[],
  runtime: docker.RemoteImage,
  parent: pulumi.Resource,
): docker.RemoteImage {
  const builds = modelBuilds(args, versions);
  const host = componentEngine(parent, {});
  return versions.reduce((before, version, index) => {
    const { name: imageName, dockerfile, buildArgs } = builds[index + 1];
    const parents = builds.slice(0, index + 1);
    return new docker.RemoteImage(
      index === versions.length - 1 ? name : `${name}-${version.path}`,
      {
        name: imageName,
        build: {
          ...engineBuild,
          context: buildContext(plainFolder(version.folder)),
          dockerfile: portable(dockerfile),
          // By name, so that it comes first.
          buildArgs: { ...buildArgs, PARENT_IMAGE: before.name },
        },
        keepLocally: true,
      },
      {
        parent,
        deleteBeforeReplace: false,
        hooks: {
          beforeCreate: [
            new pulumi.ResourceHook(hookName(`${name}: images of ${version.path}`), async () =>
              buildMissing(await valueOf(host), parents),
            ),
          ],
        },
      },
    );
  }, runtime);
}

/** How the runtime image and those of the versions are built, each on the one before. */
function modelBuilds(args: ResolvedArgs, versions: ServedVersion[]): ImageBuild[] {
  const { baseImage, modelName, repository } = args;
  const tags = imageTags(args, versions);
  return versions.reduce(
    (builds, version, index) => [
      ...builds,
      {
        name: `${repository}:${tags[index]}`,
        context: path.resolve(plainFolder(version.folder)),
        dockerfile: modelDockerfile,
        buildArgs: {
          PARENT_IMAGE: builds[index].name,
          MODEL_NAME: modelName,
          VERSION_PATH: version.path,
        },
      },
    ],
    [runtimeBuild(baseImage, runtimeRepository)],
  );
}
