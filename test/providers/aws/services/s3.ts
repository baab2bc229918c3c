import type * as pulumiS3 from "@pulumi/aws/s3";

import { clients, currentRegion } from "../clients";
import type { Plain } from "../../host/provider";
import { found, gone, keyValues, pascal, resource } from "../resourceType";
import type { ResourceType, Service } from "../resourceType";
import { fixed, flag, json, list, number, object, replaces, required, tags, text } from "../shapes";
import { checkPolicy } from "./iam";

/** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const bucket = resource<pulumiS3.BucketArgs>({
  inputs: {
    // prettier-ignore
    bucket: text({ ...replaces, min: 3, max: 63,
      pattern: /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)[a-z0-9][a-z0-9.-]*[a-z0-9]$/ }),
    forceDestroy: flag(),
    tags: tags(),
  },
  autoname: "bucket",
  lowerCase: true,
  async create(inputs) {
    const { bucket: Bucket } = inputs;
    const region = currentRegion();
    await clients.s3().createBucket({
      Bucket,
      CreateBucketConfiguration:
        region === "us-east-1" ? undefined : { LocationConstraint: region as "eu-central-1" },
    });
    const Tagging = { TagSet: keyValues(inputs.tags) };
    await clients.s3().putBucketTagging({ Bucket, Tagging });
    return { id: Bucket, outputs: { arn: `arn:aws:s3:::${Bucket}`, region } };
  },
  exists: (id) => found(clients.s3().headBucket({ Bucket: id })),
  async delete(id, { forceDestroy }) {
    if (forceDestroy && (await bucket.exists(id, {}))) {
      await empty(id);
    }
    await gone(clients.s3().deleteBucket({ Bucket: id }));
  },
});

async function empty(Bucket: string): Promise<void> {
  const { Versions = [], DeleteMarkers = [] } = await clients.s3().listObjectVersions({ Bucket });
  const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
  if (Objects.length > 0) {
    await clients.s3().deleteObjects({ Bucket, Delete: { Objects } });
  }
}

/** A setting of a bucket: one call puts it, another takes it away. */
function ofBucket<Args>(
  inputs: ResourceType<Args>["inputs"],
  calls: {
    put(inputs: Plain): Promise<unknown>;
    get(Bucket: string): Promise<unknown>;
    remove(Bucket: string): Promise<unknown>;
  },
  check?: ResourceType["check"],
): ResourceType {
  return resource<Args>({
    inputs: { bucket: text(fixed), ...inputs },
    check,
    async create(given) {
      await calls.put(given);
      return { id: given.bucket };
    },
    exists: (id) => found(calls.get(id)),
    delete: (id) => gone(calls.remove(id)),
  });
}

const publicAccessBlock = ofBucket<pulumiS3.BucketPublicAccessBlockArgs>(
  {
    blockPublicAcls: flag(),
    blockPublicPolicy: flag(),
    ignorePublicAcls: flag(),
    restrictPublicBuckets: flag(),
  },
  {
    put: ({ bucket: Bucket, ...settings }) =>
      clients
        .s3()
        .putPublicAccessBlock({ Bucket, PublicAccessBlockConfiguration: pascal(settings) }),
    get: (Bucket) => clients.s3().getPublicAccessBlock({ Bucket }),
    remove: (Bucket) => clients.s3().deletePublicAccessBlock({ Bucket }),
  },
);

const encryption = ofBucket<pulumiS3.BucketServerSideEncryptionConfigurationArgs>(
  {
    rules: list(
      object({
        applyServerSideEncryptionByDefault: object(
          { sseAlgorithm: text({ ...required, oneOf: ["AES256", "aws:kms"] }) },
          required,
        ),
      }),
      { ...required, min: 1 },
    ),
  },
  {
    put: ({ bucket: Bucket, rules }) =>
      clients.s3().putBucketEncryption({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: rules.map(({ applyServerSideEncryptionByDefault: { sseAlgorithm } }: Plain) => ({
            ApplyServerSideEncryptionByDefault: { SSEAlgorithm: sseAlgorithm },
          })),
        },
      }),
    get: (Bucket) => clients.s3().getBucketEncryption({ Bucket }),
    remove: (Bucket) => clients.s3().deleteBucketEncryption({ Bucket }),
  },
);

const bucketPolicy = ofBucket<pulumiS3.BucketPolicyArgs>(
  { policy: json({ ...required, max: 20480 }) },
  {
    put: ({ bucket: Bucket, policy: Policy }) => clients.s3().putBucketPolicy({ Bucket, Policy }),
    get: (Bucket) => clients.s3().getBucketPolicy({ Bucket }),
    remove: (Bucket) => clients.s3().deleteBucketPolicy({ Bucket }),
  },
  ({ policy }) => checkPolicy(policy, "policy", true),
);

const days = number({ min: 1 });

const lifecycle = ofBucket<pulumiS3.BucketLifecycleConfigurationArgs>(
  {
    rules: list(
      object({
        id: text({ ...required, max: 255 }),
        status: text({ ...required, oneOf: ["Enabled", "Disabled"] }),
        filter: object({ prefix: text() }, required),
        expiration: object({ days }),
        abortIncompleteMultipartUpload: object({ daysAfterInitiation: days }),
      }),
      { ...required, min: 1, max: 1000 },
    ),
  },
  {
    put: ({ bucket: Bucket, rules }) =>
      clients.s3().putBucketLifecycleConfiguration({
        Bucket,
        LifecycleConfiguration: {
          Rules: rules.map(({ id, filter, ...rule }: Plain) => ({
            ID: id,
            Filter: pascal(filter),
            ...pascal(rule),
          })),
        },
      }),
    get: (Bucket) => clients.s3().getBucketLifecycleConfiguration({ Bucket }),
    remove: (Bucket) => clients.s3().deleteBucketLifecycle({ Bucket }),
  },
);

const ownership = ofBucket<pulumiS3.BucketOwnershipControlsArgs>(
  {
    rule: object(
      { objectOwnership: text({ ...required, oneOf: ["BucketOwnerEnforced"] }) },
      required,
    ),
  },
  {
    put: ({ bucket: Bucket, rule }) =>
      clients
        .s3()
        .putBucketOwnershipControls({ Bucket, OwnershipControls: { Rules: [pascal(rule)] } }),
    get: (Bucket) => clients.s3().getBucketOwnershipControls({ Bucket }),
    remove: (Bucket) => clients.s3().deleteBucketOwnershipControls({ Bucket }),
  },
);

export default {
  resources: {
    "aws:s3/bucket:Bucket": bucket,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": lifecycle,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": ownership,
    "aws:s3/bucketPolicy:BucketPolicy": bucketPolicy,
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": publicAccessBlock,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
      encryption,
  },
} satisfies Service;
