import * as fs from "node:fs";
import * as path from "node:path";
import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { TargetName } from "../../../program/config/key";
import { byKey } from "../../../program/config/paths";
import { readSettings } from "../../../program/config/settings";
import { docker } from "../../../program/targets/docker";
import type { EnginePlan } from "../../../program/targets/engine";
import { ownContainers, startFakeEngine } from "../../support/fakeEngine";
import { startMocks } from "../../support/mocks";
import { enterSmallProject } from "../../support/smallProject";
import {
  defaults,
  readStackFile,
  repository,
  setConfig,
  stackFiles,
} from "../../support/stackConfig";

const registry = "registry.example.com:5000";
const login = { registry, registryUsername: "ada", registryPassword: "lovelace" };
const models = [{ name: "birds" }];

/** A key with a stack's value for it, and the arguments that it is. */
type Effect = [key: string, value: unknown, args: object, besides?: Record<string, unknown>];

const onDocker: Effect[] = [
  ["modelFolder", "other/models", { image: { modelFolder: "other/models" } }],
  [
    "modelName",
    "birds",
    {
      image: { modelName: "birds" },
      service: { modelName: "birds" },
      notebook: { modelName: "birds" },
    },
  ],
  ["modelVersion", "3", { image: { modelVersion: "3" } }],
  ["signatureName", "top_five", { image: { signatureName: "top_five" } }],
  ["baseImage", "mirror/serving:2.18.0", { image: { baseImage: "mirror/serving:2.18.0" } }],
  ["server", { models }, { service: { server: { models } }, image: { models } }],
  ["repository", "team/birds", { image: { repository: "team/birds" } }],
  ["registry", registry, { registry: { registry } }],
  ["registryUsername", "ada", { registry: { username: "ada" } }, login],
  ["registryPassword", "lovelace", { registry: { password: expect.any(pulumi.Output) } }, login],
  ["registryPlainHttp", true, { registry: { plainHttp: true } }, { registry }],
  ["replicas", 6, { service: { replicas: 6 } }],
  ["cpus", "0.5", { service: { cpus: 0.5 } }],
  ["memoryMb", 512, { service: { memoryMb: 512 }, image: { memoryMb: 512 } }],
  ["pids", 256, { service: { pids: 256 } }],
  [
    "gpus",
    "device=0",
    {
      image: { gpus: "device=0" },
      service: { gpus: "device=0" },
      notebook: { gpus: "device=0" },
    },
  ],
  ["serviceName", "birds", { service: { serviceName: "birds" } }],
  ["publishAddress", "192.0.2.7", { service: { publishAddress: "192.0.2.7" } }],
  ["restPort", 8502, { service: { restPort: 8502 } }],
  ["grpcPort", 8503, { service: { grpcPort: 8503 } }],
  ["canaryVersion", "3", { service: { canary: { version: "3", percent: 0 } } }],
  ["canaryPercent", 10, { service: { canary: { percent: 10 } } }, { canaryVersion: "3" }],
  ["canaryReplicas", 2, { service: { canary: { replicas: 2 } } }, { canaryVersion: "3" }],
  ["strategy", "inPlace", { service: { strategy: "inPlace" } }],
  ["parallelStarts", 2, { service: { parallelStarts: 2 } }],
  ["stopGraceSeconds", 60, { service: { stopGraceSeconds: 60 } }],
  ["drainSeconds", 0, { service: { drainSeconds: 0 } }],
  ["startTimeoutSeconds", 90, { service: { startTimeoutSeconds: 90 } }],
  ["requestTimeoutSeconds", 90, { service: { requestTimeoutSeconds: 90 } }],
  ["grpcTimeoutSeconds", 180, { service: { grpcTimeoutSeconds: 180 } }],
  ["balancerImage", "haproxy:2.6", { service: { balancerImage: "haproxy:2.6" } }],
  ["notebookImage", "jupyter:1", { notebook: { image: "jupyter:1" } }],
  ["notebookPort", 8504, { notebook: { port: 8504 } }],
  ["notebookFolder", "other", { notebook: { folder: "other" } }],
  ["notebookDataFolder", "other", { notebook: { dataFolder: "other" } }],
  ["notebookMemoryMb", 1024, { notebook: { memoryMb: 1024 } }],
];

const onSwarm: Effect[] = [
  ["swarmEndpointMode", "vip", { service: { endpointMode: "vip" } }],
  ["swarmAddress", "a.test", { service: { address: "a.test" } }],
  ["swarmBalancers", 1, { service: { balancers: 1 } }],
  ["swarmReservedCpus", "0.5", { service: { reservedCpus: 0.5 } }],
  ["swarmConstraints", ["node.role==worker"], { service: { constraints: ["node.role==worker"] } }],
  ["swarmSpreadOver", "node.labels.zone", { service: { spreadOver: "node.labels.zone" } }],
  ["swarmSubnet", "10.20.0.0/22", { service: { subnet: "10.20.0.0/22" } }],
];

