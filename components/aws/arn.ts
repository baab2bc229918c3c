import { RunError } from "@pulumi/pulumi";
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

/** Whether a value, where it is known already, is an ARN of one of the services. */
export function isArnOf(value: unknown, services: string[]): boolean {
  if (typeof value !== "string") {
    return true;
  }
  const match = /^arn:[^:]+:([^:]+):/.exec(value);
  return match !== null && services.includes(match[1]);
}
