import { beforeEach, describe, expect, it } from "vitest";

import { EndpointMode, SwarmModelService, SwarmModelServiceArgs } from "@tf-model-serving/core";
import { engine, swarmEngine } from "../../support/fakeEngine";
import { problemsOf, type Recording, startMocks } from "../../support/mocks";
import { refusals } from "../../support/refusals";

type Args = Partial<SwarmModelServiceArgs>;

let recording: Recording;

beforeEach(async () => {
  recording = await startMocks();
});

const required = {
  ...{ image: "r.example.com/birds@sha256:1", modelName: "birds" },
  ...{ registry: { registry: "r.example.com" }, engine: swarmEngine },
};

function problems(args: Args) {
  return problemsOf(() => new SwarmModelService("serving", { ...required, ...args }));
}

/** The engine with another swarm. */
function swarmWith(swarm: Partial<NonNullable<typeof swarmEngine.swarm>>) {
  return { ...swarmEngine, swarm: { ...swarmEngine.swarm!, ...swarm } };
}

/** The engine where a service publishes the port of REST. */
function held(holder: string, stack?: string) {
  return { ...swarmEngine, takenPorts: [{ port: 8501, address: "0.0.0.0", holder, stack }] };
}

describe("a service on Swarm refuses", () => {
  it("what cannot work, in these words", async () => {
    const cases: Record<string, Args> = {
      "an engine that is in no swarm": { engine },
      "a worker": { engine: swarmWith({ manager: false }) },
      "an image that the other nodes cannot pull": { registry: undefined },
      "a drain that outlasts the grace": { drainSeconds: 30, stopGraceSeconds: 30 },
      "gRPC calls without end": { grpcTimeoutSeconds: 0 },
      "more balancers than nodes": { balancers: 4 },
      "no balancer": { balancers: 0 },
      "more memory than all nodes have": { replicas: 12, memoryMb: 4096 },
      "a replica that is larger than every node": { replicas: 1, memoryMb: 20000 },
      "GPUs that no node offers": { gpus: "NVIDIA-GPU=1" },
      "more GPUs than there are": {
        ...{ gpus: "NVIDIA-GPU=2", engine: swarmWith({ genericResources: { "NVIDIA-GPU": 7 } }) },
      },
      "GPUs in Docker's words": { gpus: "all" },
      "an unknown endpoint mode": { endpointMode: "ingress" as EndpointMode },
      "more reserved CPUs than a replica may use": { cpus: 1, reservedCpus: 2 },
      "a constraint that is none": { constraints: ["node.role==worker", "gpu"] },
      "a spread that Swarm would ignore": { spreadOver: "node.id" },
      "more tasks than the network has addresses": { replicas: 240, memoryMb: 64 },
      "a subnet that is none": { subnet: "10.20.0.0" },
      "a port that another service publishes": { engine: held("service shop") },
      "no replica": { replicas: 0 },
    };
    const text = await refusals(cases, problems);
    await expect(text).toMatchFileSnapshot("snapshots/service-refused.txt");
  });

  it("all of it at once, before there is any resource", () => {
    const found = problems({ replicas: 0, balancers: 9, gpus: "all", subnet: "x" });
    const paths = found.map(({ propertyPath }) => propertyPath);
    expect(paths).toEqual(["replicas", "subnet", "gpus", "balancers"]);
    expect(recording.resources.filter(({ type }) => type.startsWith("docker:"))).toEqual([]);
  });
});

describe("a service on Swarm takes", () => {
  const withGpus = swarmWith({ genericResources: { "NVIDIA-GPU": 4 } });

  it.each<[string, Args]>([
    ["an unpushed image on one node", { registry: undefined, engine: swarmWith({ nodes: 1 }) }],
    ["its own ports", { engine: held("service serving", "tfserving/dev") }],
    ["GPUs that there are", { gpus: "NVIDIA-GPU=1", engine: withGpus }],
    ["many replicas in a larger subnet", { replicas: 250, memoryMb: 64, subnet: "10.20.0.0/22" }],
  ])("%s", (_, args) => {
    expect(problems(args)).toEqual([]);
  });
});
