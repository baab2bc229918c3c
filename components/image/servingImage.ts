import * as fs from "fs";
import * as path from "path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { checkBaseImage } from "../tfserving/baseImage";
import { checkModelFolder, ModelFolder, servedVersion } from "../tfserving/modelFolder";
import { Problem } from "../tfserving/problem";
import { Signature } from "../tfserving/savedModel";
import { withDefaults } from "../withDefaults";
import { contentHash } from "./contentHash";
import { parseImageReference } from "./imageReference";

/** Arguments of a ServingImage. */
export interface ServingImageArgs {
  /**
   * Folder that holds a folder per model: `<modelFolder>/<modelName>/<version>/saved_model.pb`.
   * Relative to the program's folder. All of it is copied to /models/.
   */
  modelFolder: string;

  /** Name of the model: its folder in `modelFolder`, and its name in URLs. */
  modelName: string;

  /** Signature that clients call; a preview fails when the newest version lacks it. @default "serving_default" */
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
}

/** Defaults of ServingImageArgs. */
export const servingImageDefaults = {
  signatureName: "serving_default",
  baseImage: "tensorflow/serving:2.19.1",
  repository: "tf_serving",
} satisfies Partial<ServingImageArgs>;

const platform = "linux/amd64";
const runtimeFolder = path.join(__dirname, "runtime");
const modelDockerfile = path.join(__dirname, "model.Dockerfile");

/**
 * Image that serves the models of a folder: TensorFlow Serving, the supervisor
 * as its entrypoint, and the models.
 *
 * Two images are built: a runtime image (base and supervisor), which all models
 * share, and the model image on top of it. Their tags come from what they hold,
 * so that the same content is the same image in every checkout and nothing is
 * built twice. Neither is removed on destroy: a rollback needs no build.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments and the SavedModel
 */
export class ServingImage extends pulumi.ComponentResource {
  /** Name with the tag that the content gives, such as `tf_serving:0f3c9a5d2b71`. */
  public readonly imageName: pulumi.Output<string>;
  /** Id of the image on the host that built it, `sha256:...`. */
  public readonly imageId: pulumi.Output<string>;
  /** The version that TensorFlow Serving will serve: the highest in the folder. */
  public readonly modelVersion: pulumi.Output<string>;
  /** The signature that clients call, with names, dtypes and shapes. */
  public readonly signature: pulumi.Output<Signature>;

  constructor(name: string, args: ServingImageArgs, opts?: pulumi.ComponentResourceOptions) {
    const resolved = withDefaults(args, servingImageDefaults);
    const model = checkArgs(name, resolved);
    super("tfserving:index:ServingImage", name, {}, opts);

    const runtime = buildRuntime(name, resolved.baseImage, this);
    const image = buildModel(name, resolved, runtime, this);

    const served = servedVersion(model);
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

type ResolvedArgs = ServingImageArgs & typeof servingImageDefaults;

function examine(args: ResolvedArgs): { problems: Problem[]; model?: ModelFolder } {
  const { problems, model } = checkModelFolder(args.modelFolder, args.modelName, {
    signatureName: args.signatureName,
    tags: args.savedModelTags,
  });
  return {
    problems: [
      ...problems,
      ...checkIgnoreFile(args.modelFolder),
      ...checkBaseImage(args.baseImage, { gpus: args.gpus, propertyPath: "baseImage" }),
      ...checkRepository(args.repository),
    ],
    model,
  };
}

function checkArgs(name: string, args: ResolvedArgs): ModelFolder {
  const { problems, model } = examine(args);
  if (problems.length > 0 || !model) {
    throw new pulumi.InputPropertiesError({
      message: `ServingImage ${name} cannot be built from these arguments`,
      errors: problems,
    });
  }
  return model;
}

/** The provider would obey it, and the tag, which leaves hidden files out, would not show it. */
function checkIgnoreFile(modelFolder: string): Problem[] {
  return fs.existsSync(path.join(modelFolder, ".dockerignore"))
    ? [
        {
          propertyPath: "modelFolder",
          reason: `is "${modelFolder}", which holds a .dockerignore: remove it, all models in the folder are served`,
        },
      ]
    : [];
}

function checkRepository(repository: string): Problem[] {
  const reference = parseImageReference(repository);
  if ("reason" in reference) {
    return [{ propertyPath: "repository", reason: reference.reason }];
  }
  return reference.tag || reference.digest
    ? [
        {
          propertyPath: "repository",
          reason: `is "${repository}": leave tag and digest out, the content gives them`,
        },
      ]
    : [];
}

function buildRuntime(
  name: string,
  baseImage: string,
  parent: pulumi.Resource,
): docker.RemoteImage {
  const tag = contentHash({ runtime: runtimeFolder }, { baseImage });
  return new docker.RemoteImage(
    `${name}-runtime`,
    {
      name: `tf_serving_runtime:${tag}`,
      build: {
        ...engineBuild,
        context: portable(runtimeFolder),
        dockerfile: portable(path.join(runtimeFolder, "Dockerfile")),
        buildArgs: { BASE_IMAGE: baseImage },
      },
      keepLocally: true,
    },
    { parent },
  );
}

function buildModel(
  name: string,
  args: ResolvedArgs,
  runtime: docker.RemoteImage,
  parent: pulumi.Resource,
): docker.RemoteImage {
  const { baseImage, modelFolder, modelName } = args;
  const tag = contentHash(
    { runtime: runtimeFolder, dockerfile: modelDockerfile, models: modelFolder },
    { baseImage, modelName },
  );
  return new docker.RemoteImage(
    name,
    {
      name: `${args.repository}:${tag}`,
      build: {
        ...engineBuild,
        context: portable(path.resolve(modelFolder)),
        dockerfile: portable(modelDockerfile),
        buildArgs: { RUNTIME_IMAGE: runtime.name, MODEL_NAME: modelName },
      },
      keepLocally: true,
    },
    { parent },
  );
}

// The engine's own builder: it finds the runtime image among the engine's images,
// which a builder in a container of its own would not.
const engineBuild = { useLegacyBuilder: true, platform };

/** A path that is the same in every checkout, since the provider compares it as text. */
function portable(absolute: string): string {
  return path.relative(process.cwd(), absolute).split(path.sep).join("/");
}
