import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import * as s3 from "@pulumi/aws/s3";
import * as pulumi from "@pulumi/pulumi";
import { ResolvedAlbEndpointArgs } from "./albEndpointArgs";
import { awsName } from "../awsName";
import { tagsFor } from "../tags";

/** Longest name of a bucket, less Pulumi's own suffix. */
const bucketNameLength = 63 - 8;

/**
 * A private bucket for a load balancer's access logs, which are deleted after some days.
 *
 * @returns the bucket's name, once the load balancer may write to it
 */
export function createAccessLogBucket(
  name: string,
  args: ResolvedAlbEndpointArgs,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const opts = { parent, retainOnDelete: args.retainLogsOnDestroy };
  const bucket = new s3.Bucket(
    awsName([name, "logs"], bucketNameLength),
    { forceDestroy: !args.retainLogsOnDestroy, tags: tagsFor("access-logs", args.tags) },
    opts,
  );
  const closed = closeBucket(name, bucket, opts);
  new s3.BucketLifecycleConfiguration(
    `${name}-logs`,
    {
      bucket: bucket.bucket,
      rules: [
        {
          id: "expire",
          status: "Enabled",
          filter: { prefix: "" },
          expiration: { days: args.accessLogRetentionDays },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
        },
      ],
    },
    opts,
  );
  const { accountId } = getCallerIdentityOutput({}, { parent });
  const policy = new s3.BucketPolicy(
    `${name}-logs`,
    {
      bucket: bucket.bucket,
      policy: pulumi
        .all([bucket.arn, accountId])
        .apply(([arn, account]) => JSON.stringify(accessLogPolicy(arn, account))),
    },
    // S3 refuses two changes of a bucket's access at the same time.
    { ...opts, dependsOn: closed },
  );
  return policy.bucket;
}

/** No access lists, nothing public; load balancers write with S3's own keys (SSE-S3) only. */
function closeBucket(
  name: string,
  { bucket }: s3.Bucket,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  return [
    new s3.BucketPublicAccessBlock(
      `${name}-logs`,
      {
        bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      opts,
    ),
    new s3.BucketOwnershipControls(
      `${name}-logs`,
      { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      opts,
    ),
    new s3.BucketServerSideEncryptionConfiguration(
      `${name}-logs`,
      { bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
      opts,
    ),
  ];
}

/**
 * Lets load balancers of this account add logs, and nobody do anything without TLS.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
 */
function accessLogPolicy(bucketArn: string, account: string): object {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "LoadBalancersAddLogs",
        Effect: "Allow",
        Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: `${bucketArn}/AWSLogs/${account}/*`,
      },
      {
        Sid: "NothingWithoutTls",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [bucketArn, `${bucketArn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  };
}
