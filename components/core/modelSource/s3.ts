import type { ListObjectVersionsCommandOutput, S3Client } from "@aws-sdk/client-s3";
import type { Readable } from "node:stream";
import { changedMeanwhile } from "./errorText";
import { listedBelow, resolveObjects } from "./objects";
import type { RemoteFile, SourceKind } from "./source";

type Sdk = typeof import("@aws-sdk/client-s3");

interface Place {
  Bucket: string;
  /** Key of an archive, or what keys begin with. */
  Key: string;
}

/** An object as a listing has it. */
interface Listed {
  Key?: string;
  /** @default - the bucket keeps no versions, or says nothing of them */
  VersionId?: string;
  ETag?: string;
  Size?: number;
  LastModified?: Date;
}

const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/**
 * Objects in S3, or in a store with its API: a model's files below a prefix, or one archive. Objects
 * are read by their version where the bucket keeps versions, else by their ETag. Region, credentials
 * and AWS_ENDPOINT_URL_S3 are found as the AWS CLI finds them.
 */
export const s3: SourceKind = {
  prefix: "s3://",
  form: "s3://BUCKET/PREFIX",

  check(source) {
    return bucketName.test(placeOf(source).Bucket)
      ? []
      : ["it names no bucket: use s3://BUCKET/PREFIX"];
  },

  async resolve(source) {
    // Which Node.js this project needs is its own to say.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
    const sdk = await import("@aws-sdk/client-s3");
    const client = await connect(sdk);
    const place = placeOf(source);
    const found = await list(sdk, client, place).catch((error) => {
      throw new Error(reasonOf(error as Error, place));
    });
    const objects = found.map((object) => ({ ...object, name: object.Key ?? "" }));
    return resolveObjects(source, place.Key, objects, {
      title: `the bucket ${place.Bucket}`,
      fileOf: (path, object) => fileOf(sdk, client, place, path, object),
      writtenAt: ({ LastModified }) => Number(LastModified ?? 0),
    });
  },
};

function placeOf(source: string): Place {
  const [Bucket, ...key] = source.slice("s3://".length).split("/");
  return { Bucket, Key: key.join("/").replace(/\/+$/, "") };
}

/** A bucket is found from any region; a store other than AWS takes buckets in the path only. */
async function connect({ S3Client }: Sdk): Promise<S3Client> {
  const settings = {
    followRegionRedirects: true,
    forcePathStyle: Boolean(process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL),
  };
  const client = new S3Client(settings);
  return client.config.region().then(
    () => client,
    () => new S3Client({ ...settings, region: "us-east-1" }),
  );
}

/** With the versions of objects where these may be listed. */
async function list(sdk: Sdk, client: S3Client, { Bucket, Key }: Place): Promise<Listed[]> {
  const question = { Bucket, Prefix: listedBelow(Key) };
  try {
    return await listVersions(sdk, client, question);
  } catch (error) {
    if (!["AccessDenied", "NotImplemented", "MethodNotAllowed"].includes((error as Error).name)) {
      throw error;
    }
  }
  const objects: Listed[] = [];
  for await (const page of sdk.paginateListObjectsV2({ client }, question)) {
    objects.push(...(page.Contents ?? []));
  }
  return objects;
}

async function listVersions(
  { ListObjectVersionsCommand }: Sdk,
  client: S3Client,
  question: { Bucket: string; Prefix: string },
): Promise<Listed[]> {
  const objects: Listed[] = [];
  for (let next: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {}; next;) {
    const page: ListObjectVersionsCommandOutput = await client.send(
      new ListObjectVersionsCommand({ ...question, ...next }),
    );
    objects.push(...(page.Versions ?? []).filter(({ IsLatest }) => IsLatest));
    next = page.IsTruncated
      ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      : undefined;
  }
  // Objects of a bucket without versions have the version "null".
  return objects.map((object) =>
    object.VersionId === "null" ? { ...object, VersionId: undefined } : object,
  );
}

function fileOf(
  sdk: Sdk,
  client: S3Client,
  place: Place,
  path: string,
  { Key, VersionId, ETag, Size }: Listed,
): RemoteFile {
  return {
    path,
    size: Size,
    revision: VersionId ?? ETag,
    async open(from) {
      const Range = from > 0 ? `bytes=${from}-` : undefined;
      const question = { Bucket: place.Bucket, Key, VersionId, Range, IfMatch: ETag };
      try {
        const { Body } = await client.send(new sdk.GetObjectCommand(question));
        return { from, body: Body as Readable };
      } catch (error) {
        throw new Error(reasonOf(error as Error, place));
      }
    },
  };
}

function reasonOf({ name, message }: Error, { Bucket }: Place): string {
  switch (name) {
    case "NoSuchBucket":
      return `there is no bucket ${Bucket}: correct the name`;
    case "NoSuchKey":
    case "NoSuchVersion":
    case "PreconditionFailed":
      return changedMeanwhile;
    case "CredentialsProviderError":
      return "there are no AWS credentials: log in with `aws configure` or `aws sso login`, or set AWS_PROFILE";
    case "AccessDenied":
      return `AWS refuses to read it: give yourself s3:ListBucket on ${Bucket} and s3:GetObject on its objects`;
    case "ExpiredToken":
    case "InvalidAccessKeyId":
    case "SignatureDoesNotMatch":
      return `AWS refuses the credentials (${name}): log in again`;
    default:
      return `S3 cannot be asked: ${message || name}`;
  }
}
