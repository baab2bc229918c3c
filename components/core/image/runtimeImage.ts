import * as path from "path";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { defaultImages } from "../arguments/images";
import { Problem } from "../arguments/problem";
import { refuse } from "../arguments/refuse";
import { anyText, objectOf, problemsOf } from "../arguments/schema";
import { withDefaults } from "../arguments/withDefaults";
import { ImageBuild } from "./buildMissing";
import { contentHash } from "./contentHash";
import { checkImageNames, engineBuild, portable } from "./engineBuild";
import { buildFiles } from "./buildFiles";
import { runtimeFolder } from "./imageTag";

/** Arguments of a RuntimeImage. */
export interface RuntimeImageArgs {
  /**
   * TensorFlow Serving image to build on. A digest pins it
   * (`tensorflow/serving:2.19.1@sha256:...`). @default "tensorflow/serving:2.19.1"
   */
  baseImage?: string;

  /**
   * Repository of the image, with the registry's host when it shall be pushed:
   * `registry.example.com/team/tf_serving_runtime`. The tag comes from the content.
   * @default "tf_serving_runtime"
   */
  repository?: string;

  /** GPUs that the replicas will get, checked against the base image's flavour. @default - none */
  gpus?: string;
}

/** Repository of the runtime images under serving images. */
export const runtimeRepository = "tf_serving_runtime";

/** Defaults of RuntimeImageArgs. */
export const runtimeImageDefaults = {
  baseImage: defaultImages.serving,
  repository: runtimeRepository,
} satisfies Partial<RuntimeImageArgs>;

/**
 * Image that serves a model from a volume: TensorFlow Serving with the supervisor as its
 * entrypoint, and no model in it.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments
 */
export class RuntimeImage extends pulumi.ComponentResource {
  /** Name with the tag that the content gives, such as `tf_serving_runtime:0f3c9a5d2b71`. */
  public readonly imageName: pulumi.Output<string>;
  /** Id of the image on the host that built it, `sha256:...`. */
  public readonly imageId: pulumi.Output<string>;

  constructor(name: string, args: RuntimeImageArgs, opts?: pulumi.ComponentResourceOptions) {
    const resolved = withDefaults(args, runtimeImageDefaults);
    refuse("RuntimeImage", name, checkRuntimeImage(args));
    super("tfserving:index:RuntimeImage", name, {}, opts);

    const image = buildRuntime(name, resolved, this);
    this.imageName = image.name;
    this.imageId = image.imageId;
    this.registerOutputs({ imageName: this.imageName, imageId: this.imageId });
  }
}

const schema = objectOf<RuntimeImageArgs>({
  baseImage: anyText(),
  repository: anyText(),
  gpus: anyText().optional(),
});

/** Everything that would keep the image from being built. */
export function checkRuntimeImage(args: RuntimeImageArgs): Problem[] {
  const resolved = withDefaults(args, runtimeImageDefaults);
  const problems = problemsOf(schema, resolved);
  return problems.length > 0 ? problems : checkImageNames(resolved);
}

/** How the base image with the supervisor in it is built, which all models share. */
export function runtimeBuild(baseImage: string, repository: string): ImageBuild {
  const tag = contentHash({}, { baseImage }, { runtime: runtimeFolder });
  const context = buildFiles(runtimeFolder);
  return {
    name: `${repository}:${tag}`,
    context,
    dockerfile: path.join(context, "Dockerfile"),
    buildArgs: { BASE_IMAGE: baseImage },
  };
}

/** The base image with the supervisor in it. */
export function buildRuntime(
  name: string,
  { baseImage, repository }: { baseImage: string; repository: string },
  parent: pulumi.Resource,
): docker.RemoteImage {
  const build = runtimeBuild(baseImage, repository);
  return new docker.RemoteImage(
    name,
    {
      name: build.name,
      build: {
        ...engineBuild,
        context: portable(build.context),
        dockerfile: portable(build.dockerfile),
        buildArgs: build.buildArgs,
      },
      keepLocally: true,
    },
    { parent, deleteBeforeReplace: false },
  );
}
