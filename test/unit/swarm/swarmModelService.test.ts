import * as fs from "node:fs";
import * as path from "node:path";

import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";

import { EndpointMode, SwarmModelService, SwarmModelServiceArgs } from "../../../components";
import { renderBalancerConfig } from "../../../components/serving/balancerConfig";
import { ReleaseStrategy } from "../../../components/serving/releaseStrategy";
import { renderServer } from "../../../components/tfserving/serverOptions";
import { dockerConfig } from "../../support/dockerConfig";
import { swarmEngine } from "../../support/fakeEngine";
import { promiseOf, type Recording, secret, settle, startMocks, urn } from "../../support/mocks";
import { repository } from "../../support/stackConfig";
import { labels } from "../docker/modelService";

const component = "tfserving:index:SwarmModelService";
const service = "docker:index/service:Service";
const config = "docker:index/serviceConfig:ServiceConfig";
const network = "docker:index/network:Network";
const remoteImage = "docker:index/remoteImage:RemoteImage";
const provider = "pulumi:providers:docker";
const image = "r.example.com/birds@sha256:1";
const mebibyte = 2 ** 20;

let recording: Recording;

beforeEach(async () => {
  recording = await startMocks();
});

async function create(args: Partial<SwarmModelServiceArgs> = {}): Promise<SwarmModelService> {
  const created = new SwarmModelService(
    "serving",
    {
      image,
      modelName: "birds",
      registry: { registry: "r.example.com" },
      engine: swarmEngine,
      ...args,
    },
    { provider: new docker.Provider("docker", { host: swarmEngine.host }) },
  );
  await settle();
  return created;
}

type Inputs = Record<string, unknown>;

function replicas(): Inputs {
  return recording.find(service, "serving-replica").inputs;
}

function taskSpec(inputs: Inputs): Record<string, Inputs> {
  return inputs.taskSpec as Record<string, Inputs>;
}

describe("the children of a service on Swarm", () => {
  it("are a network, replicas, and balancers with image and configuration, by stable names", async () => {
    await create();
    const children = recording.resources.filter(({ parent }) => parent !== "");
    expect(children.map(({ type, name }) => `${type} ${name}`).sort()).toEqual([
      `${network} serving`,
      `${remoteImage} serving-balancer`,
      `${service} serving-balancer`,
      `${service} serving-replica`,
      `${config} serving-balancer`,
    ]);
    for (const child of children) {
      expect(child).toMatchObject({
        parent: urn(component, "serving"),
        provider: urn(provider, "docker"),
      });
    }
  });

  it("have exact inputs: the network", async () => {
    await create();
    expect(recording.find(network).inputs).toEqual({
      driver: "overlay",
      attachable: true,
      labels: labels("network"),
    });
  });

  it("have exact inputs: the replicas", async () => {
    await create();
    const server = renderServer(undefined, { cpus: 1 });
    const step = {
      parallelism: 1,
      delay: "2s",
      monitor: "5s",
      maxFailureRatio: "0.0",
      order: "start-first",
    };
    expect(replicas()).toEqual({
      labels: labels("replica"),
      mode: { replicated: { replicas: 4 } },
      endpointSpec: { mode: "dnsrr" },
      taskSpec: {
        containerSpec: {
          image,
          commands: [
            "/usr/bin/env",
            "TFS_DRAIN_SECONDS=5",
            `TFS_FILE_monitoring_config_file=${server.files.monitoring_config_file}`,
            "TFS_LEAVE_SECONDS=3",
            "/usr/bin/tfserving-supervisor",
          ],
          args: server.flags,
          user: "10001:10001",
          capDrops: ["ALL"],
          readOnly: true,
          labels: labels("replica"),
          mounts: [
            {
              type: "tmpfs",
              target: "/tmp",
              tmpfsOptions: { sizeBytes: 64 * mebibyte, mode: 0o777 },
            },
          ],
          stopGracePeriod: "15s",
          healthcheck: {
            tests: ["CMD", "/usr/bin/tfserving-supervisor", "--check"],
            interval: "3s",
            timeout: "5s",
            retries: 3,
            startPeriod: "40s",
          },
        },
        resources: {
          limits: { nanoCpus: 1e9, memoryBytes: 2048 * mebibyte },
          reservation: { nanoCpus: 0, memoryBytes: 2048 * mebibyte },
        },
        placement: { platforms: [{ architecture: "amd64", os: "linux" }] },
        restartPolicy: { condition: "any", delay: "2s", maxAttempts: 0, window: "0s" },
        networksAdvanceds: [{ id: "serving-id", aliases: ["tf_model_serving_replica"] }],
        logDriver: { name: "json-file", options: { "max-size": "10m", "max-file": "3" } },
      },
      updateConfig: { ...step, failureAction: "rollback" },
      rollbackConfig: { ...step, failureAction: "pause" },
      convergeConfig: { delay: "2s", timeout: "340s" },
    });
  });

  it("have exact inputs: the balancers", async () => {
    await create({ grpcPort: 8500 });
    const balancer = recording.find(service, "serving-balancer");
    expect(balancer.inputs).toMatchObject({
      labels: labels("balancer"),
      mode: { replicated: { replicas: 3 } },
      endpointSpec: {
        mode: "dnsrr",
        ports: [
          { targetPort: 8501, publishedPort: 8501, publishMode: "host" },
          { targetPort: 8500, publishedPort: 8500, publishMode: "host" },
        ],
      },
      updateConfig: { parallelism: 1, order: "stop-first", failureAction: "rollback" },
    });
    expect(taskSpec(balancer.inputs)).toMatchObject({
      containerSpec: {
        image: "digest-of-haproxy:3.2.24",
        capDrops: ["ALL"],
        readOnly: true,
        labels: labels("balancer"),
        stopGracePeriod: "1m10s",
        commands: [
          "bash",
          "-c",
          fs.readFileSync(path.join(repository, "components/serving/run"), "utf8"),
        ],
        env: { BALANCER_CONFIG_FILE: "/haproxy.cfg" },
        configs: [
          {
            configId: "serving-balancer-id",
            configName: "serving-balancer-1a2b3c4",
            fileName: "/haproxy.cfg",
          },
        ],
      },
      resources: { limits: { memoryBytes: 1024 * 2 ** 20 } },
      placement: { maxReplicas: 1 },
      networksAdvanceds: [{ id: "serving-id", aliases: ["tf_model_serving"] }],
    });
    expect(balancer.dependencies).toContain(urn(service, "serving-replica", component));
  });

  it("look for every task, which is under tasks. in both endpoint modes", async () => {
    await create();
    expect(recording.find(config).inputs).toEqual({
      dataRaw: renderBalancerConfig({
        replicaAlias: "tasks.tf_model_serving_replica",
        times: { restMs: 31_000, grpcMs: 60_000 },
      }),
      labels: labels("balancer"),
    });
  });

  it("give no service more than one environment variable: the provider shuffles them", async () => {
    await create();
    for (const { inputs } of recording.resources.filter(({ type }) => type === service)) {
      expect(Object.keys(taskSpec(inputs).containerSpec.env ?? {}).length).toBeLessThan(2);
    }
  });
});

