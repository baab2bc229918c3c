import { formerTypes } from "@tf-model-serving/core/internal/stack/formerTypes";
import * as ecr from "@pulumi/aws/ecr";
import * as pulumi from "@pulumi/pulumi";
import { awsName } from "../awsName";
import { tagsFor, tagsSchema } from "../tags";
import { Problem } from "@tf-model-serving/core/internal/arguments/problem";
import { refuse } from "@tf-model-serving/core/internal/arguments/refuse";
import {
  anyText,
  laterOr,
  objectOf,
  problemsOf,
  textLike,
  trueOrFalse,
  wholeNumberFrom,
} from "@tf-model-serving/core/internal/arguments/schema";
import { withDefaults } from "@tf-model-serving/core/internal/arguments/withDefaults";

/** Arguments of an EcrRepository. */
export interface EcrRepositoryArgs {
  /**
   * Name of the repository, such as `team/tf-serving`. Other stacks can push to it and run its
   * images by this name. @default - the component's name and a random suffix
   */
  repositoryName?: string;

  /**
   * KMS key that encrypts the images; another key means another repository.
   * @default - AES-256 with a key of Amazon S3's
   */
  kmsKeyArn?: pulumi.Input<string>;

  /**
   * How many images are kept, 1 to 1000; older ones are removed. ECR does not know which ones run:
   * keep more than there are releases between the one that runs and the newest push. @default 20
   */
  keepReleases?: number;

  /**
   * Whether the repository and its images stay when the stack goes; else they go with it, images
   * included. @default true
   */
  retainOnDestroy?: boolean;

  /** Further tags. @default - none */
  tags?: Record<string, string>;
}

/** Defaults of EcrRepositoryArgs. */
export const ecrRepositoryDefaults = {
  keepReleases: 20,
  retainOnDestroy: true,
} satisfies Partial<EcrRepositoryArgs>;

const namePart = "[a-z0-9]+(?:[._-][a-z0-9]+)*";

/** Shape and range of EcrRepositoryArgs. */
export const ecrRepositorySchema = objectOf<EcrRepositoryArgs>({
  // https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
  repositoryName: textLike(
    new RegExp(`^(?=.{2,256}$)${namePart}(?:/${namePart})*$`),
    'use 2 to 256 lower-case letters and digits, with single "-", "_", "." or "/" between them, ' +
      "such as team/tf-serving",
  ).optional(),
  kmsKeyArn: laterOr(anyText()).optional(),
  keepReleases: wholeNumberFrom(1, 1000).optional(),
  retainOnDestroy: trueOrFalse().optional(),
  tags: tagsSchema().optional(),
});

/** Everything about a repository that ECR would refuse. */
export function checkEcrRepository(args: EcrRepositoryArgs): Problem[] {
  return problemsOf(ecrRepositorySchema, args);
}

// ECR's limit is 256; Pulumi appends 8 characters.
const longestName = 256 - 8;

type ResolvedArgs = EcrRepositoryArgs & typeof ecrRepositoryDefaults;

/**
 * A private repository in Amazon ECR: a tag never moves, images are encrypted, scanned on push and
 * cleaned up by age.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments
 */
export class EcrRepository extends pulumi.ComponentResource {
  /** ARN of the repository. */
  public readonly repositoryArn: pulumi.Output<string>;
  /** Name of the repository in its registry. */
  public readonly repositoryName: pulumi.Output<string>;
  /** Name for docker push and pull: `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME`. */
  public readonly repositoryUrl: pulumi.Output<string>;
  /** Host of the registry: the first part of `repositoryUrl`. */
  public readonly registry: pulumi.Output<string>;
  /** The registry's address for HTTP: `https://HOST`. */
  public readonly registryUrl: pulumi.Output<string>;
  /** User name of a login that ends after 12 hours. */
  public readonly userName: pulumi.Output<string>;
  /** Password of that login; a secret. */
  public readonly password: pulumi.Output<string>;

  constructor(name: string, args: EcrRepositoryArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    const resolved = withDefaults(args, ecrRepositoryDefaults);
    refuse("EcrRepository", name, checkEcrRepository(resolved));
    super("tfserving-aws:index:EcrRepository", name, {}, formerTypes(opts, "EcrRepository"));

    const repository = createRepository(name, resolved, this);
    const login = ecr.getAuthorizationTokenOutput(
      { registryId: repository.registryId },
      { parent: this },
    );

    this.repositoryArn = repository.arn;
    this.repositoryName = repository.name;
    this.repositoryUrl = repository.repositoryUrl;
    this.registry = repository.repositoryUrl.apply((url) => url.split("/")[0]);
    this.registryUrl = login.proxyEndpoint;
    this.userName = login.userName;
    this.password = pulumi.secret(login.password);
    // Without the login, which is another one in each update.
    this.registerOutputs({
      repositoryArn: this.repositoryArn,
      repositoryName: this.repositoryName,
      repositoryUrl: this.repositoryUrl,
      registry: this.registry,
    });
  }
}

function createRepository(
  name: string,
  { repositoryName, kmsKeyArn, keepReleases, retainOnDestroy, tags }: ResolvedArgs,
  parent: pulumi.Resource,
): ecr.Repository {
  const opts = { parent, retainOnDelete: retainOnDestroy };
  const repository = new ecr.Repository(
    awsName([name], longestName),
    {
      name: repositoryName,
      imageTagMutability: "IMMUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [
        kmsKeyArn === undefined
          ? { encryptionType: "AES256" }
          : { encryptionType: "KMS", kmsKey: kmsKeyArn },
      ],
      forceDelete: !retainOnDestroy,
      tags: tagsFor("repository", tags),
    },
    opts,
  );
  new ecr.LifecyclePolicy(
    name,
    { repository: repository.name, policy: lifecyclePolicy(keepReleases) },
    opts,
  );
  return repository;
}

/** @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html */
function lifecyclePolicy(keepReleases: number): string {
  return JSON.stringify({
    rules: [
      {
        rulePriority: 1,
        description: `Keep the newest ${keepReleases} images`,
        selection: {
          tagStatus: "any",
          countType: "imageCountMoreThan",
          countNumber: keepReleases,
        },
        action: { type: "expire" },
      },
    ],
  });
}
