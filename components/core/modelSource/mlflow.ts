import { createHash } from "node:crypto";
import { text } from "node:stream/consumers";
import { artifactsAt } from "./mlflowArtifacts";
import { savedModelFolder } from "./mlflowModel";
import { MlflowServer, mlflowServer } from "./mlflowServer";
import type { RemoteFile, SourceKind } from "./source";

const form = "mlflow:models:/NAME/VERSION, mlflow:models:/NAME/STAGE or mlflow:models:/NAME@ALIAS";
const pattern = /^mlflow:models:\/([^/@:]+)(?:\/([^/@:]+)|@([^/@:]+))$/;

/** A registered model version, as MLflow's REST API tells it. */
interface ModelVersion {
  version: string;
  status?: string;
  /** Milliseconds. */
  creation_timestamp?: number | string;
}

/**
 * A version of a registered model in MLflow. The server is MLFLOW_TRACKING_URI; its own variables for
 * logins are those of MLflow's client.
 *
 * @see https://mlflow.org/docs/latest/api_reference/rest-api.html
 */
export const mlflow: SourceKind = {
  prefix: "mlflow:",
  form,
  check: (source) => (pattern.test(source) ? [] : [`use ${form}`]),
  async resolve(source) {
    const [, name, versionOrStage, alias] = pattern.exec(source)!;
    const server = mlflowServer();
    const found = await findVersion(server, name, versionOrStage, alias);
    const { version, status = "READY", creation_timestamp } = found;
    if (status !== "READY") {
      throw new Error(`version ${version} is ${status} and not READY: register it again`);
    }
    const { artifact_uri } = await server.get<{ artifact_uri: string }>(
      "model-versions/get-download-uri",
      { name, version },
    );
    const artifacts = await artifactsAt(server, artifact_uri);
    const description = await readDescription(artifacts.files);
    return {
      source: `mlflow:models:/${name}/${version}`,
      revision: digestOf(
        server.address,
        name,
        version,
        artifact_uri,
        artifacts.revision,
        description,
      ),
      version,
      ...(creation_timestamp && { changed: new Date(Number(creation_timestamp)) }),
      content: { files: await savedModelOf(artifacts.files, description) },
    };
  },
};

async function findVersion(
  server: MlflowServer,
  name: string,
  versionOrStage: string,
  alias: string | undefined,
): Promise<ModelVersion> {
  if (alias !== undefined) {
    const query = { name, alias };
    return (await server.get<Found>("registered-models/alias", query)).model_version;
  }
  if (/^\d+$/.test(versionOrStage)) {
    const query = { name, version: versionOrStage };
    return (await server.get<Found>("model-versions/get", query)).model_version;
  }
  // MLflow's own word for the highest version in any stage.
  const stages: Record<string, string> =
    versionOrStage === "latest" ? {} : { stages: versionOrStage };
  const { model_versions = [] } = await server.get<{ model_versions?: ModelVersion[] }>(
    "registered-models/get-latest-versions",
    { name, ...stages },
  );
  const [highest] = model_versions.sort((a, b) => Number(b.version) - Number(a.version));
  if (!highest) {
    throw new Error(`${server.title} has no version of ${name} in the stage ${versionOrStage}`);
  }
  return highest;
}

interface Found {
  model_version: ModelVersion;
}

/** MLflow's description of a model; empty for somebody's own files, registered as they are. */
async function readDescription(files: readonly RemoteFile[]): Promise<string> {
  const file = files.find(({ path }) => path === "MLmodel");
  return file ? text((await file.open(0)).body) : "";
}

async function savedModelOf(
  files: readonly RemoteFile[],
  description: string,
): Promise<RemoteFile[]> {
  if (description === "") {
    return [...files];
  }
  const folder = await savedModelFolder(
    description,
    files.map(({ path }) => path),
  );
  return files
    .filter(({ path }) => path.startsWith(`${folder}/`))
    .map((file) => ({ ...file, path: file.path.slice(folder.length + 1) }));
}

function digestOf(...parts: string[]): string {
  return createHash("sha256").update(parts.join("\n")).digest("hex");
}
