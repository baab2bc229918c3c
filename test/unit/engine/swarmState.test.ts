import { describe, expect, it } from "vitest";

import { inspectEngine } from "@tf-model-serving/core";
import { startFakeEngine, swarmAnswers, swarmNode } from "../../support/fakeEngine";

describe("an engine in a swarm", () => {
  it("tells, as a manager, what the ready nodes offer", async () => {
    const nodes = [
      swarmNode({ gpus: 2 }),
      swarmNode({ gpus: 1 }),
      swarmNode({ state: "down", gpus: 8 }),
      swarmNode({ availability: "drain", gpus: 8 }),
    ];
    const host = await startFakeEngine(swarmAnswers(nodes));
    expect((await inspectEngine(host)).swarm).toEqual({
      manager: true,
      nodeId: "node-1-id",
      nodeAddress: "192.0.2.11",
      nodes: 4,
      readyNodes: 2,
      memoryMb: 2 * 16384,
      largestNodeMemoryMb: 16384,
      largestNodeCpus: 4,
      genericResources: { "NVIDIA-GPU": 3 },
    });
  });

  it("counts named generic resources one by one", async () => {
    const node = swarmNode();
    const named = (Value: string) => ({ NamedResourceSpec: { Kind: "NVIDIA-GPU", Value } });
    Object.assign(node.Description.Resources, { GenericResources: [named("a"), named("b")] });
    const host = await startFakeEngine(swarmAnswers([node]));
    expect((await inspectEngine(host)).swarm?.genericResources).toEqual({ "NVIDIA-GPU": 2 });
  });

  it("knows no more than that it is in one, as a worker", async () => {
    const Swarm = { NodeID: "id", NodeAddr: "192.0.2.12", LocalNodeState: "active" };
    const host = await startFakeEngine({ "/info": { NCPU: 1, MemTotal: 2 ** 30, Swarm } });
    expect((await inspectEngine(host)).swarm).toMatchObject({ manager: false, nodes: 0 });
  });

  it.each(["inactive", "pending", "locked"])("is in none while that is %s", async (state) => {
    const Swarm = { NodeID: "", NodeAddr: "", LocalNodeState: state };
    const host = await startFakeEngine({ "/info": { NCPU: 1, MemTotal: 2 ** 30, Swarm } });
    expect((await inspectEngine(host)).swarm).toBeUndefined();
  });

  it("has its services' ports taken, on whichever node they are", async () => {
    const service = {
      Spec: { Name: "shop", Labels: { "tfserving.stack": "shop/dev" } },
      Endpoint: {
        Ports: [{ PublishedPort: 65000 }, { PublishedPort: 65000, Protocol: "udp" }, {}],
      },
    };
    const host = await startFakeEngine(swarmAnswers([swarmNode()], [service]));
    expect((await inspectEngine(host, [65000])).takenPorts).toEqual([
      { port: 65000, address: "0.0.0.0", holder: "service shop", stack: "shop/dev" },
    ]);
  });
});
