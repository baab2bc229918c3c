import type { V1Node, V1Pod } from "@kubernetes/client-node";
import { describe, expect, it } from "vitest";
import { whyNoRoom } from "../../../cli/environments/room";
import { dockerTarget } from "../../../cli/targets/docker/dockerTarget";
import { machinesOf as swarmMachines } from "../../../cli/targets/docker/room";
import { kubernetesTarget } from "../../../cli/targets/kubernetes/kubernetesTarget";
import { amountOf, machinesOf } from "../../../cli/targets/kubernetes/room";
import { kubeconfigFor, listOf, Refused, startFakeCluster } from "../../support/fakeCluster";
import { publishing, startFakeEngine } from "../../support/fakeEngine";
import { stackContext } from "../../support/stackContext";

const gibibyte = 2 ** 30;

describe("an environment", () => {
  const machine = (name: string, memoryMb: number, promisedMb: number, freeCpus?: number) => ({
    ...{ name, memoryMb, promisedMb, freeCpus },
  });
  const room = (...machines: ReturnType<typeof machine>[]) => ({
    ...{ machines, balancers: 1, balancerMemoryMb: 1024 },
  });
  const asked = { replicas: 2, memoryMb: 2048, cpus: 1 };

  it("has room where all of it fits beside what others were promised", () => {
    expect(whyNoRoom(room(machine("host", 8192, 3072)), asked)).toBeUndefined();
  });

  it("has none a MiB later, and is told what is free and what it asks for", () => {
    expect(whyNoRoom(room(machine("the host", 8192, 3073)), asked)).toBe(
      "it asks for 2 replicas of 2048 MiB and 1 balancer of 1024 MiB, and the host has " +
        "5119 of 8192 MiB that are not promised to other containers",
    );
  });

  it("has none where the machines have enough together, and no replica fits on one", () => {
    const four = Array.from({ length: 4 }, (_, at) => machine(`node-${at}`, 2000, 0));
    expect(whyNoRoom(room(...four), { ...asked, replicas: 1 })).toContain("1 replica of 2048 MiB");
    expect(whyNoRoom(room(...four), { ...asked, memoryMb: 1900 })).toBeUndefined();
  });

  it("has none where CPUs are promised and too few are left", () => {
    const nodes = [machine("a", 8192, 0, 1.5), machine("b", 8192, 0, 0.5)];
    expect(whyNoRoom(room(...nodes), asked)).toContain(
      "b has 8192 of 8192 MiB and 0.5 CPUs, of which each replica takes 1,",
    );
    expect(whyNoRoom(room(...nodes), { ...asked, cpus: 0.5 })).toBeUndefined();
  });

  it("has none where no machine takes containers", () => {
    expect(whyNoRoom(room(), asked)).toContain("there is no machine that takes containers");
  });
});

describe("what is left of a Docker host", () => {
  it("is its memory without the limits of others' containers", async () => {
    const stack = (name: string) => ({ "tfserving.stack": `tfserving/${name}` });
    const limited = (memory: number) => ({ HostConfig: { Memory: memory } });
    const host = await startFakeEngine({
      "/containers/json": [
        publishing("other", [], stack("other")),
        publishing("web", []),
        publishing("own", [], stack("dev")),
      ],
      "/containers/other-id/json": limited(3 * gibibyte),
      "/containers/web-id/json": limited(0),
      "/containers/own-id/json": limited(4 * gibibyte),
    });
    const room = await dockerTarget(stackContext({ host, settings: { target: "docker" } })).room();
    expect(room).toEqual({
      machines: [{ name: `the Docker host at ${host}`, memoryMb: 16_384, promisedMb: 3072 }],
      ...{ balancers: 1, balancerMemoryMb: 1024 },
    });
  });

  it("is counted by node in a swarm, without what is drained", () => {
    const node = (ID: string, Availability = "active") => ({
      ...{ ID, Spec: { Availability }, Status: { State: "ready" } },
      Description: { Hostname: ID, Resources: { MemoryBytes: 4 * gibibyte } },
    });
    const Resources = { Reservations: { MemoryBytes: gibibyte } };
    const task = { ServiceID: "s", NodeID: "one", Spec: { Resources } };
    const without = { ServiceID: "s", NodeID: "two", Spec: {} };
    const nodes = [node("one"), node("two"), node("three", "drain")];
    expect(swarmMachines(nodes, [task, task, without])).toEqual([
      { name: "one", memoryMb: 4096, promisedMb: 2048 },
      { name: "two", memoryMb: 4096, promisedMb: 0 },
    ]);
  });
});

describe("what is left of a cluster", () => {
  const node = (name: string, spec: object = {}) =>
    ({
      ...{ metadata: { name }, spec },
      status: { allocatable: { cpu: "4", memory: "8Gi" } },
    }) as V1Node;
  const requests = { cpu: "250m", memory: "512Mi" };
  const pod = (stack: string, phase = "Running") =>
    ({
      metadata: { namespace: "team", labels: { "tfserving.stack": `tfserving.${stack}` } },
      spec: { nodeName: "node-1", containers: [{ resources: { requests } }, {}] },
      status: { phase },
    }) as unknown as V1Pod;

  it("is what pods do not request of the nodes that take them", () => {
    const kept = { taints: [{ key: "gpu", effect: "NoSchedule" }] };
    const nodes = [node("node-1"), node("node-2", kept), node("node-3", { unschedulable: true })];
    expect(machinesOf(nodes, [pod("a"), pod("b"), pod("c", "Succeeded")])).toEqual([
      { name: "node node-1", memoryMb: 8192, promisedMb: 1024, freeCpus: 3.5 },
    ]);
  });

  const roomOf = async (answers: Record<string, unknown>, settings: Record<string, unknown>) => {
    const kubeconfig = kubeconfigFor(await startFakeCluster(answers));
    const recorded = {
      resources: [
        {
          ...{ urn: "urn", type: "kubernetes:core/v1:Service" },
          inputs: { metadata: pod("dev").metadata },
        },
      ],
    };
    const all = { kubernetesCluster: { kubeconfig }, ...settings };
    return kubernetesTarget(stackContext({ settings: all, recorded })).room();
  };
  const answers = {
    "/api/v1/nodes": listOf(node("node-1")),
    "/api/v1/pods": listOf(pod("dev"), pod("other")),
  };

  it("leaves the stack's own pods out", async () => {
    const room = await roomOf(answers, {});
    expect(room?.machines).toMatchObject([{ promisedMb: 512, freeCpus: 3.75 }]);
  });

  it("is not counted where nodes are added, or nobody may look at them", async () => {
    expect(await roomOf(answers, { schedulingTimeoutSeconds: 600 })).toBeUndefined();
    expect(await roomOf(answers, { kubernetesService: { tolerations: [{}] } })).toBeUndefined();
    expect(await roomOf({ ...answers, "/api/v1/pods": new Refused(403) }, {})).toBeUndefined();
  });

  it.each([
    ["250m", 0.25],
    ["2", 2],
    ["64Mi", 64 * 2 ** 20],
    ["1.5Gi", 1.5 * gibibyte],
    ["129M", 129e6],
    [undefined, 0],
  ])("is counted in quantities such as %s", (quantity, amount) => {
    expect(amountOf(quantity)).toBe(amount);
  });
});