describe("an argument of a service on Swarm", () => {
  it.each<[string, Partial<SwarmModelServiceArgs>, (inputs: Inputs) => unknown, unknown]>([
    [
      "gpus",
      { gpus: "NVIDIA-GPU=1", engine: undefined },
      (inputs) => (taskSpec(inputs).resources.reservation as Inputs).genericResources,
      { discreteResourcesSpecs: ["NVIDIA-GPU=1"] },
    ],
    [
      "spreadOver and constraints",
      { spreadOver: "node.labels.zone", constraints: ["node.role==worker"] },
      (inputs) => taskSpec(inputs).placement,
      {
        prefs: ["node.labels.zone"],
        constraints: ["node.role==worker"],
        platforms: [{ architecture: "amd64", os: "linux" }],
      },
    ],
    [
      "reservedCpus",
      { reservedCpus: 0.5 },
      (inputs) => (taskSpec(inputs).resources.reservation as Inputs).nanoCpus,
      5e8,
    ],
    ["endpointMode", { endpointMode: EndpointMode.Vip }, (i) => i.endpointSpec, { mode: "vip" }],
    [
      "strategy",
      { strategy: ReleaseStrategy.InPlace },
      (inputs) => (inputs.updateConfig as Inputs).order,
      "stop-first",
    ],
    [
      "parallelStarts",
      { parallelStarts: 2 },
      (inputs) => [(inputs.updateConfig as Inputs).parallelism, inputs.convergeConfig],
      [2, { delay: "2s", timeout: "230s" }],
    ],
    [
      "drainSeconds",
      { drainSeconds: 50 },
      (inputs) => taskSpec(inputs).containerSpec.stopGracePeriod,
      "1m",
    ],
  ])("%s", async (_, args, read, value) => {
    await create(args);
    expect(read(replicas())).toEqual(value);
  });

  it("registry: its login goes to the nodes, as a secret of a provider of its own", async () => {
    const login = { registry: "r.example.com", username: "ada", password: "lovelace" };
    await create({ registry: login });
    expect(recording.find(provider, "serving-registry").inputs.registryAuth).toEqual(
      secret(
        JSON.stringify([
          { address: "https://r.example.com", username: "ada", password: "lovelace" },
        ]),
      ),
    );
    expect(recording.find(service, "serving-replica").provider).toBe(
      urn(provider, "serving-registry", component),
    );
  });

  it("balancerImage: of another registry, with the user's own login beside", async () => {
    vi.stubEnv("DOCKER_CONFIG", dockerConfig("mirror.example.com"));
    onTestFinished(() => void vi.unstubAllEnvs());
    const login = { registry: "r.example.com", username: "ada", password: "lovelace" };
    await create({ registry: login, balancerImage: "mirror.example.com/haproxy:3.2" });
    expect(recording.find(provider, "serving-registry").inputs.registryAuth).toEqual(
      secret(
        JSON.stringify([
          { address: "https://r.example.com", username: "ada", password: "lovelace" },
          { address: "https://mirror.example.com" },
        ]),
      ),
    );
  });

  it("replicas: only the number changes", async () => {
    await create({ replicas: 2 });
    const two = replicas();
    recording = await startMocks();
    await create({ replicas: 5 });
    const { mode, convergeConfig, ...rest } = replicas();
    expect(two).toMatchObject(rest);
    expect({ mode, convergeConfig }).toEqual({
      mode: { replicated: { replicas: 5 } },
      convergeConfig: { delay: "2s", timeout: "395s" },
    });
  });
});

it("says where it serves, as a service on Docker does", async () => {
  const { restUrl, grpcAddress, networkName, networkId, networkRestUrl, networkGrpcAddress } =
    await create({ grpcPort: 8500, address: "models.example.com" });
  const outputs = {
    restUrl,
    grpcAddress,
    networkName,
    networkId,
    networkRestUrl,
    networkGrpcAddress,
  };
  expect(await promiseOf(pulumi.output(outputs))).toEqual({
    restUrl: "http://models.example.com:8501/v1/models/birds",
    grpcAddress: "models.example.com:8500",
    networkName: "serving-1a2b3c4",
    networkId: "serving-id",
    networkRestUrl: "http://tf_model_serving:8501/v1/models/birds",
    networkGrpcAddress: "tf_model_serving:8500",
  });
});
