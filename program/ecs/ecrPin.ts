import { Problem } from "../../components";

// https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
const ecrDigest =
  /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([a-z0-9._/-]+)@sha256:[a-f0-9]{64}$/;

/** What cannot work about the config key `image` on AWS. */
export function checkPin(image: string): Problem[] {
  return /@sha256:[a-f0-9]{64}$/.test(image)
    ? []
    : [
        {
          propertyPath: "image",
          reason:
            `is "${image}": use a digest in ECR, such as the output "image" of an earlier release, ` +
            "or leave it empty to build one from the model folder",
        },
      ];
}

/**
 * ARN of the repository that a digest in ECR is in, from which it may then be pulled.
 *
 * @param own - the stack's own repository
 */
export function repositoryArnOf(image: string, own: { url: string; arn: string }): string {
  if (image.startsWith(`${own.url}@`)) {
    return own.arn;
  }
  const parts = ecrDigest.exec(image);
  if (!parts) {
    throw new Error(`image is "${image}", which is not in ECR: use the digest of an image there`);
  }
  const [, account, region, name] = parts;
  const partition = region.startsWith("cn-")
    ? "aws-cn"
    : region.startsWith("us-gov-")
      ? "aws-us-gov"
      : "aws";
  return `arn:${partition}:ecr:${region}:${account}:repository/${name}`;
}
