import * as docker from "@pulumi/docker";
import { beforeEach, describe, expect, it } from "vitest";

import { EndpointMode, SwarmModelService, SwarmModelServiceArgs } from "../../../components";
import { engine, swarmEngine } from "../../support/fakeEngine";
import { problemsOf, type Recording, startMocks } from "../../support/mocks";

let recording: Recording;

beforeEach(async () => {
  recording = await startMocks();
});

const registry = { registry: "r.example.com" };

/** The problems of a service, as "path reason". */
function problems(args: Partial<SwarmModelServiceArgs>): string[] {
  const create = () =>
    new SwarmModelService("serving", {
      image: "r.example.com/birds@sha256:1",
      modelName: "birds",
      registry,
      engine: swarmEngine,
      ...args,
    });
  return problemsOf(create).map(({ propertyPath, reason }) => `${propertyPath} ${reason}`);
}

/** The engine with another swarm. */
function swarmWith(swarm: Partial<NonNullable<typeof swarmEngine.swarm>>) {
  return { ...swarmEngine, swarm: { ...swarmEngine.swarm!, ...swarm } };
}

describe("a service on Swarm refuses", () => {
  it.each<[string, Partial<SwarmModelServiceArgs>, string]>([
    [
      "an engine that is in no swarm",
      { engine },
      "host is unix:///var/run/docker.sock, an engine in no swarm: run docker swarm init there, " +
        "or set host to a manager of one",
    ],
    [
      "a worker",
      { engine: swarmWith({ manager: false }) },
      "host is unix:///var/run/docker.sock, a worker of its swarm, and only managers take orders: " +
        "set host to a manager (docker node ls lists them there)",
    ],
    [
      "an image that the other nodes cannot pull",
      { registry: undefined },
      "registry is missing, so the image stays on one of the swarm's 3 nodes: " +
        "name a registry that all of them can pull from",
    ],
    [
      "a drain that outlasts the grace",
      { drainSeconds: 30, stopGraceSeconds: 30 },
      "stopGraceSeconds is 30, and drainSeconds is 30: Swarm would kill a replica that still " +
        "drains. Use 37 or more, or drain for a shorter time",
    ],
    [
      "gRPC calls without end",
      { grpcTimeoutSeconds: 0 },
      "grpcTimeoutSeconds is 0: use a whole number from 1 to 3595",
    ],
    [
      "more balancers than nodes",
      { balancers: 4 },
      "balancers is 4, and the swarm has 3 ready nodes for at most one each: use less",
    ],
    ["no balancer", { balancers: 0 }, "balancers is 0: use a whole number from 1 to 256"],
    [
      "more memory than all nodes have",
      { replicas: 12, memoryMb: 4096 },
      "replicas is 12: with 1 more during a release they reserve 53248 MiB (memoryMb is 4096), " +
        "and the ready nodes have 49152 MiB in all: use fewer or smaller ones",
    ],
    [
      "a replica that is larger than every node",
      { replicas: 1, memoryMb: 20000 },
      "memoryMb is 20000, more than the 16384 MiB of the Docker host: use less",
    ],
    [
      "GPUs that no node offers",
      { gpus: "NVIDIA-GPU=1" },
      'gpus is "NVIDIA-GPU=1", so 4 tasks need 4 of NVIDIA-GPU, but the swarm\'s ready nodes offer no ' +
        "generic resources: list them under node-generic-resources in the nodes' daemon.json, or use less",
    ],
    [
      "more GPUs than there are",
      { gpus: "NVIDIA-GPU=2", engine: swarmWith({ genericResources: { "NVIDIA-GPU": 7 } }) },
      'gpus is "NVIDIA-GPU=2", so 4 tasks need 8 of NVIDIA-GPU, but the swarm\'s ready nodes offer ' +
        "NVIDIA-GPU=7 in all: list them under node-generic-resources in the nodes' daemon.json, or use less",
    ],
    [
      "GPUs in Docker's words",
      { gpus: "all" },
      'gpus is "all": on Swarm use a generic resource and how many of it, such as NVIDIA-GPU=1',
    ],
    [
      "an unknown endpoint mode",
      { endpointMode: "ingress" as EndpointMode },
      'endpointMode is "ingress": use dnsrr or vip',
    ],
    [
      "more reserved CPUs than a replica may use",
      { cpus: 1, reservedCpus: 2 },
      "reservedCpus is 2: use 0 to 1, the CPUs that a replica may use",
    ],
    [
      "a constraint that is none",
      { constraints: ["node.role==worker", "gpu"] },
      'constraints[1] is "gpu": use a condition such as node.role==worker or node.labels.gpu==true',
    ],
    [
      "a spread that Swarm would ignore",
      { spreadOver: "node.id" },
      'spreadOver is "node.id": use a label, such as node.labels.zone; over the nodes themselves ' +
        "Swarm spreads without being asked",
    ],
    [
      "more tasks than the network has addresses",
      { replicas: 240, memoryMb: 64 },
      "subnet is missing: a swarm's own choice has room for 240 tasks, and a release of 240 replicas " +
        "needs 244. Give one such as 10.20.0.0/22 that is free in your network",
    ],
    [
      "a subnet that is none",
      { subnet: "10.20.0.0" },
      'subnet is "10.20.0.0": use an IPv4 subnet such as 10.20.0.0/22',
    ],
    [
      "a port that another service publishes",
      {
        engine: {
          ...swarmEngine,
          takenPorts: [{ port: 8501, address: "0.0.0.0", holder: "service shop" }],
        },
      },
      "restPort is 8501, which service shop holds on the Docker host: stop that, or choose another port",
    ],
    ["no replica", { replicas: 0 }, "replicas is 0: use a whole number from 1 to 256"],
  ])("%s", (_, args, problem) => {
    expect(problems(args)).toEqual([problem]);
  });

  it("all of it at once, before there is any resource", () => {
    const found = problems({ replicas: 0, balancers: 9, gpus: "all", subnet: "x" });
    expect(found.map((line) => line.split(" ")[0])).toEqual([
      "replicas",
      "subnet",
      "gpus",
      "balancers",
    ]);
    expect(recording.resources.filter(({ type }) => type.startsWith("docker:"))).toEqual([]);
  });
});

describe("a service on Swarm takes", () => {
  it.each<[string, Partial<SwarmModelServiceArgs>]>([
    [
      "an image that is not pushed, on one node",
      { registry: undefined, engine: swarmWith({ nodes: 1 }) },
    ],
    ["its own ports", { engine: ownPorts() }],
    [
      "GPUs that there are",
      { gpus: "NVIDIA-GPU=1", engine: swarmWith({ genericResources: { "NVIDIA-GPU": 4 } }) },
    ],
    ["many replicas in a larger subnet", { replicas: 250, memoryMb: 64, subnet: "10.20.0.0/22" }],
  ])("%s", (_, args) => {
    new docker.Provider("docker", { host: engine.host });
    expect(problems(args)).toEqual([]);
  });

  function ownPorts() {
    return {
      ...swarmEngine,
      takenPorts: [
        { port: 8501, address: "0.0.0.0", holder: "service serving", stack: "tfserving/dev" },
      ],
    };
  }
});
