import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
  EcrImage,
  EcrRepository,
  engineProviderArgs,
  findEcrImage,
  planServingImage,
  sayRemarks,
  ServingImage,
} from "../../components";
import { judged } from "../evaluation";
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

function build({ args: { image }, engine, gate }: EcsPlan, repository: EcrRepository): EcsImage {
  const host = engine!.host;
  const provider = new docker.Provider("docker", engineProviderArgs(host));
  const built = new ServingImage("serving", image, { provider });
  const { imageName, evaluation } = judged("serving", built, gate, provider);
  const { reference } = new EcrImage(
    "serving",
    {
      image: imageName,
      repositoryName: repository.repositoryName,
      repositoryUrl: repository.repositoryUrl,
      registryUrl: repository.registryUrl,
      userName: repository.userName,
      password: repository.password,
      host,
    },
    { providers: { docker: provider }, dependsOn: built },
  );
  const { repositoryArn } = repository;
  const { modelVersion, signature } = built;
  const modelCard = pulumi.output(built.modelCard);
  const source = ImageSource.Built;
  return {
    image: reference,
    reference,
    repositoryArn,
    modelVersion,
    signature,
    modelCard,
    source,
    evaluation,
  };
}
