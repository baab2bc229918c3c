import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
  engineProviderArgs,
  planServingImage,
  sayRemarks,
  ServingImage,
} from "@tf-model-serving/core";
import { EcrImage, EcrRepository, findEcrImage } from "@tf-model-serving/aws";
import { judged } from "../evaluation";
import { buildNotebookImage, layerProvider, recordedNotebookImage } from "../notebookImage";
import { onRecord, releasesIn } from "../releaseRecord";
import type { ServedImage } from "../image";
import { repositoryArnOf } from "./pin";
import type { EcsPlan } from "./preflight";

/** How a stack came by its image: another machine's update must not undo what one did. */
export enum ImageSource {
  /** Built and pushed by this stack. */
  Built = "built",
  /** In ECR already, or pinned. */
  Found = "found",
}

/** The image, and the repository that it is pulled from. */
export interface EcsImage extends ServedImage {
  readonly repositoryArn: pulumi.Output<string>;
  readonly source: ImageSource;
}

/** A notebook's image that was built, and the repository that it is pulled from. */
export interface EcsNotebookImage {
  readonly image: pulumi.Input<string>;
  readonly repositoryArn: pulumi.Output<string>;
}

/**
 * The image of the model folder, or the one that the configuration pins. Content that the
 * repository has is neither built nor pushed again: not on a machine that has never built it, and
 * not when a model goes back to an earlier version.
 */
export async function ecsImage(plan: EcsPlan, repository: EcrRepository): Promise<EcsImage> {
  const { pinned, recorded } = plan;
  const releases = releasesIn(recorded);
  if (pinned) {
    return { ...found(pinned, repository), ...onRecord(releases, pinned) };
  }
  const { tag, modelVersion, signature, modelCard, remarks } = planServingImage(plan.args.image);
  const pushed = await pushedImage(recorded.repository, tag);
  const built = recorded.imageSource === ImageSource.Built ? releases.release?.image : undefined;
  // A gate asks an image on the engine: one that another stack has pushed may not have passed it.
  if (pushed === undefined || pushed === built || plan.gate) {
    return build(plan, repository);
  }
  sayRemarks(remarks);
  return {
    ...found(pushed, repository),
    modelVersion: pulumi.output(modelVersion),
    signature: pulumi.output(signature),
    modelCard: pulumi.output(modelCard),
  };
}

/** The digest for a tag in the repository that the stack has had since its last update. */
async function pushedImage(repositoryUrl: unknown, tag: string): Promise<string | undefined> {
  if (typeof repositoryUrl !== "string") {
    return undefined;
  }
  const digest = await findEcrImage(repositoryUrl.slice(repositoryUrl.indexOf("/") + 1), tag);
  return digest && `${repositoryUrl}@${digest}`;
}

function found(image: string, repository: EcrRepository) {
  const repositoryArn = pulumi
    .all([repository.repositoryUrl, repository.repositoryArn])
    .apply(([url, arn]) => repositoryArnOf(image, { url, arn }));
  return { image, reference: image, repositoryArn, source: ImageSource.Found };
}

function build(plan: EcsPlan, repository: EcrRepository): EcsImage {
  const provider = new docker.Provider("docker", engineProviderArgs(plan.engine!.host));
  const built = new ServingImage("serving", plan.args.image, { provider });
  const { imageName, evaluation } = judged("serving", built, plan.gate, provider);
  const reference = push("serving", { built, imageName }, plan, repository, provider);
  const { repositoryArn } = repository;
  const { modelVersion, signature } = built;
  const modelCard = pulumi.output(built.modelCard);
  const source = ImageSource.Built;
  return {
    ...{ image: reference, reference, repositoryArn, source },
    ...{ modelVersion, signature, modelCard, evaluation },
  };
}

/**
 * The notebook's image, in a repository of its own, whose policy counts no releases; undefined where
 * the notebook runs its image as it is.
 */
export function ecsNotebookImage(plan: EcsPlan): EcsNotebookImage | undefined {
  const { notebookLayer: layer, engine, recorded, repositoryName } = plan;
  if (!layer) {
    return undefined;
  }
  const repository = new EcrRepository(`${repositoryName}-notebook`, plan.args.repository);
  const { repositoryArn } = repository;
  if (!engine) {
    const image = recordedNotebookImage(recorded);
    return image === undefined ? undefined : { image, repositoryArn };
  }
  const provider = layerProvider(engine.host, layer);
  const built = buildNotebookImage(layer, provider);
  const { imageName } = built;
  const image = push("notebook", { built, imageName }, plan, repository, provider);
  return { image, repositoryArn };
}

function push(
  name: string,
  { built, imageName }: { built: pulumi.Resource; imageName: pulumi.Output<string> },
  { engine }: EcsPlan,
  repository: EcrRepository,
  provider: docker.Provider,
): pulumi.Output<string> {
  return new EcrImage(
    name,
    {
      image: imageName,
      repositoryName: repository.repositoryName,
      repositoryUrl: repository.repositoryUrl,
      registryUrl: repository.registryUrl,
      userName: repository.userName,
      password: repository.password,
      host: engine!.host,
    },
    { providers: { docker: provider }, dependsOn: built },
  ).reference;
}
