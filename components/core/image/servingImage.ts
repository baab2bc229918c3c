import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { ModelCard } from "../tfserving/modelCard";
import { ModelFolder, servedVersion } from "../tfserving/modelFolder";
import { Signature } from "../tfserving/savedModel";
import { CheckedModels } from "../tfserving/servedModels";
import { withDefaults } from "../arguments/withDefaults";
import { checkArgs, fetchChecked, ResolvedArgs } from "./checkServingImage";
import { imageTags } from "./imageTag";
import { versionBuilds, versionImage } from "./modelImages";
import { ModelRemarks, modelRemarks, sayRemarks } from "./modelRemarks";
import { buildRuntime, runtimeRepository } from "./runtimeImage";
import { ServingImageArgs, servingImageDefaults } from "./servingImageArgs";

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
  /** What tells the content of `modelSource` from any other; empty for a folder. */
  public readonly modelRevision: pulumi.Output<string>;
  /** What the version's own card tells of it; undefined where it has none. */
  public readonly modelCard: pulumi.Output<ModelCard | undefined>;

  constructor(name: string, args: ServingImageArgs, opts?: pulumi.ComponentResourceOptions) {
    const resolved = withDefaults(args, servingImageDefaults);
    const checked = checkArgs(name, resolved);
    super("tfserving:index:ServingImage", name, {}, opts);

    const runtime = buildRuntime(
      `${name}-runtime`,
      { ...resolved, repository: runtimeRepository },
      this,
    );
    const { image, main, revision } =
      resolved.modelSource === undefined
        ? buildFolder(name, resolved, checked, runtime, this)
        : buildSource(name, resolved, runtime, this);

    const served = pulumi.output(main).apply(servedVersion);
    this.imageName = image.name;
    this.imageId = image.imageId;
    this.modelVersion = served.version;
    this.signature = served.apply(({ signatures }) => signatures[resolved.signatureName]);
    this.modelRevision = pulumi.output(revision);
    this.modelCard = served.apply(({ card }) => card);
    this.registerOutputs({
      imageName: this.imageName,
      imageId: this.imageId,
      modelVersion: this.modelVersion,
      signature: this.signature,
      modelRevision: this.modelRevision,
      modelCard: this.modelCard,
    });
  }
}

/** What an image will hold and be called, known before it is built. */
export interface ServingImagePlan {
  /** The tag that its content gives. */
  tag: string;
  modelVersion: string;
  signature: Signature;
  /** @default - the version has none */
  modelCard?: ModelCard;
  /** What a ServingImage says when it is made. */
  remarks: ModelRemarks;
}

/**
 * Plans an image without building it: whether a registry has its tag can be asked first.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments and the SavedModel
 */
export function planServingImage(args: Omit<ServingImageArgs, "modelSource">): ServingImagePlan {
  const resolved = withDefaults(args, servingImageDefaults);
  const { main, versions, loaded } = checkArgs("plan", resolved);
  const served = servedVersion(main!);
  return {
    tag: imageTags(resolved, versions)[versions.length - 1],
    modelVersion: served.version,
    signature: served.signatures[resolved.signatureName],
    modelCard: served.card,
    remarks: modelRemarks(resolved, loaded),
  };
}

/** The last image of the chain, and what it serves. */
interface Built {
  image: docker.RemoteImage;
  main: pulumi.Input<ModelFolder>;
  revision: pulumi.Input<string>;
}

function buildFolder(
  name: string,
  args: ResolvedArgs,
  { main, versions, loaded }: CheckedModels,
  runtime: docker.RemoteImage,
  parent: pulumi.Resource,
): Built {
  sayRemarks(modelRemarks(args, loaded), parent);
  const image = versionBuilds(args, versions).reduce((before, build, index) => {
    const { path } = build.version;
    const imageName = index === versions.length - 1 ? name : `${name}-${path}`;
    return versionImage(imageName, path, build, before, parent);
  }, runtime);
  return { image, main: main!, revision: "" };
}

/** One version of one model, which is fetched while the program runs. */
function buildSource(
  name: string,
  args: ResolvedArgs,
  runtime: docker.RemoteImage,
  parent: pulumi.Resource,
): Built {
  const fetched = fetchChecked(name, args);
  const build = fetched.then(({ checked: { loaded, versions } }) => {
    sayRemarks(modelRemarks(args, loaded), parent);
    return versionBuilds(args, versions)[0];
  });
  return {
    image: versionImage(name, args.modelName, build, runtime, parent),
    main: fetched.then(({ checked }) => checked.main!),
    revision: fetched.then(({ revision = "" }) => revision),
  };
}
