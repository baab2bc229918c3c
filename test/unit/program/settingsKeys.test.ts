import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { readObjects } from "../../../program/ecs/ecsConfig";
import { readService as readKubernetesService } from "../../../program/kubernetes/kubernetesArgs";
import { readObjects as readKubernetesObjects } from "../../../program/kubernetes/kubernetesConfig";
import { loadSettings } from "../../../settings";
import { ownContainers, startFakeEngine, swarmAnswers } from "../../support/fakeEngine";
import { startMocks } from "../../support/mocks";
import { enterSmallProject } from "../../support/smallProject";
import { defaults, setConfig } from "../../support/stackConfig";

const nvidia = { NCPU: 8, MemTotal: 2 ** 34, Runtimes: { nvidia: {}, runc: {} } };
const pinnedImage = { "/images/tf_serving:1/json": { Id: "sha256:1" } };

beforeEach(async () => {
  await startMocks();
  vi.stubEnv(
    "DOCKER_HOST",
    await startFakeEngine({ ...ownContainers(), "/info": nvidia, ...pinnedImage }),
  );
  enterSmallProject();
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("every key of Pulumi.yaml has an effect", () => {
  const registry = "registry.example.com:5000";
  const gpuImage = "tensorflow/serving:2.19.1-gpu";
  const login = { registry, registryUsername: "ada", registryPassword: "lovelace" };

  const canary = {
    ...{ modelFolder: "two/models", modelVersion: "12" },
    ...{ canaryVersion: "3", canaryPercent: 10, canaryReplicas: 2 },
  };

  // Key, a stack's values and what they do to the settings.
  const effects: [string, Record<string, unknown>, object][] = [
    [
      "modelFolder",
      { modelFolder: "other/models", modelName: "birds" },
      { image: { modelFolder: "other/models" } },
    ],
    [
      "modelName",
      { modelFolder: "other/models", modelName: "birds" },
      { image: { modelName: "birds" }, service: { modelName: "birds" } },
    ],
    [
      "modelVersion",
      { modelVersion: "3", signatureName: "old_default" },
      { image: { modelVersion: "3" } },
    ],
    [
      "image",
      { image: "tf_serving:1" },
      { pinned: { image: "tf_serving:1", reference: "sha256:1" } },
    ],
    ["signatureName", { signatureName: "top_five" }, { image: { signatureName: "top_five" } }],
    [
      "baseImage",
      { baseImage: "mirror/serving:2.18.0" },
      { image: { baseImage: "mirror/serving:2.18.0" } },
    ],
    [
      "standIns",
      { standIns: true, baseImage: "tfserving-airgap/serving:1", registry },
      { image: { baseImage: "tfserving-airgap/serving:1" } },
    ],
    ["server", { server: { enableCors: true } }, { service: { server: { enableCors: true } } }],
    ["repository", { repository: "team/birds" }, { image: { repository: "team/birds" } }],
    [
      "registry",
      { registry },
      { image: { repository: `${registry}/tf_serving` }, registry: { registry, plainHttp: false } },
    ],
    ["registryUsername", login, { registry: { username: "ada" } }],
    ["registryPassword", login, { registry: { password: expect.any(pulumi.Output) } }],
    ["registryPlainHttp", { registry, registryPlainHttp: true }, { registry: { plainHttp: true } }],
    ["replicas", { replicas: 6 }, { service: { replicas: 6 } }],
    ["cpus", { cpus: "0.5" }, { service: { cpus: 0.5 } }],
    ["memoryMb", { memoryMb: 512 }, { service: { memoryMb: 512 } }],
    ["pids", { pids: 256 }, { service: { pids: 256 } }],
    [
      "gpus",
      { gpus: "device=0", baseImage: gpuImage },
      {
        image: { gpus: "device=0" },
        service: { gpus: "device=0" },
        notebook: { gpus: "device=0" },
      },
    ],
    ["serviceName", { serviceName: "birds" }, { service: { serviceName: "birds" } }],
    [
      "publishAddress",
      { publishAddress: "192.0.2.7" },
      { service: { publishAddress: "192.0.2.7" } },
    ],
    ["restPort", { restPort: 8500, grpcPort: 8501 }, { service: { restPort: 8500 } }],
    ["grpcPort", { grpcPort: 0 }, { service: { grpcPort: undefined } }],
    ["canaryVersion", canary, { canary: { version: "3", image: { modelVersion: "3" } } }],
    ["canaryPercent", canary, { canary: { percent: 10 } }],
    ["canaryReplicas", canary, { canary: { replicas: 2 } }],
    ["strategy", { strategy: "inPlace" }, { service: { strategy: "inPlace" } }],
    ["parallelStarts", { parallelStarts: 2 }, { service: { parallelStarts: 2 } }],
    ["stopGraceSeconds", { stopGraceSeconds: 60 }, { service: { stopGraceSeconds: 60 } }],
    ["drainSeconds", { drainSeconds: 0 }, { service: { drainSeconds: 0 } }],
    ["startTimeoutSeconds", { startTimeoutSeconds: 90 }, { service: { startTimeoutSeconds: 90 } }],
    ["grpcTimeoutSeconds", { grpcTimeoutSeconds: 180 }, { service: { grpcTimeoutSeconds: 180 } }],
    [
      "balancerImage",
      { balancerImage: "haproxy:2.6" },
      { service: { balancerImage: "haproxy:2.6" } },
    ],
    ["notebook", { notebook: false }, { notebook: undefined }],
    ["notebookImage", { notebookImage: "jupyter:1" }, { notebook: { image: "jupyter:1" } }],
    ["notebookPort", { notebookPort: 8500, grpcPort: 0 }, { notebook: { port: 8500 } }],
    ["notebookFolder", { notebookFolder: "other" }, { notebook: { folder: "other" } }],
    ["notebookDataFolder", { notebookDataFolder: "" }, { notebook: { dataFolder: undefined } }],
    ["notebookMemoryMb", { notebookMemoryMb: 1024 }, { notebook: { memoryMb: 1024 } }],
  ];

  it.each(effects)("%s", async (key, values, effect) => {
    setConfig(values);
    expect(values[key]).not.toEqual(defaults[key]);
    expect(await loadSettings()).toMatchObject(effect);
  });

  const onSwarm: [string, Record<string, unknown>, object][] = [
    ["target", {}, { swarm: { endpointMode: "dnsrr" } }],
    ["swarmEndpointMode", { swarmEndpointMode: "vip" }, { swarm: { endpointMode: "vip" } }],
    ["swarmAddress", { swarmAddress: "a.test" }, { swarm: { address: "a.test" } }],
    ["swarmBalancers", { swarmBalancers: 1 }, { swarm: { balancers: 1 } }],
    ["swarmReservedCpus", { swarmReservedCpus: "0.5" }, { swarm: { reservedCpus: 0.5 } }],
    [
      "swarmConstraints",
      { swarmConstraints: ["node.role==worker"] },
      { swarm: { constraints: ["node.role==worker"] } },
    ],
    [
      "swarmSpreadOver",
      { swarmSpreadOver: "node.labels.zone" },
      { swarm: { spreadOver: "node.labels.zone" } },
    ],
    ["swarmSubnet", { swarmSubnet: "10.20.0.0/22" }, { swarm: { subnet: "10.20.0.0/22" } }],
  ];

  it.each(onSwarm)("%s, on a swarm", async (_, values, effect) => {
    vi.stubEnv("DOCKER_HOST", await startFakeEngine({ ...ownContainers(), ...swarmAnswers() }));
    setConfig({ target: "swarm", ...values });
    expect(await loadSettings()).toMatchObject(effect);
  });

  it("schedulingTimeoutSeconds, on kubernetes", () => {
    setConfig({ target: "kubernetes", schedulingTimeoutSeconds: 1800 });
    const config = new pulumi.Config();
    expect(readKubernetesService(config, readKubernetesObjects(config))).toMatchObject({
      schedulingTimeoutSeconds: 1800,
    });
  });

  it("host, before DOCKER_HOST", async () => {
    const other = await startFakeEngine(ownContainers());
    setConfig({ host: other });
    expect((await loadSettings()).engine.host).toBe(other);
  });

  // Each is the arguments of one component, checked field by field.
  const onEcs: [string, object, object][] = [
    ["awsNetwork", { endpoints: true }, { network: { endpoints: true } }],
    ["awsCluster", { instanceType: "c7i.large" }, { cluster: { instanceType: "c7i.large" } }],
    ["awsEndpoint", { deletionProtection: true }, { endpoint: { deletionProtection: true } }],
    ["awsService", { logRetentionDays: 7 }, { service: { logRetentionDays: 7 } }],
    ["awsRepository", { keepReleases: 7 }, { repository: { keepReleases: 7 } }],
    ["awsNotebook", { running: false }, { notebook: { running: false } }],
    ["awsTags", { team: "birds" }, { tags: { team: "birds" } }],
  ];

  it.each(onEcs)("%s, on ecs", (key, value, settings) => {
    setConfig({ target: "ecs", [key]: value });
    expect(readObjects(new pulumi.Config())).toMatchObject(settings);
  });

  const onKubernetes: [string, unknown, object][] = [
    [
      "kubernetesCluster",
      { namespace: "team", createNamespace: false },
      { cluster: { namespace: "team", createNamespace: false } },
    ],
    ["kubernetesService", { maxSurge: "1" }, { service: { maxSurge: "1" } }],
    ["kubernetesModelVolume", { claimName: "models" }, { modelVolume: { claimName: "models" } }],
    ["kubernetesNotebook", { running: false }, { notebook: { running: false } }],
    ["kubernetesLabels", { team: "birds" }, { labels: { team: "birds" } }],
  ];

  it.each(onKubernetes)("%s, on kubernetes", (key, value, settings) => {
    setConfig({ target: "kubernetes", [key]: value });
    expect(readKubernetesObjects(new pulumi.Config())).toMatchObject(settings);
  });

  it("and none is missing in this list", () => {
    const keys = [...effects, ...onSwarm, ...onEcs, ...onKubernetes]
      .map(([key]) => key)
      .concat("host", "schedulingTimeoutSeconds");
    expect(keys.sort()).toEqual(Object.keys(defaults).sort());
  });
});
