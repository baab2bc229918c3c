import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";

import { DockerModelService, DockerModelServiceArgs } from "../../../components";
import { renderBalancerConfig } from "../../../components/docker/balancerConfig";
import { renderServer } from "../../../components/tfserving/serverOptions";
import { engine } from "../../support/fakeEngine";
import {
  isKnown,
  promiseOf,
  type Recording,
  type Registration,
  settle,
  startMocks,
  unknown,
  urn,
} from "../../support/mocks";

const component = "tfserving:index:DockerModelService";
const container = "docker:index/container:Container";
const network = "docker:index/network:Network";
const remoteImage = "docker:index/remoteImage:RemoteImage";
const providerUrn = urn("pulumi:providers:docker", "docker");

const required = { image: "sha256:model", modelName: "my_model" };

let recording: Recording;

beforeEach(async () => {
  recording = await startMocks();
});

/** Creates a service on a provider of its own and waits for all of it. */
async function create(args: Partial<DockerModelServiceArgs> = {}): Promise<DockerModelService> {
  const provider = new docker.Provider("docker", { host: engine.host });
  const service = new DockerModelService("serving", { ...required, ...args }, { provider });
  await settle();
  return service;
}

function children(): Registration[] {
  return recording.resources.filter(({ type }) => type.startsWith("docker:index/"));
}

function replicas(): Registration[] {
  return recording.resources.filter(({ name }) => name.startsWith("serving-replica-"));
}

function label(part: string, more: Record<string, string> = {}) {
  const all = { ...more, "tfserving.part": part, "tfserving.stack": "tfserving/dev" };
  return Object.entries(all)
    .map(([name, value]) => ({ label: name, value }))
    .sort((a, b) => (a.label < b.label ? -1 : 1));
}

const hardened = {
  capabilities: { drops: ["ALL"] },
  securityOpts: ["no-new-privileges:true"],
  readOnly: true,
  networkMode: "bridge",
  mustRun: true,
  restart: "unless-stopped",
  logDriver: "json-file",
  logOpts: { "max-size": "10m", "max-file": "3" },
};

describe("the children of a service with all defaults", () => {
  it("are a network, four replicas and a balancer with its image, by stable names", async () => {
    await create();
    expect(
      children()
        .map(({ type, name }) => `${type} ${name}`)
        .sort(),
    ).toEqual([
      `${container} serving-balancer`,
      `${container} serving-replica-1`,
      `${container} serving-replica-2`,
      `${container} serving-replica-3`,
      `${container} serving-replica-4`,
      `${network} serving`,
      `${remoteImage} serving-balancer`,
    ]);
  });

  it("belong to the component and use the provider that it was given", async () => {
    await create();
    for (const { name, parent, provider } of children()) {
      expect({ name, parent, provider }).toEqual({
        name,
        parent: urn(component, "serving"),
        provider: providerUrn,
      });
    }
  });

  it("have exact inputs: the network", async () => {
    await create();
    expect(recording.find(network).inputs).toEqual({ driver: "bridge", labels: label("network") });
  });

  it("have exact inputs: a replica", async () => {
    await create();
    const server = renderServer(undefined, { cpus: 1 });
    expect(recording.find(container, "serving-replica-3").inputs).toEqual({
      ...hardened,
      image: "sha256:model",
      command: server.flags,
      envs: [
        "TFS_DRAIN_SECONDS=5",
        `TFS_FILE_monitoring_config_file=${server.files.monitoring_config_file}`,
      ],
      labels: label("replica", { "tfserving.replica": "3" }),
      user: "10003:10001",
      tmpfs: { "/tmp": "rw,nosuid,nodev,noexec,size=64m,mode=1777" },
      networksAdvanced: [{ name: "serving-1a2b3c4", aliases: ["tf_model_serving_replica"] }],
      cpus: "1.0",
      memory: 2048,
      memorySwap: 2048,
      ulimits: [{ name: "nproc", soft: 1024, hard: 1024 }],
      healthcheck: {
        tests: ["CMD", "/usr/bin/tfserving-supervisor", "--check"],
        timeout: "5s",
        retries: 3,
        startPeriod: "1m0s",
        interval: "3s",
      },
      wait: true,
      waitTimeout: 60,
      stopTimeout: 15,
      destroyGraceSeconds: 15,
    });
  });

  it("have exact inputs: the balancer's image, which outlives the stack", async () => {
    await create();
    expect(recording.find(remoteImage).inputs).toEqual({
      name: "haproxy:3.2.4",
      keepLocally: true,
    });
  });

  it("have exact inputs: the balancer", async () => {
    await create();
    const config = renderBalancerConfig({
      replicaAlias: "tf_model_serving_replica",
      requestTimeoutMs: 31_000,
    });
    expect(recording.find(container, "serving-balancer").inputs).toEqual({
      ...hardened,
      image: "sha256:id-of-haproxy:3.2.4",
      command: [
        "sh",
        "-c",
        'printf "%s" "$BALANCER_CONFIG" > /tmp/haproxy.cfg && exec haproxy -W -db -f /tmp/haproxy.cfg',
      ],
      envs: [`BALANCER_CONFIG=${config}`],
      labels: label("balancer"),
      tmpfs: { "/tmp": "rw,nosuid,nodev,noexec,size=1m,mode=1777" },
      networksAdvanced: [{ name: "serving-1a2b3c4", aliases: ["tf_model_serving"] }],
      ports: [{ internal: 8501, external: 8501, ip: "127.0.0.1" }],
      cpus: "1.0",
      memory: 512,
      memorySwap: 512,
      ulimits: [{ name: "nproc", soft: 512, hard: 512 }],
      healthcheck: {
        tests: ["CMD", "bash", "-c", expect.stringContaining("/dev/tcp/127.0.0.1/8404")],
        timeout: "5s",
        retries: 3,
        startPeriod: "10s",
        interval: "3s",
      },
      wait: true,
      waitTimeout: 60,
      destroyGraceSeconds: 10,
    });
  });
});

