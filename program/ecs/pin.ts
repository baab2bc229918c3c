import { Problem } from "@tf-model-serving/core";

// https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
const ecrDigest =
  /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([a-z0-9._/-]+)@sha256:[a-f0-9]{64}$/;
const digest = /@sha256:[a-f0-9]{64}$/;

/**
 * What cannot work about the config key `image` on AWS.
 *
 * @param ownUrl - the stack's own repository, as the update before left it on record. @default - none
 */
export function checkEcrPin(image: string, ownUrl?: unknown): Problem[] {
  const own = typeof ownUrl === "string" && image.startsWith(`${ownUrl}@`) && digest.test(image);
  return own || ecrDigest.test(image)
    ? []
    : [
        {
          propertyPath: "image",
          reason:
            `is "${image}", which is ${digest.test(image) ? "not in ECR" : "no digest"}: use a digest in ECR ` +
            '(ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY@sha256:...), such as the output "image" of an ' +
            "earlier release, or leave it empty to build one from the model folder",
        },
      ];
}

/**
 * ARN of the repository that a digest in ECR is in, from which it may then be pulled.
 *
 * @param image - without problems, or in the stack's own repository
 * @param own - the stack's own repository
 */
export function repositoryArnOf(image: string, own: { url: string; arn: string }): string {
  const parts = ecrDigest.exec(image);
  if (!parts || image.startsWith(`${own.url}@`)) {
    return own.arn;
  }
  const [, account, region, name] = parts;
  const partition = region.startsWith("cn-")
    ? "aws-cn"
    : region.startsWith("us-gov-")
      ? "aws-us-gov"
      : "aws";
  return `arn:${partition}:ecr:${region}:${account}:repository/${name}`;
}
