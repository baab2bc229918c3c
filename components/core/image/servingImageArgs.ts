import { defaultImages } from "../arguments/images";
import { BatchingOptions } from "../tfserving/batching";
import { ModelConfigOptions } from "../tfserving/modelConfig";

/** Arguments of a ServingImage. */
export interface ServingImageArgs {
  /**
   * Folder that holds a folder per model: `<modelFolder>/<modelName>/<version>/saved_model.pb`.
   * Relative to the program's folder. The versions that are served are copied to /models/, no
   * others. Excludes `modelSource`; one of the two is needed.
   */
  modelFolder?: string;

  /**
   * Where the model comes from, in place of `modelFolder`: `s3://BUCKET/PREFIX`,
   * `https://HOST/PATH.tar.gz` or another of docs/models.md, "Where a model comes from". It holds
   * the model or its versions, and is fetched once into a cache. A folder is used as `modelFolder`
   * is. Excludes `models`. @default - the model lies in `modelFolder`
   */
  modelSource?: string;

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
  baseImage: defaultImages.serving,
  repository: "tf_serving",
} satisfies Partial<ServingImageArgs>;