describe("the options of the children", () => {
  const recorded = ["healthcheck", "tmpfs", "init", "#initerror"];

  it("start a new replica before the old one is stopped", async () => {
    await create();
    for (const { deleteBeforeReplace, replaceOnChanges } of replicas()) {
      expect({ deleteBeforeReplace, replaceOnChanges }).toEqual({
        deleteBeforeReplace: false,
        replaceOnChanges: recorded,
      });
    }
  });

  it("stop the balancer before its successor takes the same host ports", async () => {
    await create();
    const { deleteBeforeReplace, replaceOnChanges } = recording.find(container, "serving-balancer");
    expect({ deleteBeforeReplace, replaceOnChanges }).toEqual({
      deleteBeforeReplace: true,
      replaceOnChanges: recorded,
    });
  });

  it("make the balancer wait for every replica", async () => {
    await create({ replicas: 2 });
    const { dependencies } = recording.find(container, "serving-balancer");
    expect(dependencies).toEqual(
      expect.arrayContaining([
        urn(container, "serving-replica-1", component),
        urn(container, "serving-replica-2", component),
      ]),
    );
  });
});

describe("the arguments of a service", () => {
  it("reach the replicas", async () => {
    await create({
      replicas: 1,
      serviceName: "birds",
      cpus: 2.5,
      memoryMb: 4096,
      pids: 300,
      gpus: "device=0,2",
      drainSeconds: 20,
      startTimeoutSeconds: 300,
      labels: { team: "reef", "tfserving.part": "mine" },
      server: { batching: { maxBatchSize: 32 } },
      engine: { ...engine, apiVersion: "1.47", runtimes: ["nvidia", "runc"] },
    });
    const server = renderServer({ batching: { maxBatchSize: 32 } }, { cpus: 2.5 });
    const { inputs } = replicas()[0];
    expect(inputs).toMatchObject({
      command: server.flags,
      envs: [
        "TFS_DRAIN_SECONDS=20",
        `TFS_FILE_batching_parameters_file=${server.files.batching_parameters_file}`,
        `TFS_FILE_monitoring_config_file=${server.files.monitoring_config_file}`,
      ],
      labels: label("replica", { team: "reef", "tfserving.replica": "1" }),
      cpus: "2.5",
      memory: 4096,
      memorySwap: 4096,
      ulimits: [{ name: "nproc", soft: 300, hard: 300 }],
      gpus: "device=0,2",
      waitTimeout: 300,
      stopTimeout: 30,
      destroyGraceSeconds: 30,
    });
    expect(inputs.networksAdvanced).toEqual([
      { name: "serving-1a2b3c4", aliases: ["birds_replica"] },
    ]);
    expect(inputs.healthcheck).toMatchObject({
      startPeriod: "5m0s",
      interval: "30s",
      startInterval: "1s",
    });
  });

  it("reach the balancer", async () => {
    await create({
      serviceName: "birds",
      publishAddress: "192.0.2.7",
      restPort: 18501,
      grpcPort: 18500,
      balancerImage: "registry.example.com/haproxy:2.6",
      labels: { team: "reef" },
      server: { restApiTimeoutMs: 5000 },
    });
    const config = renderBalancerConfig({ replicaAlias: "birds_replica", requestTimeoutMs: 6000 });
    expect(recording.find(container, "serving-balancer").inputs).toMatchObject({
      image: "sha256:id-of-registry.example.com/haproxy:2.6",
      envs: [`BALANCER_CONFIG=${config}`],
      labels: label("balancer", { team: "reef" }),
      networksAdvanced: [{ name: "serving-1a2b3c4", aliases: ["birds"] }],
      ports: [
        { internal: 8501, external: 18501, ip: "192.0.2.7" },
        { internal: 8500, external: 18500, ip: "192.0.2.7" },
      ],
    });
  });

  it("make a replica ready when all its models are", async () => {
    await create({ replicas: 1, server: { models: [{ name: "birds" }, { name: "fish" }] } });
    expect(replicas()[0].inputs.envs).toContain("TFS_STATUS_MODELS=birds,fish");
  });

  it("count as absent when they are undefined", async () => {
    await create({ replicas: undefined, serviceName: undefined, restPort: undefined });
    expect(replicas()).toHaveLength(4);
    expect(recording.find(container, "serving-balancer").inputs).toMatchObject({
      networksAdvanced: [{ aliases: ["tf_model_serving"] }],
      ports: [{ external: 8501 }],
    });
  });

  it("may come from a resource: the image", async () => {
    const image = new docker.RemoteImage("model", { name: "tf_serving:1" });
    await create({ image: image.imageId });
    expect(replicas()[0].inputs.image).toBe("sha256:id-of-tf_serving:1");
    expect(replicas()[0].dependencies).toContain(urn(remoteImage, "model"));
  });
});