const onEcs: Effect[] = [
  ["grpcTimeoutSeconds", 180, { times: { grpcTimeoutSeconds: 180 } }],
  ["awsNetwork", { endpoints: true }, { network: { endpoints: true } }],
  ["awsCluster", { instanceType: "c7i.large" }, { cluster: { instanceType: "c7i.large" } }],
  ["awsEndpoint", { deletionProtection: true }, { endpoint: { deletionProtection: true } }],
  ["awsService", { logRetentionDays: 7 }, { service: { logRetentionDays: 7 } }],
  ["awsRepository", { keepReleases: 7 }, { repository: { keepReleases: 7 } }],
  ["awsNotebook", { running: false }, { notebook: { running: false } }],
  [
    "awsTags",
    { team: "birds" },
    Object.fromEntries(
      ["network", "repository", "cluster", "endpoint", "service", "notebook"].map((component) => [
        component,
        { tags: { team: "birds" } },
      ]),
    ),
  ],
];

const onKubernetes: Effect[] = [
  ["schedulingTimeoutSeconds", 1800, { service: { schedulingTimeoutSeconds: 1800 } }],
  ["kubernetesCluster", { namespace: "team" }, { choice: { namespace: "team" } }],
  ["kubernetesService", { maxSurge: "1" }, { service: { maxSurge: "1" } }],
  [
    "kubernetesModelVolume",
    { claimName: "models" },
    { service: { modelVolume: { claimName: "models" } } },
  ],
  ["kubernetesNotebook", { running: false }, { notebook: { running: false } }],
  [
    "kubernetesLabels",
    { team: "birds" },
    { service: { labels: { team: "birds" } }, notebook: { labels: { team: "birds" } } },
  ],
];

const effects: Record<TargetName, Effect[]> = {
  docker: onDocker,
  swarm: onSwarm,
  ecs: onEcs,
  kubernetes: onKubernetes,
};

/** Keys that the program itself reads. */
const ofTheProgram = ["target", "host", "image", "standIns", "notebook"];

beforeEach(async () => {
  await startMocks();
});

afterEach(() => {
  vi.unstubAllEnvs();
});

async function argumentsOf(values: Record<string, unknown>) {
  setConfig(values);
  const { args, problems } = await readSettings();
  expect(problems).toEqual([]);
  return args;
}

describe.each(Object.entries(effects))("on %s", (target, keys) => {
  it.each(keys)("%s is the argument that it stands for", async (key, value, args, besides) => {
    const given = await argumentsOf({ target, ...besides, [key]: value });
    expect(value).not.toEqual(defaults[key]);
    expect(given).toMatchObject(args);
  });
});

describe("every key of Pulumi.yaml", () => {
  it("has an effect", () => {
    const keys = new Set(Object.values(effects).flatMap((of) => of.map(([key]) => key)));
    expect([...keys, ...ofTheProgram].sort()).toEqual(Object.keys(defaults).sort());
  });

  it.each(Object.keys(effects))("is used on %s, or refused where it is set", async (target) => {
    const ignored: string[] = [];
    for (const [key, value, , besides] of Object.values(effects).flat()) {
      setConfig({ target, ...besides });
      const usual = await readSettings();
      setConfig({ target, ...besides, [key]: value });
      const { args, problems } = await readSettings();
      const isRefused = problems.some(({ propertyPath }) => propertyPath === key);
      if (!isRefused && isDeepStrictEqual(args, usual.args)) ignored.push(key);
    }
    expect(ignored).toEqual([]);
  });

  it.each(Object.keys(effects))(
    "that is not set is left to the components of %s",
    async (target) => {
      const { image, service, notebook } = await argumentsOf({ target });
      const folders = { folder: "model/notebooks", dataFolder: "model" };
      const ofEngine = ["docker", "swarm"].includes(target);
      const modelName = "my_model";
      expect(image).toEqual({ modelName, modelFolder: "model/classifier", memoryMb: 2048 });
      expect(service).toEqual({ modelName, memoryMb: 2048, ...(ofEngine && { grpcPort: 8500 }) });
      expect(notebook).toEqual({
        modelName,
        ...(ofEngine && folders),
        ...(target === "kubernetes" && { folder: folders.folder }),
      });
    },
  );
});

