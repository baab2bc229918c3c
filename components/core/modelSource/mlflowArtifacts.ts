import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import type { MlflowServer } from "./mlflowServer";
import { az } from "./az";
import { gs } from "./gs";
import { revisionOf } from "./revisionOf";
import { s3 } from "./s3";
import type { RemoteFile, ResolvedSource } from "./source";

/** What a model version consists of, wherever MLflow keeps it. */
export interface Artifacts {
  readonly files: readonly RemoteFile[];
  /** Tells this content from any other. */
  readonly revision: string;
}

const proxyPath = "api/2.0/mlflow-artifacts/artifacts";

/**
 * The artifacts at a URI: those behind MLflow's own server, or in a bucket, which is then asked with
 * that kind's own credentials.
 *
 * @throws Error where only the server's own machine can read them
 */
export async function artifactsAt(server: MlflowServer, uri: string): Promise<Artifacts> {
  const proxied = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/.exec(uri);
  if (proxied) {
    return servedArtifacts(server, proxied[1].replace(/\/$/, ""));
  }
  const store = await storeOf(uri);
  if (!store) {
    throw new Error(
      `${server.title} keeps it at ${uri}, which this machine cannot read: start the server with ` +
        "--artifacts-destination, or keep artifacts in a bucket",
    );
  }
  const { content, revision } = store;
  if (!("files" in content)) {
    throw new Error(`its artifacts at ${uri} are no folder`);
  }
  return { files: content.files, revision };
}

/** Buckets have kinds of their own, with the credentials of those. */
async function storeOf(uri: string): Promise<ResolvedSource | undefined> {
  const azure = /^wasbs:\/\/([^@/]+)@([^./]+)\.blob\.core\.windows\.net\/(.*)$/.exec(uri);
  const source = azure ? `az://${azure[2]}/${azure[1]}/${azure[3]}` : uri;
  return [s3, gs, az].find(({ prefix }) => source.startsWith(prefix))?.resolve(source);
}

async function servedArtifacts(server: MlflowServer, root: string): Promise<Artifacts> {
  const files = await listFiles(server, root);
  return { files, revision: revisionOf(files) };
}

async function listFiles(server: MlflowServer, root: string, below = ""): Promise<RemoteFile[]> {
  const query = new URLSearchParams({ path: `${root}${below && `/${below}`}` });
  const response = await server.open(`${proxyPath}?${query}`);
  const { files = [] } = (await response.json()) as { files?: Listed[] };
  const found: RemoteFile[] = [];
  for (const { path: name, is_dir, file_size } of files) {
    const path = below ? `${below}/${name}` : name;
    found.push(
      ...(is_dir
        ? await listFiles(server, root, path)
        : [servedFile(server, root, path, Number(file_size))]),
    );
  }
  return found;
}

interface Listed {
  path: string;
  is_dir?: boolean;
  file_size?: number | string;
}

/** The server sends a file from its beginning only. */
function servedFile(server: MlflowServer, root: string, path: string, size: number): RemoteFile {
  return {
    path,
    size,
    async open() {
      const place = `${root}/${path}`.split("/").map(encodeURIComponent).join("/");
      const { body } = await server.open(`${proxyPath}/${place}`);
      return { from: 0, body: Readable.fromWeb(body as ReadableStream) };
    },
  };
}
