import { formerTypes } from "@tf-model-serving/core/internal/stack/formerTypes";
import * as ecr from "@pulumi/aws/ecr";
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { componentEngine } from "@tf-model-serving/core/internal/engine/componentEngine";
import { refuse } from "@tf-model-serving/core/internal/arguments/refuse";
import {
  anyText,
  laterOr,
  objectOf,
  problemsOf,
  textLike,
} from "@tf-model-serving/core/internal/arguments/schema";
import { hookName } from "@tf-model-serving/core/internal/stack/hookName";
import { valueOf } from "@tf-model-serving/core/internal/arguments/valueOf";
import { pushMissing } from "@tf-model-serving/core/internal/image/pushMissing";

/** A digest has a colon too, and is no tag. */
const tagPattern = /^[^@]+:([^:/@]+)$/;

/** Arguments of an EcrImage. */
export interface EcrImageArgs {
  /** Name of a local image with a tag that its content gives: `ServingImage.imageName`. */
  image: pulumi.Input<string>;

  /** Name of the repository in the registry: `EcrRepository.repositoryName`. */
  repositoryName: pulumi.Input<string>;

  /** The repository for docker push: `EcrRepository.repositoryUrl`. */
  repositoryUrl: pulumi.Input<string>;

  /** The registry's address for HTTP: `EcrRepository.registryUrl`. */
  registryUrl: pulumi.Input<string>;

  /** User name of a login that may push: `EcrRepository.userName`. */
  userName: pulumi.Input<string>;

  /** Its password: `EcrRepository.password`. It is used while the update runs, and kept nowhere. */
  password: pulumi.Input<string>;

  /**
   * Docker Engine that holds the image and pushes it. @default - that of the component's Docker
   * provider, else the one that `docker ps` asks
   */
  host?: string;
}

/** Shape of EcrImageArgs. An image that is not known yet is judged once it is: `tagOf`. */
const ecrImageSchema = objectOf<EcrImageArgs>({
  image: laterOr(
    textLike(tagPattern, "give the name of a local image with a tag, such as tf_serving:1a2b3c"),
  ),
  repositoryName: laterOr(anyText()),
  repositoryUrl: laterOr(anyText()),
  registryUrl: laterOr(anyText()),
  userName: laterOr(anyText()),
  password: laterOr(anyText()),
  host: anyText().optional(),
});

/**
 * An image in Amazon ECR, named by the digest that ECR gave it.
 *
 * It is pushed under the tag that it has locally, unless the repository has that tag: tags do not
 * move there, so what it names was made from the same content. The push is a hook of the resource
 * that stands for the name, and no `docker.RegistryImage`: that keeps the login that it was created
 * with, which ends after 12 hours, and a refresh with an old login forgets the image; the next push
 * would be refused, for a tag that is there.
 *
 * The image stays in ECR on replacement and on destroy; removing it is the repository's policy.
 *
 * @throws InputPropertiesError for an image without a tag
 */
export class EcrImage extends pulumi.ComponentResource {
  /** `REPOSITORY@sha256:...`: what replicas run. */
  public readonly reference: pulumi.Output<string>;

  constructor(name: string, args: EcrImageArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse("EcrImage", name, problemsOf(ecrImageSchema, args));
    super("tfserving-aws:index:EcrImage", name, {}, formerTypes(opts, "EcrImage"));

    const pushed = createName(name, args, this);
    // The id is known once the image is pushed.
    this.reference = pulumi
      .all([args.repositoryName, pushed.targetImage, pushed.id])
      .apply(([repositoryName, target]) => pushedImage(repositoryName, target, { parent: this }));
    this.registerOutputs({ reference: this.reference });
  }
}

/** What ECR lists: one entry for each tag of an image. */
interface ListedImage {
  imageDigest: string;
  imageTag?: string;
}

/**
 * The digest that a repository of ECR has for a tag; undefined where it has none, or where there is
 * no such repository. A build and a push of that content would change nothing.
 */
export async function findEcrImage(
  repositoryName: string,
  tag: string,
  opts?: pulumi.InvokeOptions,
): Promise<string | undefined> {
  return digestOf(await listImages(repositoryName, opts), tag);
}

/** The images of a repository; undefined where there is no such repository. */
async function listImages(
  repositoryName: string,
  opts?: pulumi.InvokeOptions,
): Promise<ListedImage[] | undefined> {
  try {
    return (await ecr.getImages({ repositoryName }, opts)).imageIds;
  } catch (error) {
    const { message } = error as Error;
    if (message.includes("RepositoryNotFoundException")) {
      return undefined;
    }
    throw new pulumi.RunError(`ECR does not list the images of ${repositoryName}: ${message}`);
  }
}

function createName(name: string, args: EcrImageArgs, parent: pulumi.Resource): docker.Tag {
  const target = pulumi
    .all([args.repositoryUrl, args.image])
    .apply(([url, image]) => `${url}:${tagOf(image)}`);
  const push = {
    host: valueOf(componentEngine(parent, args)),
    ...pulumiValues(args),
  };
  return new docker.Tag(
    name,
    { sourceImage: args.image, targetImage: target },
    {
      parent,
      deleteBeforeReplace: false,
      hooks: {
        // Not after: Pulumi only warns when that fails.
        beforeCreate: [
          new pulumi.ResourceHook(hookName(`${name}: push`), async ({ newInputs }) => {
            const { sourceImage, targetImage } = newInputs as docker.TagArgs;
            await pushMissing({
              host: await push.host,
              source: sourceImage as string,
              target: targetImage as string,
              registryUrl: await push.registryUrl,
              username: await push.userName,
              password: await push.password,
            });
          }),
        ],
      },
    },
  );
}

/** The values that the hook needs; they are known by the time it runs. */
function pulumiValues(
  args: EcrImageArgs,
): Record<"registryUrl" | "userName" | "password", Promise<string>> {
  return {
    registryUrl: valueOf(args.registryUrl),
    userName: valueOf(args.userName),
    password: valueOf(args.password),
  };
}

function tagOf(image: string): string {
  const tag = tagPattern.exec(image)?.[1];
  if (tag === undefined) {
    throw new pulumi.RunError(`The image to push is "${image}": give a name with a tag`);
  }
  return tag;
}

function digestOf(images: ListedImage[] | undefined, tag: string): string | undefined {
  return images?.find(({ imageTag }) => imageTag === tag)?.imageDigest;
}

/**
 * An image that was pushed, by its digest.
 *
 * @param target - its name in ECR, with a tag
 * @throws RunError where ECR does not have it any more
 */
export async function pushedImage(
  repositoryName: string,
  target: string,
  opts?: pulumi.InvokeOptions,
): Promise<string> {
  const images = await listImages(repositoryName, opts);
  if (images === undefined) {
    throw new pulumi.RunError(
      `ECR does not have the repository ${repositoryName} any more, since somebody deleted it: ` +
        "run pulumi refresh, so that the next update makes a new one and pushes the image to it",
    );
  }
  const tag = tagOf(target);
  const digest = digestOf(images, tag);
  if (digest === undefined) {
    throw new pulumi.RunError(
      `ECR does not have ${target}, which was pushed before: its lifecycle policy or somebody removed it. ` +
        "Push it again with pulumi up --target-replace of its docker:index/tag:Tag, and keep more releases",
    );
  }
  return `${target.slice(0, -tag.length - 1)}@${digest}`;
}
