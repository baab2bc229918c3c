import * as fs from "node:fs";
import * as path from "node:path";

import type * as pulumi from "@pulumi/pulumi";
import { isSecret } from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { readSettings } from "../../../program/config/settings";
import { docker } from "../../../program/targets/docker";
import type { EnginePlan } from "../../../program/targets/engine";
import {
  engineAnswers,
  ownContainers,
  publishing,
  startFakeEngine,
} from "../../support/fakeEngine";
import { promiseOf, startMocks } from "../../support/mocks";
import { refusals } from "../../support/refusals";
import { refusalOf } from "../../support/runProgram";
import { enterSmallProject } from "../../support/smallProject";
import { setConfig } from "../../support/stackConfig";

type Settings = Record<string, unknown>;

beforeEach(() => {
  enterSmallProject();
});

afterEach(() => {
  vi.unstubAllEnvs();
});

async function load(values: Settings = {}, secrets: string[] = []): Promise<EnginePlan> {
  await startMocks();
  vi.stubEnv("DOCKER_HOST", await startFakeEngine(ownContainers()));
  setConfig(values, secrets);
  return docker.preflight(await readSettings());
}

it("leaves what a stack does not set to the components", async () => {
  const { engine, ...plan } = await load();
  expect(engine.host).toBe(process.env.DOCKER_HOST);
  expect(plan).toEqual({
    image: {
      ...{ modelFolder: "model/classifier", modelName: "my_model" },
      ...{ repository: "tf_serving", memoryMb: 2048 },
    },
    service: { modelName: "my_model", grpcPort: 8500, memoryMb: 2048 },
    notebook: { modelName: "my_model", folder: "model/notebooks", dataFolder: "model" },
    recorded: {},
  });
});

it("looks in the SavedModel for the tags that the server will ask for", async () => {
  const { image } = await load({ server: { savedModelTags: ["serve"] } });
  expect(image.savedModelTags).toEqual(["serve"]);
});

it("keeps the registry's password a secret", async () => {
  const login = {
    registry: "r.example.com",
    registryUsername: "ada",
    registryPassword: "lovelace",
  };
  const { registry } = await load(login, ["registryPassword"]);
  const password = registry?.password as pulumi.Output<string>;
  expect(await isSecret(password)).toBe(true);
  expect(await promiseOf(password)).toBe("lovelace");
});

describe("a configuration that cannot work is refused by key", () => {
  const busy = [publishing("web", [8500, 8501]), publishing("lab", [8888])];
  const arm64 = { ...(engineAnswers["/version"] as object), Arch: "arm64" };
  const models = [
    { name: "my_model", labels: { stable: "3" } },
    { name: "bees" },
    { name: "my_model" },
  ];
  const two = { modelFolder: "two/models", modelVersion: "12", canaryVersion: "3" };

  const cases: Record<string, Settings> = {
    "an unknown target": { target: "moon" },
    "a missing model folder": { modelFolder: "no" },
    "tags that the SavedModel does not have": { server: { savedModelTags: ["gpu"] } },
    "a registry that is none": { registry: "registry" },
    "half a login": { registry: "r.example.com", registryUsername: "ada" },
    "the other half of a login": { registry: "r.example.com", registryPassword: "lovelace" },
    "too many replicas": { replicas: 257 },
    "replicas that are no number": { replicas: "many" },
    "no replicas at all": { replicas: 0 },
    "a time to find a node": { schedulingTimeoutSeconds: 600 },
    "cpus that are no number": { cpus: "abc" },
    "more CPUs than there are": { cpus: "65" },
    "a flag that does not exist": { server: { enableCorse: true } },
    "notebooks that are not there": { notebookFolder: "no" },
    "data that is not there": { notebookDataFolder: "no" },
    "a notebook without memory": { notebookMemoryMb: 1 },
    "one port for notebook and service": { notebookPort: 8501 },
    "one port for all, each use once": { restPort: 8500, grpcPort: 8500, notebookPort: 8500 },
    "a model that is there twice": { server: { models } },
    "models without a folder, or with a label on a version that is not loaded": {
      ...{ server: { models: models.slice(0, 2) }, modelVersion: "3" },
    },
    "a model that is not among those that are served": { server: { models: [{ name: "birds" }] } },
    "an address that is none": { host: "gpu.example.com" },
    "a canary above 100 %": { ...two, canaryPercent: 101 },
    "a canary below 0 %": { ...two, canaryPercent: -1 },
    "a canary without a version": { canaryPercent: 5 },
    "a canary without the version that gets the rest": { ...two, modelVersion: "" },
    "a canary that is the same version": { ...two, canaryVersion: "12" },
    "a canary that does not exist": { ...two, canaryVersion: "4" },
    "a canary beside several models": {
      ...{ ...two, modelVersion: "", server: { models: [{ name: "my_model" }] } },
    },
    "a canary with no replicas": { ...two, canaryReplicas: -1 },
  };

  it("in these words", async () => {
    const text = await refusals(cases, (settings) => refusalOf(settings));
    await expect(text).toMatchFileSnapshot("snapshots/docker-refused.txt");
  });

  it("and by what the engine of the stack is, has and runs", async () => {
    const gone = `unix://${path.join(fs.realpathSync("."), "docker.sock")}`;
    const wrong = { target: "moon", modelName: "a/b", replicas: 0, notebookPort: 0 };
    const engines: Record<string, { engine?: Settings } & Settings> = {
      "GPUs with an image and on a host that have none": {
        ...{ gpus: "all", engine: { "/info": engineAnswers["/info"] } },
      },
      "ports that others hold": { engine: { "/containers/json": busy } },
      "an engine that cannot run TensorFlow Serving": { engine: { "/version": arm64 } },
      "an engine that does not answer, with all else that is wrong": { host: gone, ...wrong },
    };
    const text = await refusals(engines, ({ engine, ...settings }) =>
      refusalOf(settings, { engine }),
    );
    await expect(text).toMatchFileSnapshot("snapshots/engine-refused.txt");
  });
});
