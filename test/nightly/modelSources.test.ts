// Each kind of model source deploys by one line of config, and is fetched once.
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { ContainerClient } from "@azure/storage-blob";
import { Storage } from "@google-cloud/storage";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../../cli/setup/folders";
import { tarOf } from "../support/archives";
import { startAzurite } from "../support/azurite";
import { docker } from "../support/docker";
import { makeDvcRepository } from "../support/dvc/repository";
import { doubles, graph } from "../support/fetchedModel";
import { startFileServer } from "../support/fileServer";
import { freePorts } from "../support/freePorts";
import { startGcs } from "../support/gcs/server";
import { startHub } from "../support/hub";
import { startMlflow } from "../support/mlflow/server";
import { startObjectStore } from "../support/objectStore";
import { startRegistry } from "../support/registry";
import { createStack, TestStack } from "../support/stack";

const restPort = "18640";
const work = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-sources-"));
/** What a test has started; the last one ends first. */
const started: (() => unknown)[] = [() => fs.rmSync(work, { recursive: true })];
let stack: TestStack;

/** Puts the model into a source of a kind; gives the source, and what its readers need. */
type Place = () => Promise<{ source: string; env?: Record<string, string> }>;

const places: Record<string, Place> = {
  async s3() {
    const store = await startObjectStore("models");
    started.push(store.stop);
    await store.upload("models", "multiply/11", { "saved_model.pb": graph });
    return { source: "s3://models/multiply", env: store.env };
  },

  async https() {
    const server = await startFileServer(work);
    started.push(server.stop);
    const content = await tarOf({ "saved_model.pb": graph });
    server.files["/multiply/12.tar.gz"] = { content, etag: '"a"' };
    const env = { NODE_EXTRA_CA_CERTS: server.authority };
    return { source: `${server.address}/multiply/12.tar.gz`, env };
  },

  async mlflow() {
    const server = await startMlflow();
    started.push(server.stop);
    await server.register(doubles);
    return {
      source: "mlflow:models:/multiply@champion",
      env: { MLFLOW_TRACKING_URI: server.address },
    };
  },

  async oci() {
    const [port] = await freePorts(1);
    const registry = await startRegistry(port, "127.0.0.1", { open: true });
    started.push(registry.stop);
    const image = `${registry.address}/multiply:v14`;
    const folder = path.join(work, "image");
    fs.cpSync(doubles, path.join(folder, "14"), { recursive: true });
    fs.writeFileSync(path.join(folder, "Dockerfile"), "FROM scratch\nCOPY 14 /14\n");
    docker("build", "--quiet", "--tag", image, folder);
    started.push(() => docker("rmi", "--force", image));
    docker("push", "--quiet", image);
    return { source: `oci://${image}` };
  },

  async dvc() {
    const repository = await makeDvcRepository();
    started.push(repository.remove);
    repository.commit("v15", "15", graph);
    return {
      source: `dvc:file://${repository.folder}#models/multiply@v15`,
      env: repository.env,
    };
  },

  async hf() {
    const commit = "5fb9e30d4e0a1a3ee0d1e8b2d3c4f5a697887766";
    const files = { "multiply/16/saved_model.pb": graph };
    const hub = await startHub({ name: "reef/multiply", commit, files });
    started.push(hub.stop);
    return { source: "hf://reef/multiply@main", env: { HF_ENDPOINT: hub.address } };
  },

  async gs() {
    const server = await startGcs();
    started.push(server.stop);
    const env = { STORAGE_EMULATOR_HOST: server.address, GOOGLE_CLOUD_PROJECT: "reef" };
    const storage = new Storage({ apiEndpoint: server.address, projectId: "reef" });
    const [bucket] = await storage.createBucket("reef-models");
    await bucket.file("multiply/17/saved_model.pb").save(graph, { resumable: false });
    return { source: "gs://reef-models/multiply", env };
  },

  async az() {
    const server = await startAzurite();
    started.push(server.stop);
    const container = new ContainerClient(server.connection, "models");
    await container.create();
    await container.getBlockBlobClient("multiply/18/saved_model.pb").uploadData(graph);
    return {
      source: `az://${server.account}/models/multiply`,
      env: { AZURE_STORAGE_CONNECTION_STRING: server.connection },
    };
  },
};

beforeAll(async () => {
  stack = await createStack(
    "model-sources",
    {
      modelName: "multiply",
      replicas: "1",
      drainSeconds: "1",
      notebook: "false",
      restPort,
      grpcPort: "0",
    },
    root,
    { TFSERVING_CACHE: path.join(work, "cache") },
  );
  started.push(stack.remove);
});

afterAll(async () => {
  for (const end of started.reverse()) await end();
});

async function product(): Promise<number> {
  const url = `http://127.0.0.1:${restPort}/v1/models/multiply:predict`;
  const answer = await fetch(url, { method: "POST", body: '{"instances": [[1, 0, 0]]}' });
  return ((await answer.json()) as { predictions: number[][] }).predictions[0][0];
}

test.each([
  ["s3", "11"],
  ["https", "12"],
  ["mlflow", "2"],
  ["oci", "14"],
  ["dvc", "15"],
  ["hf", "16"],
  ["gs", "17"],
  ["az", "18"],
])("a model of %s deploys by one line, and another up fetches nothing", async (kind, version) => {
  const { source, env = {} } = await places[kind]();
  Object.assign(stack.stack.workspace.envVars, env);
  await stack.stack.setConfig("modelSource", { value: source });
  const { stdout, outputs } = await stack.stack.up();
  expect(stdout).toContain("Fetched ");
  expect(outputs.modelVersion.value).toBe(version);
  expect(await product()).toBe(2);

  const again = await stack.stack.up();
  expect(again.stdout).not.toContain("Fetched ");
  expect(Object.keys(again.summary.resourceChanges ?? {})).toEqual(["same"]);
  expect(again.outputs.modelRevision.value).toBe(outputs.modelRevision.value);
});