it("keeps what the engine says of itself out of the state, where it would change by itself", async () => {
  await create({ engine });
  expect(recording.find(component).inputs).toEqual({});
});

it("leaves the balancer and the other replicas alone when it is scaled from 4 to 2 to 6", async () => {
  const inputsByName = async (count: number) => {
    recording = await startMocks();
    await create({ replicas: count });
    return Object.fromEntries(
      children().map(({ type, name, inputs }) => [`${type} ${name}`, inputs]),
    );
  };
  const four = await inputsByName(4);
  const two = await inputsByName(2);
  const six = await inputsByName(6);
  const replicaNames = (count: number) =>
    Array.from({ length: count }, (_, index) => `${container} serving-replica-${index + 1}`);
  expect(Object.keys(six)).toEqual(expect.arrayContaining(replicaNames(6)));
  expect(Object.keys(six)).toHaveLength(Object.keys(two).length + 4);
  expect(four).toMatchObject(two);
  expect(six).toMatchObject(four);
});

it("gives every replica a user of its own, since the limit of processes counts by user", async () => {
  await create({ replicas: 3 });
  expect(replicas().map(({ inputs }) => inputs.user)).toEqual([
    "10001:10001",
    "10002:10001",
    "10003:10001",
  ]);
});

describe("the outputs of a service", () => {
  it("are addresses on the host and on the network, and the replicas' names", async () => {
    const service = await create({ replicas: 2, grpcPort: 8500 });
    expect(
      await promiseOf(
        pulumi.output({
          restUrl: service.restUrl,
          grpcAddress: service.grpcAddress,
          networkName: service.networkName,
          networkRestUrl: service.networkRestUrl,
          networkGrpcAddress: service.networkGrpcAddress,
          replicaNames: service.replicaNames,
        }),
      ),
    ).toEqual({
      restUrl: "http://127.0.0.1:8501/v1/models/my_model",
      grpcAddress: "127.0.0.1:8500",
      networkName: "serving-1a2b3c4",
      networkRestUrl: "http://tf_model_serving:8501/v1/models/my_model",
      networkGrpcAddress: "tf_model_serving:8500",
      replicaNames: ["serving-replica-1-1a2b3c4", "serving-replica-2-1a2b3c4"],
    });
  });

  it.each([
    ["0.0.0.0", undefined, "127.0.0.1"],
    ["0.0.0.0", engine.host, "127.0.0.1"],
    ["0.0.0.0", "ssh://ada@gpu.example.com:2222", "gpu.example.com"],
    ["0.0.0.0", "tcp://192.0.2.7:2376", "192.0.2.7"],
    ["127.0.0.1", "ssh://ada@gpu.example.com", "127.0.0.1"],
    ["192.0.2.7", engine.host, "192.0.2.7"],
  ])("lead to what is published on %s of %s: %s", async (publishAddress, host, reached) => {
    const args = { replicas: 1, publishAddress, grpcPort: 8500 };
    const service = await create(host ? { ...args, engine: { ...engine, host } } : args);
    expect(await promiseOf(service.restUrl)).toBe(`http://${reached}:8501/v1/models/my_model`);
    expect(await promiseOf(service.grpcAddress)).toBe(`${reached}:8500`);
  });

  it("have no gRPC address where gRPC is not published", async () => {
    const service = await create();
    expect(await promiseOf(service.grpcAddress)).toBe("");
  });
});

it("can be previewed while image, network and names are unknown", async () => {
  recording = await startMocks({ preview: true });
  const image = new docker.RemoteImage("model", { name: "tf_serving:1" });
  const service = await create({ image: image.imageId });
  expect(replicas()).toHaveLength(4);
  expect(replicas()[0].inputs).toMatchObject({
    image: unknown,
    networksAdvanced: [{ name: unknown, aliases: ["tf_model_serving_replica"] }],
  });
  expect(await isKnown(service.networkName)).toBe(false);
  expect(await isKnown(service.replicaNames)).toBe(false);
  expect(await promiseOf(service.restUrl)).toBe("http://127.0.0.1:8501/v1/models/my_model");
});
