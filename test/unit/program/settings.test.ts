import * as pulumi from "@pulumi/pulumi";
import { beforeEach, expect, it, vi } from "vitest";

import { readSettings } from "../../../program/config/settings";
import { docker } from "../../../program/targets/docker";
import type { EnginePlan } from "../../../program/targets/engine";
import { ownContainers, startFakeEngine } from "../../support/fakeEngine";
import { promiseOf, startMocks } from "../../support/mocks";
import { enterSmallProject } from "../../support/smallProject";
import { setConfig } from "../../support/stackConfig";

beforeEach(() => {
  enterSmallProject();
});

async function load(
  values: Record<string, unknown> = {},
  secrets: string[] = [],
): Promise<EnginePlan> {
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
  expect(await pulumi.isSecret(password)).toBe(true);
  expect(await promiseOf(password)).toBe("lovelace");
});