it.each<[TargetName, Record<string, unknown>, string]>([
  [
    "docker",
    { swarmBalancers: 2 },
    "swarmBalancers: is 2, which target docker does not use: leave it out, since it is for swarm",
  ],
  [
    "swarm",
    { kubernetesCluster: { kubeconfig: "credentials" } },
    "kubernetesCluster: is set, and target swarm does not use it: leave it out, since it is for kubernetes",
  ],
  [
    "kubernetes",
    { awsTags: { team: "birds" } },
    "awsTags: is set, and target kubernetes does not use it: leave it out, since kubernetesLabels takes their place",
  ],
  [
    "ecs",
    { registryPassword: "lovelace" },
    "registryPassword: is set, and target ecs does not use it: leave it out, since the image goes to a repository in ECR",
  ],
  [
    "swarm",
    { publishAddress: "192.0.2.7" },
    'publishAddress: is "192.0.2.7": leave it out, since Swarm publishes on all addresses of a node, ' +
      "and close the ports of the others in the nodes' firewalls",
  ],
])("on %s the setting %j is refused, and what to do is said", async (target, values, line) => {
  setConfig({ target, ...values });
  const { problems } = await readSettings();
  expect(problems.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`)).toEqual([line]);
});

const states = path.join(repository, "test/support/states");
const recorded = fs.readdirSync(states).map((file): [string, Record<string, unknown>] => {
  const { config } = JSON.parse(fs.readFileSync(path.join(states, file), "utf8")) as {
    config: Record<string, unknown>;
  };
  return [file, config];
});

it.each([
  ...recorded,
  ...stackFiles().map((file): [string, Record<string, unknown>] => [file, readStackFile(file)]),
])("%s sets only what applies to its target", async (_, config) => {
  setConfig(config);
  expect((await readSettings()).problems).toEqual([]);
});

it("the settings of a target whose name is wrong are not held against another one", async () => {
  setConfig({ target: "esc", awsCluster: { instanceType: "c7i.large" } });
  const { problems } = await readSettings();
  expect(problems.map(({ propertyPath }) => propertyPath)).toEqual(["target"]);
});

it.each([
  ["grpcPort", { grpcPort: 0 }, "service", "grpcPort"],
  ["notebookDataFolder", { notebookDataFolder: "" }, "notebook", "dataFolder"],
  ["registry", { registryUsername: "ada" }, "registry", "username"],
  ["canaryVersion", { canaryPercent: 5 }, "service", "canary"],
  ["notebook", { notebook: false, notebookPort: 8504 }, "notebook", "port"],
])("an empty %s is none", async (_, values, component, name) => {
  expect((await argumentsOf(values))[component]?.[name]).toBeUndefined();
});

describe("the program itself reads", () => {
  beforeEach(() => {
    enterSmallProject();
  });

  async function plan(values: Record<string, unknown>): Promise<EnginePlan> {
    const image = { "/images/tf_serving:1/json": { Id: "sha256:1" } };
    vi.stubEnv("DOCKER_HOST", await startFakeEngine({ ...ownContainers(), ...image }));
    setConfig(values);
    return docker.preflight(await readSettings());
  }

  it("host, before DOCKER_HOST", async () => {
    const host = await startFakeEngine(ownContainers());
    expect((await plan({ host })).engine.host).toBe(host);
  });

  it("image, in place of a build", async () => {
    const pinned = { image: "tf_serving:1", reference: "sha256:1" };
    expect(await plan({ image: "tf_serving:1" })).toMatchObject({ pinned });
  });

  it("standIns, which lets them go where they may not", async () => {
    const values = { baseImage: "tfserving-airgap/serving:1", registry };
    await expect(plan(values)).rejects.toThrow("set standIns to true");
    expect((await plan({ ...values, standIns: true })).image).toMatchObject({
      repository: `${registry}/tf_serving`,
    });
  });
});

it.each<[TargetName, string, string, string]>([
  ["docker", "service", "server.models[0].name", "server.models[0].name"],
  ["docker", "image", "models[2].versions[0]", "server.models[2].versions[0]"],
  ["docker", "service", "canary.percent", "canaryPercent"],
  ["docker", "notebook", "gpus", "gpus"],
  ["docker", "registry", "username", "registryUsername"],
  ["swarm", "service", "constraints[1]", "swarmConstraints[1]"],
  ["ecs", "service", "autoscaling.cpuPercent", "awsService.autoscaling.cpuPercent"],
  ["ecs", "service", "replicas", "replicas"],
  ["ecs", "notebook", "localPort", "notebookPort"],
  ["ecs", "notebook", "gpus", "awsNotebook.gpus"],
  ["ecs", "image", "gpus", "gpus"],
  ["ecs", "", "cluster.maxInstances", "awsCluster.maxInstances"],
  ["kubernetes", "service", "clusterDomain", "kubernetesCluster.clusterDomain"],
  ["kubernetes", "service", "labels.team", "kubernetesLabels.team"],
  ["kubernetes", "service", "modelVolume.image", "kubernetesModelVolume.image"],
])("on %s the argument %s %s is said of %s", (target, component, propertyPath, key) => {
  expect(byKey(target, component, [{ propertyPath, reason: "" }])).toEqual([
    { propertyPath: key, reason: "" },
  ]);
});

it("a sentence that names another argument names its key", () => {
  const reason = 'is "birds" as in models[0]';
  expect(byKey("docker", "image", [{ propertyPath: "models[1].name", reason }])).toEqual([
    { propertyPath: "server.models[1].name", reason: 'is "birds" as in server.models[0]' },
  ]);
});
