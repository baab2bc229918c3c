import { clientOf } from "./clientOf";
import type { BlobItem } from "@azure/storage-blob";
import { changedMeanwhile, errorText } from "./errorText";
import { listedBelow, resolveObjects } from "./objects";
import type { RemoteFile, SourceKind } from "./source";

type Container = ReturnType<Awaited<ReturnType<typeof connect>>["getContainerClient"]>;

const form = "az://ACCOUNT/CONTAINER/PREFIX";
const pattern = /^az:\/\/([a-z0-9]{3,24})\/([a-z0-9](?:[a-z0-9]|-(?!-)){1,61}[a-z0-9])(?:\/(.*))?$/;

/**
 * Blobs in Azure Storage: a model's files below a prefix, or one archive. They are read by their ETag.
 * Credentials are those of the Azure CLI's variables for the account (AZURE_STORAGE_CONNECTION_STRING,
 * AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN), else those that DefaultAzureCredential finds.
 *
 * @see https://learn.microsoft.com/azure/developer/javascript/sdk/authentication/credential-chains
 */
export const az: SourceKind = {
  prefix: "az://",
  form,
  check: (source) => (pattern.test(source) ? [] : [`use ${form}`]),
  async resolve(source) {
    const [, account, name, rest = ""] = pattern.exec(source)!;
    const key = rest.replace(/\/+$/, "");
    const container = (await connect(account, process.env)).getContainerClient(name);
    const blobs: BlobItem[] = [];
    try {
      for await (const blob of container.listBlobsFlat({ prefix: listedBelow(key) })) {
        blobs.push(blob);
      }
    } catch (error) {
      throw new Error(reasonOf(error as Error, account, name));
    }
    return resolveObjects(source, key, blobs, {
      title: `the container ${name}`,
      fileOf: (path, blob) => fileOf(container, path, blob),
      writtenAt: ({ properties }) => Number(properties.lastModified),
    });
  },
};

const packages = "@azure/storage-blob @azure/identity";

async function connect(account: string, env: NodeJS.ProcessEnv) {
  const { BlobServiceClient, StorageSharedKeyCredential } = await clientOf(
    packages,
    () => import("@azure/storage-blob"),
  );
  const { AZURE_STORAGE_CONNECTION_STRING: connection, AZURE_STORAGE_KEY: key } = env;
  const sas = env.AZURE_STORAGE_SAS_TOKEN?.replace(/^\?/, "");
  const isMeant = [undefined, "", account].includes(env.AZURE_STORAGE_ACCOUNT);
  if (connection && new RegExp(`AccountName=${account}(;|$)`).test(connection)) {
    return BlobServiceClient.fromConnectionString(connection);
  }
  const address = `https://${account}.blob.core.windows.net`;
  if (isMeant && key) {
    return new BlobServiceClient(address, new StorageSharedKeyCredential(account, key));
  }
  if (isMeant && sas) {
    return new BlobServiceClient(`${address}?${sas}`);
  }
  const { DefaultAzureCredential } = await clientOf(packages, () => import("@azure/identity"));
  return new BlobServiceClient(address, new DefaultAzureCredential());
}

function fileOf(container: Container, path: string, { name, properties }: BlobItem): RemoteFile {
  const { contentLength, contentMD5, etag } = properties;
  return {
    path,
    size: contentLength,
    revision: etag,
    ...(contentMD5 && {
      digest: { algorithm: "md5", hex: Buffer.from(contentMD5).toString("hex") },
    }),
    async open(from) {
      try {
        const conditions = { ifMatch: etag };
        const blob = container.getBlobClient(name);
        const { readableStreamBody } = await blob.download(from, undefined, { conditions });
        return { from, body: readableStreamBody! };
      } catch (error) {
        throw new Error(reasonOf(error as Error, container.accountName, container.containerName));
      }
    },
  };
}

function reasonOf(error: Error, account: string, container: string): string {
  const { statusCode, code, name } = error as Error & { statusCode?: number; code?: string };
  if (name === "CredentialUnavailableError" || name.startsWith("AggregateAuthentication")) {
    return "there are no Azure credentials: log in with `az login`, or set AZURE_STORAGE_KEY";
  }
  if (statusCode === 404 && code === "ContainerNotFound") {
    return `the account ${account} has no container ${container}: correct the name`;
  }
  if (statusCode === 404 || statusCode === 412) {
    return changedMeanwhile;
  }
  if (statusCode === 401 || statusCode === 403) {
    return (
      `Azure refuses to read it (${code ?? statusCode}): give yourself the role ` +
      `Storage Blob Data Reader on the container ${container}`
    );
  }
  return `Azure cannot be asked: ${errorText(error).split("\n")[0]}`;
}
