import * as fs from "node:fs";
import * as path from "node:path";

import * as pulumi from "@pulumi/pulumi";
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
import { enterSmallProject } from "../../support/smallProject";
import { setConfig } from "../../support/stackConfig";

let host: string;

beforeEach(async () => {
  await startMocks();
  host = await startFakeEngine(ownContainers());
  vi.stubEnv("DOCKER_HOST", host);
  enterSmallProject();
});

afterEach(() => {
  vi.unstubAllEnvs();
});

async function load(
  values: Record<string, unknown> = {},
  secrets: string[] = [],
): Promise<EnginePlan> {
  setConfig(values, secrets);
  return docker.preflight(await readSettings());
}

/** The lines of the refusal, without its first one. */
async function refusal(values: Record<string, unknown>): Promise<string[]> {
  const error: unknown = await load(values).catch((reason: unknown) => reason);
  expect(pulumi.RunError.isInstance(error)).toBe(true);
  const [first, ...lines] = (error as Error).message.split("\n");
  expect(first).toBe("The configuration of stack dev cannot work; nothing was changed:");
  return lines.map((line) => line.trim());
}

it("leaves what a stack does not set to the components", async () => {
  expect(await load()).toEqual({
    engine: {
      host,
      apiVersion: "1.41",
      os: "linux",
      architecture: "amd64",
      cpus: 8,
      memoryMb: 16384,
      runtimes: ["io.containerd.runc.v2", "runc"],
      takenPorts: [8500, 8501, 8888].map((port) => ({
        port,
        address: "127.0.0.1",
        holder: "container own",
        stack: "tfserving/dev",
      })),
    },
    image: {
      modelFolder: "model/classifier",
      modelName: "my_model",
      repository: "tf_serving",
      memoryMb: 2048,
    },
    service: { modelName: "my_model", grpcPort: 8500, memoryMb: 2048 },
    notebook: { modelName: "my_model", folder: "model/notebooks", dataFolder: "model" },
    recorded: {},
  });
});

it("looks in the SavedModel for the tags that the server will ask for", async () => {
  const { image } = await load({ server: { savedModelTags: ["serve"] } });
  expect(image.savedModelTags).toEqual(["serve"]);
  expect((await refusal({ server: { savedModelTags: ["gpu"] } }))[0]).toMatch(
    /^modelFolder: .* has no graph tagged exactly \[gpu\]/,
  );
});

it("keeps the registry's password a secret", async () => {
  const login = {
    registry: "r.example.com",
    registryUsername: "ada",
    registryPassword: "lovelace",
  };
  const password = (await load(login, ["registryPassword"])).registry?.password as
    pulumi.Output<string> | undefined;
  expect(password && (await pulumi.isSecret(password))).toBe(true);
  expect(password && (await promiseOf(password))).toBe("lovelace");
});

