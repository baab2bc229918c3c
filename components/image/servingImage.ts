import * as path from "path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { componentEngine } from "../docker/componentEngine";
import { hookName } from "../hookName";
import { checkBaseImage } from "../tfserving/baseImage";
import { BatchingOptions } from "../tfserving/batching";
import { LoadedModel } from "../tfserving/batchedSignatures";
import { ModelConfigOptions } from "../tfserving/modelConfig";
import { ModelFolder, servedVersion } from "../tfserving/modelFolder";
import { Problem } from "../tfserving/problem";
import { Signature } from "../tfserving/savedModel";
import { CheckedModels, checkServedModels, ServedVersion } from "../tfserving/servedModels";
import { valueOf } from "../valueOf";
import { withDefaults } from "../withDefaults";
import { buildMissing, ImageBuild } from "./buildMissing";
import { buildContext, checkRepository, engineBuild, portable } from "./engineBuild";
import { imageTags, modelDockerfile } from "./imageTag";
import { checkBatchedModels, ModelRemarks, modelRemarks, sayRemarks } from "./modelRemarks";
import { buildRuntime, runtimeBuild, runtimeRepository } from "./runtimeImage";

/** Arguments of a ServingImage. */
export interface ServingImageArgs {
  /**
   * Folder that holds a folder per model: `<modelFolder>/<modelName>/<version>/saved_model.pb`.
   * Relative to the program's folder. The versions that are served are copied to /models/, no
   * others.
   */
  modelFolder: string;

  /**
   * Name of the model: its folder in `modelFolder`, and its name in URLs. Beside `models` it is one
   * of them: the one that the outputs `modelVersion` and `signature` are about.
   */
  modelName: string;

  /**
   * Version of the model that is served, in decimal. Going back to an earlier one gives the image
   * of then. Excludes `models`. @default - the highest in the folder
   */
  modelVersion?: string;

  /**
   * Serves these models in place of the one, with version policies and labels; the same as `models`
   * of the server's options. The image holds the versions that the policies choose. A model whose
   * `basePath` lies outside /models/ is not checked. @default - the one model
   */
  models?: ModelConfigOptions[];

  /**
   * Signature that clients call; a preview fails when the version that is served, of several the
   * highest, lacks it. @default "serving_default"
   */
  signatureName?: string;

  /**
   * Tags of the graph that is served; the same as `savedModelTags` of the server's options.
   * @default ["serve"]
   */
  savedModelTags?: string[];

  /**
   * TensorFlow Serving image to build on. A digest pins it
   * (`tensorflow/serving:2.19.1@sha256:...`). @default "tensorflow/serving:2.19.1"
   */
  baseImage?: string;

  /**
   * Repository of the image, with the registry's host when it shall be pushed:
   * `registry.example.com/team/tf_serving`. The tag comes from the content.
   * @default "tf_serving"
   */
  repository?: string;

  /** GPUs that the replicas will get, checked against the base image's flavour. @default - none */
  gpus?: string;

  /**
   * Memory in MiB that a replica will get: a preview warns when the models are larger.
   * @default - not compared
   */
  memoryMb?: number;

  /**
   * How the server will join calls into batches; the same as `batching` of its options. A preview
   * fails when the shapes of a signature that clients call exclude it. @default - no batching
   */
  batching?: BatchingOptions;
}

/** Defaults of ServingImageArgs. */
export const servingImageDefaults = {
  signatureName: "serving_default",
  baseImage: "tensorflow/serving:2.19.1",
  repository: "tf_serving",
} satisfies Partial<ServingImageArgs>;

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

function examine(args: ResolvedArgs): CheckedModels {
  const checked = checkServedModels({ ...args, tags: args.savedModelTags });
  return {
    ...checked,
    problems: [
      ...checked.problems,
      ...checkLayers(checked.versions),
      ...checkBatchedModels(args.batching, checked.loaded),
      ...checkBaseImage(args.baseImage, { gpus: args.gpus, propertyPath: "baseImage" }),
      ...checkRepository(args.repository),
    ],
  };
}

function checkArgs(
  name: string,
  args: ResolvedArgs,
): { main: ModelFolder; versions: ServedVersion[]; loaded: LoadedModel[] } {
  const { problems, main, versions, loaded } = examine(args);
  if (problems.length > 0 || !main) {
    throw new pulumi.InputPropertiesError({
      message: `ServingImage ${name} cannot be built from these arguments`,
      errors: problems,
    });
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
          context: buildContext(version.folder),
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
        context: path.resolve(version.folder),
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
