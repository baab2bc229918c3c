import * as fs from "node:fs";
import * as path from "node:path";

import * as docker from "@pulumi/docker";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { EndpointMode, SwarmModelService, SwarmModelServiceArgs } from "@tf-model-serving/core";
import { renderBalancerConfig } from "../../../components/core/serving/balancer/config";
import { edgeOf } from "../../../components/core/serving/edge/edge";
import { ReleaseStrategy } from "../../../components/core/serving/releaseStrategy";
import { dockerConfig } from "../../support/dockerConfig";
import { swarmEngine } from "../../support/fakeEngine";
import { outputsOf, type Recording, secret, settle, startMocks, urn } from "../../support/mocks";
import { rendered } from "../../support/rendered";
import { repository } from "../../support/stackConfig";

type Args = Partial<SwarmModelServiceArgs>;

const service = "docker:index/service:Service";
const provider = "pulumi:providers:docker";
const login = { registry: "r.example.com", username: "ada", password: "lovelace" };
const everything: Args = {
  ...{ serviceName: "fish", modelVersion: "7", address: "models.example.com" },
  ...{ replicas: 6, parallelStarts: 2, strategy: ReleaseStrategy.InPlace, balancers: 2 },
  ...{ cpus: 2, reservedCpus: 0.5, memoryMb: 4096, gpus: "NVIDIA-GPU=1", engine: undefined },
  ...{ spreadOver: "node.labels.zone", constraints: ["node.role==worker"] },
  ...{ drainSeconds: 50, startTimeoutSeconds: 90, requestTimeoutSeconds: 45 },
  ...{ endpointMode: EndpointMode.Vip, restPort: 18501, grpcPort: 8500, subnet: "10.20.0.0/22" },
  ...{ balancerImage: "r.example.com/haproxy:3", labels: { team: "reef" }, registry: login },
};

let recording: Recording;

beforeEach(async () => {
  recording = await startMocks();
});

async function create(args: Args = {}): Promise<SwarmModelService> {
  const created = new SwarmModelService(
    "serving",
    {
      ...{ image: "r.example.com/birds@sha256:1", modelName: "birds" },
      ...{ registry: { registry: "r.example.com" }, engine: swarmEngine, ...args },
    },
    { provider: new docker.Provider("docker", { host: swarmEngine.host }) },
  );
  await settle();
  return created;
}

type ContainerSpec = { commands: string[]; env?: Record<string, string> };
const specOf = ({ inputs }: { inputs: Record<string, unknown> }) =>
  (inputs.taskSpec as { containerSpec: ContainerSpec }).containerSpec;

describe("the resources of a service on Swarm", () => {
  it.each<[string, string, Args]>([
    ["all defaults", "service", {}],
    ["everything set", "service-everything", everything],
  ])("with %s", async (_, name, args) => {
    await create(args);
    const children = recording.resources.filter(({ parent }) => parent !== "");
    await expect(rendered(children, "docker")).toMatchFileSnapshot(`snapshots/${name}.yaml`);
  });

  it("use the provider that the component was given", async () => {
    await create();
    const children = recording.resources.filter(({ parent }) => parent !== "");
    const providers = new Set(children.map(({ provider }) => provider));
    expect(providers).toEqual(new Set([urn(provider, "docker")]));
  });

  it("run the balancer's script, which looks for every task, under tasks. in both endpoint modes", async () => {
    await create();
    const script = fs.readFileSync(
      path.join(repository, "components/core/serving/balancer/run"),
      "utf8",
    );
    const balancer = recording.find(service, "serving-balancer");
    expect(specOf(balancer).commands).toEqual(["bash", "-c", script]);
    const type = "docker:index/serviceConfig:ServiceConfig";
    const config = recording.find(type, "serving-balancer").inputs.dataRaw;
    const times = { restMs: 31_000, grpcMs: 60_000 };
    const replicaAlias = "tasks.tf_model_serving_replica";
    expect(config).toBe(renderBalancerConfig({ replicaAlias, times, edge: edgeOf({ cpus: 1 }) }));
  });

  it("give no service more than one environment variable: the provider shuffles them", async () => {
    await create(everything);
    for (const one of recording.resources.filter(({ type }) => type === service)) {
      expect(Object.keys(specOf(one).env ?? {}).length).toBeLessThan(2);
    }
  });

  it.each([
    ["of the stack's own registry", {}, []],
    [
      "of another registry, with the user's own login beside",
      { balancerImage: "mirror.example.com/haproxy:3.2" },
      [{ address: "https://mirror.example.com" }],
    ],
  ])("send logins to the nodes as a secret of one provider: %s", async (_, args, more) => {
    vi.stubEnv("DOCKER_CONFIG", dockerConfig("mirror.example.com"));
    await create({ registry: login, ...args });
    const own = { address: "https://r.example.com", username: "ada", password: "lovelace" };
    expect(recording.find(provider, "serving-registry").inputs.registryAuth).toEqual(
      secret(JSON.stringify([own, ...more])),
    );
    expect(recording.find(service, "serving-replica").provider).toBe(
      urn(provider, "serving-registry", "tfserving:index:SwarmModelService"),
    );
  });

  it("change by the number of replicas in nothing but that, and the time that they may take", async () => {
    await create({ replicas: 2 });
    const two = recording.find(service, "serving-replica").inputs;
    recording = await startMocks();
    await create({ replicas: 5 });
    const { mode, convergeConfig, ...rest } = recording.find(service, "serving-replica").inputs;
    expect(two).toMatchObject(rest);
    expect({ mode, convergeConfig }).toEqual({
      mode: { replicated: { replicas: 5 } },
      convergeConfig: { delay: "2s", timeout: "395s" },
    });
  });
});

it("a service on Swarm says where it serves, as one on Docker does", async () => {
  const created = await create({ grpcPort: 8500, address: "models.example.com" });
  expect(await outputsOf(created)).toMatchObject({
    restUrl: "http://models.example.com:8501/v1/models/birds",
    grpcAddress: "models.example.com:8500",
    networkName: "serving-1a2b3c4",
    networkId: "serving-id",
    networkRestUrl: "http://tf_model_serving:8501/v1/models/birds",
    networkGrpcAddress: "tf_model_serving:8500",
  });
});
