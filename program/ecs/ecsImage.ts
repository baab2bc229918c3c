import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import {
  EcrImage,
  EcrRepository,
  findEcrImage,
  planServingImage,
  ServingImage,
} from "../../components";
import { onRecord, ReleaseRecord } from "../releaseRecord";
import type { ServedImage } from "../servedImage";
import { repositoryArnOf } from "./ecrPin";
import type { EcsSettings } from "./ecsSettings";

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
 *
 * @param recordedSource - the output `imageSource` of the update before
 */
export async function ecsImage(
  settings: EcsSettings,
  recorded: ReleaseRecord,
  recordedSource: unknown,
  repository: EcrRepository,
): Promise<EcsImage> {
  const { pinned } = settings;
  if (pinned) {
    return {
      ...found(pinned),
      ...onRecord(recorded, pinned),
      repositoryArn: arnOf(pinned, repository),
    };
  }
  const { repositoryArn } = repository;
  const { tag, modelVersion, signature } = planServingImage(settings.image);
  const digest = await findEcrImage(settings.repositoryName, tag);
  const built = recordedSource === ImageSource.Built ? recorded.release?.image : undefined;
  if (digest === undefined || built?.endsWith(digest)) {
    return { ...build(settings, repository), repositoryArn, source: ImageSource.Built };
  }
  return {
    ...found(pulumi.interpolate`${repository.repositoryUrl}@${digest}`),
    modelVersion: pulumi.output(modelVersion),
    signature: pulumi.output(signature),
    repositoryArn,
  };
}

function found(image: pulumi.Input<string>) {
  return { image, reference: image, source: ImageSource.Found };
}

function build({ image, engine }: EcsSettings, repository: EcrRepository): ServedImage {
  const host = engine?.host;
  const provider = new docker.Provider("docker", { host });
  const built = new ServingImage("serving", image, { provider });
  const { reference } = new EcrImage(
    "serving",
    {
      image: built.imageName,
      repositoryName: repository.repositoryName,
      repositoryUrl: repository.repositoryUrl,
      registryUrl: repository.registryUrl,
      userName: repository.userName,
      password: repository.password,
      host,
    },
    { providers: { docker: provider }, dependsOn: built },
  );
  const { modelVersion, signature } = built;
  return { image: reference, reference, modelVersion, signature };
}

function arnOf(image: string, repository: EcrRepository): pulumi.Output<string> {
  return pulumi
    .all([repository.repositoryUrl, repository.repositoryArn])
    .apply(([url, arn]) => repositoryArnOf(image, { url, arn }));
}
