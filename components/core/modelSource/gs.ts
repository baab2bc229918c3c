import { clientOf } from "./clientOf";
import { changedMeanwhile, errorText } from "./errorText";
import { listedBelow, resolveObjects } from "./objects";
import type { RemoteFile, SourceKind } from "./source";

type Bucket = Awaited<ReturnType<typeof openBucket>>;
type Listed = ReturnType<Bucket["file"]>;

const form = "gs://BUCKET/PREFIX";
const pattern = /^gs:\/\/([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])(?:\/(.*))?$/;

/**
 * Objects in Google Cloud Storage: a model's files below a prefix, or one archive. They are read by their
 * generation. Credentials are Google's application default ones.
 *
 * @see https://cloud.google.com/docs/authentication/application-default-credentials
 */
export const gs: SourceKind = {
  prefix: "gs://",
  form,
  check: (source) => (pattern.test(source) ? [] : [`use ${form}`]),
  async resolve(source) {
    const [, name, rest = ""] = pattern.exec(source)!;
    const key = rest.replace(/\/+$/, "");
    const bucket = await openBucket(name);
    const [listed] = await bucket.getFiles({ prefix: listedBelow(key) }).catch((error: Error) => {
      throw new Error(reasonOf(error, name));
    });
    return resolveObjects(source, key, listed, {
      title: `the bucket ${name}`,
      fileOf: (path, object) => fileOf(bucket, path, object),
      writtenAt: ({ metadata }) => Date.parse(metadata.updated ?? "") || 0,
    });
  },
};

async function openBucket(name: string) {
  const packages = "@google-cloud/storage";
  const { Storage } = await clientOf(packages, () => import("@google-cloud/storage"));
  return new Storage().bucket(name);
}

function fileOf(bucket: Bucket, path: string, { name, metadata }: Listed): RemoteFile {
  const { generation, md5Hash, size } = metadata;
  return {
    path,
    size: Number(size),
    revision: String(generation),
    // An object that was composed of others has none.
    ...(md5Hash && {
      digest: { algorithm: "md5", hex: Buffer.from(md5Hash, "base64").toString("hex") },
    }),
    async open(start) {
      const object = bucket.file(name, { generation });
      // What is stored with gzip is to come as it is stored, which is what was counted.
      const body = object.createReadStream({ start, validation: false, decompress: false });
      const status = await new Promise<number>((resolve, reject) => {
        body.once("response", ({ statusCode }: { statusCode: number }) => resolve(statusCode));
        body.once("error", (error) => reject(new Error(reasonOf(error, bucket.name))));
        // It asks once somebody reads.
        body.read(0);
      });
      return { from: status === 206 ? start : 0, body };
    },
  };
}

function reasonOf(error: Error, bucket: string): string {
  const { code } = error as Error & { code?: number | string };
  if (/default credentials/i.test(error.message)) {
    return "there are no Google credentials: gcloud auth application-default login";
  }
  if (code === 404 && /No such object/.test(error.message)) {
    return changedMeanwhile;
  }
  if (code === 404) {
    return `there is no bucket ${bucket}: correct the name`;
  }
  if (code === 401 || code === 403) {
    return `Google refuses to read it (${code}): give yourself the role Storage Object Viewer on ${bucket}`;
  }
  return `Cloud Storage cannot be asked: ${errorText(error)}`;
}