describe("a configuration that cannot work is refused by key:", () => {
  it.each<[string, Record<string, unknown>, string]>([
    [
      "an unknown target",
      { target: "moon" },
      'target: is "moon": use docker, swarm, ecs or kubernetes',
    ],
    [
      "a missing model folder",
      { modelFolder: "no" },
      'modelFolder: "no" is no folder: use the folder that holds "my_model"',
    ],
    [
      "a registry that is none",
      { registry: "registry" },
      'registry: is "registry": use the registry\'s HOST or HOST:PORT, such as registry.example.com',
    ],
    [
      "half a login",
      { registry: "r.example.com", registryUsername: "ada" },
      "registryPassword: is missing: a login takes a user name and a password, a push without login neither",
    ],
    [
      "the other half of a login",
      { registry: "r.example.com", registryPassword: "lovelace" },
      "registryUsername: is missing: a login takes a user name and a password, a push without login neither",
    ],
    ["too many replicas", { replicas: 257 }, "replicas: is 257: use a whole number from 1 to 256"],
    [
      "replicas that are no number",
      { replicas: "many" },
      'replicas: is "many": use a number, such as 4',
    ],
    ["no replicas at all", { replicas: 0 }, "replicas: is 0: use a whole number from 1 to 256"],
    [
      "a time to find a node",
      { schedulingTimeoutSeconds: 600 },
      "schedulingTimeoutSeconds: is 600, which target docker does not use: leave it out, since no node " +
        "is added for a replica there, and startTimeoutSeconds is for its start",
    ],
    ["cpus that are no number", { cpus: "abc" }, 'cpus: is "abc": use a number, such as 0.5'],
    [
      "more CPUs than there are",
      { cpus: "9" },
      "cpus: is 9, more than the 8 CPUs of the Docker host: use at most 8",
    ],
    [
      "a flag that does not exist",
      { server: { enableCorse: true } },
      'server.enableCorse: is unknown; did you mean "enableCors"?',
    ],
    [
      "notebooks that are not there",
      { notebookFolder: "no" },
      'notebookFolder: is "no", which is no folder: create it, or name another',
    ],
    [
      "data that is not there",
      { notebookDataFolder: "no" },
      'notebookDataFolder: is "no", which is no folder: create it, or name another',
    ],
    [
      "a notebook without memory",
      { notebookMemoryMb: 1 },
      "notebookMemoryMb: is 1: use a whole number from 512 to 4194304",
    ],
    [
      "one port for notebook and service",
      { notebookPort: 8501 },
      "notebookPort: is 8501 like restPort: give each a port of its own",
    ],
  ])("%s", async (_, values, line) => {
    expect(await refusal(values)).toContain(line);
  });

  it("several models, each problem once and under the key that has it", async () => {
    const models = [
      { name: "my_model", labels: { stable: "3" } },
      { name: "bees" },
      { name: "my_model" },
    ];
    expect(await refusal({ server: { models } })).toEqual([
      'server.models[2].name: is "my_model" like the name at index 0; a name can be given once',
    ]);
    expect(await refusal({ server: { models: models.slice(0, 2) }, modelVersion: "3" })).toEqual([
      expect.stringMatching(/^modelVersion: is 3 beside models/),
      "server.models[0].labels.stable: is 3, a version that is not loaded; loaded are 12",
      expect.stringMatching(/^server\.models\[1\]\.name: .* has no folder "bees"/),
    ]);
    expect(await refusal({ server: { models: [{ name: "birds" }] } })).toContain(
      'modelName: is "my_model", which is not among the models that are served: use one of birds',
    );
  });

  it("one port for all, each use once", async () => {
    expect(await refusal({ restPort: 8500, grpcPort: 8500, notebookPort: 8500 })).toEqual([
      "grpcPort: is 8500 like restPort: give each a port of its own",
      "notebookPort: is 8500 like restPort: give each a port of its own",
    ]);
  });

  it("GPUs with an image that cannot use them, on a host that has none", async () => {
    const lines = await refusal({ gpus: "all" });
    expect(lines).toEqual([
      expect.stringMatching(
        /^baseImage: is "tensorflow\/serving:2.19.1", an image without GPU support/,
      ),
      expect.stringMatching(/^gpus: is "all", but the engine at .* has no nvidia runtime/),
    ]);
  });

  it("ports that others hold", async () => {
    const containers = [publishing("web", [8500, 8501]), publishing("lab", [8888])];
    vi.stubEnv("DOCKER_HOST", await startFakeEngine({ "/containers/json": containers }));
    const held = (key: string, port: number, holder: string) =>
      `${key}: is ${port}, which container ${holder} holds on the Docker host: stop that, or choose another port`;
    expect(await refusal({})).toEqual([
      held("restPort", 8501, "web"),
      held("grpcPort", 8500, "web"),
      held("notebookPort", 8888, "lab"),
    ]);
  });

  it("an engine that cannot run TensorFlow Serving", async () => {
    const version = { ...(engineAnswers["/version"] as object), Arch: "arm64" };
    const arm64 = await startFakeEngine({ ...ownContainers(), "/version": version });
    expect(await refusal({ host: arm64 })).toEqual([
      expect.stringMatching(
        /^host: is unix:.*, a linux\/arm64 engine: .* Set host to an amd64 engine/,
      ),
    ]);
  });

  it("several at once, with a Docker Engine that does not answer", async () => {
    const gone = `unix://${path.join(fs.realpathSync("."), "docker.sock")}`;
    expect(
      await refusal({ host: gone, target: "moon", modelName: "a/b", replicas: 0, notebookPort: 0 }),
    ).toEqual([
      expect.stringMatching(
        `^host: The Docker Engine at ${gone} does not answer \\(connect ENOENT .*\\): start it, or ` +
          "set the config value `host` to the address of one that runs.$",
      ),
      'target: is "moon": use docker, swarm, ecs or kubernetes',
      expect.stringMatching(/^modelName: "a\/b" holds "\/" or ":"/),
      "replicas: is 0: use a whole number from 1 to 256",
      "notebookPort: is 0: use a whole number from 1 to 65535",
    ]);
  });

  it("an address that is none", async () => {
    expect(await refusal({ host: "gpu.example.com" })).toEqual([
      'host: "gpu.example.com" is no address of a Docker Engine: use unix://, npipe://, tcp:// or ssh://',
    ]);
  });
});

describe("a canary is refused", () => {
  const two = { modelFolder: "two/models", modelVersion: "12", canaryVersion: "3" };

  it.each([
    ["above 100 %", { ...two, canaryPercent: 101 }, "canaryPercent: is 101: use a whole number"],
    ["below 0 %", { ...two, canaryPercent: -1 }, "canaryPercent: is -1: use a whole number"],
    ["without a version", { canaryPercent: 5 }, "canaryPercent: is 5, and no canaryVersion is set"],
    [
      "without the version that gets the rest",
      { ...two, modelVersion: "" },
      "canaryVersion: is 3, and modelVersion is not set",
    ],
    ["that is the same version", { ...two, canaryVersion: "12" }, "canaryVersion: is 12, the very"],
    ["that does not exist", { ...two, canaryVersion: "4" }, /canaryVersion: .*4.*(3, 12|3 and 12)/],
    [
      "beside several models",
      { ...two, modelVersion: "", server: { models: [{ name: "my_model" }] } },
      "canaryVersion: excludes server.models",
    ],
    ["with no replicas", { ...two, canaryReplicas: -1 }, "canaryReplicas: is -1"],
  ])("%s", async (_name, values, message) => {
    await expect(load(values)).rejects.toThrow(message);
  });
});
