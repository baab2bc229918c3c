import { RunError } from "@pulumi/pulumi";
import { textLike } from "@tf-model-serving/core/internal/arguments/schema";

/** What an ARN is made of. */
export interface ArnParts {
  /** `aws`, or that of a separate part of AWS such as `aws-cn`. */
  partition: string;
  service: string;
  region: string;
  /** Number of the account. */
  account: string;
  resource: string;
}

/**
 * Takes an ARN apart.
 *
 * @throws RunError where it is none
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
export function parseArn(arn: string): ArnParts {
  const match = /^arn:([^:]+):([^:]+):([^:]*):([^:]*):(.+)$/.exec(arn);
  if (!match) {
    throw new RunError(`${arn} is no ARN`);
  }
  const [, partition, service, region, account, resource] = match;
  return { partition, service, region, account, resource };
}

/** The ARN of something in one of the services. */
export function arnOf(services: string[], what: string) {
  return textLike(
    new RegExp(`^arn:[^:]+:(${services.join("|")}):`),
    `use the ARN of ${what}, which starts with arn:aws:${services[0]}:`,
  );
}
