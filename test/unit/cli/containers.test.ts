import type Docker from "dockerode";
import { describe, expect, it } from "vitest";
import { renderTable } from "../../../cli/output/table";
import { nameOf, readContainers, selectContainers } from "../../../cli/targets/docker/containers";
import { hasFailedService } from "../../../cli/targets/docker/interrupted";
import { readTasks } from "../../../cli/targets/docker/tasks";

/** A container as the engine lists it, cut to what is read. */
function listed(id: string, part: string, State: string, Status: string, more: object = {}) {
  const { labels, ...others } = { labels: {}, ...more };
  return {
    Id: id,
    Names: [`/${part}-${id}`],
    Image: "sha256:abc",
    Labels: { "tfserving.part": part, ...labels },
    ...{ State, Status, NetworkSettings: { Networks: { one: {}, two: {} } } },
    ...others,
  } as unknown as Docker.ContainerInfo;
}

const replica = (number: string) => ({ labels: { "tfserving.replica": number } });
const containers = readContainers([
  listed("a1", "notebook", "running", "Up 2 hours (healthy)"),
  listed("a2", "replica", "running", "Up 3 seconds (health: starting)", replica("10")),
  listed("a3", "replica", "exited", "Exited (137) 5 minutes ago", replica("2")),
  listed("a4", "balancer", "running", "Up About a minute"),
]);

describe("the containers of a stack", () => {
  it("are in the order balancer, replicas by number, notebook, with state, health and time", () => {
    const shown = containers.map((one) => [one.id, nameOf(one), one.state, one.health, one.since]);
    expect(renderTable(["ID", "NAME", "STATE", "HEALTH", "SINCE"], shown)).toEqual([
      "ID  NAME        STATE    HEALTH    SINCE",
      "a4  balancer    running            About a minute",
      "a3  replica 2   exited             Exited (137) 5 minutes ago",
      "a2  replica 10  running  starting  3 seconds",
      "a1  notebook    running  healthy   2 hours",
    ]);
  });

  it("tell name and networks", () => {
    expect(containers[0]).toMatchObject({ name: "balancer-a4", networks: ["one", "two"] });
  });

  it("are not those that Swarm started, which are its to restart and remove", () => {
    const labels = { "com.docker.swarm.service.name": "serving-replica-1a2b3c4" };
    expect(readContainers([listed("t", "replica", "running", "Up", { labels })])).toEqual([]);
  });
});

describe("the containers whose logs are asked for", () => {
  it.each([
    [undefined, ["a4", "a3", "a2", "a1"]],
    ["replica", ["a3", "a2"]],
    ["notebook", ["a1"]],
    ["balancer", ["a4"]],
    ["2", ["a3"]],
    ["3", []],
  ])("are, for %s, %j", (which, ids) => {
    expect(selectContainers(containers, which).map(({ id }) => id)).toEqual(ids);
  });

  it.each(["replicas", "0", "-1", "1.5"])("cannot be %s", (which) => {
    expect(() => selectContainers(containers, which)).toThrow(`"${which}" is no part of a stack.`);
  });
});

describe("the tasks of a stack's services", () => {
  const now = Date.parse("2026-01-01T00:10:00Z");
  const service = (ID: string, part: string, version?: string) => ({
    ID,
    Spec: {
      Name: `serving-${part}-1a2b3c4`,
      Labels: { "tfserving.part": part, ...(version ? { "tfserving.version": version } : {}) },
    },
  });
  const task = (ID: string, ServiceID: string, NodeID: string, State: string, Slot?: number) => ({
    ...{ ID, ServiceID, NodeID, Slot },
    Spec: { ContainerSpec: { Image: `${ServiceID}@sha256:1` } },
    Status: { State, Timestamp: "2026-01-01T00:07:00.123456789Z" },
  });

  it("are shown by part and number, with their nodes", () => {
    const nodes = ["node1", "node2"].map((Hostname) => ({
      ID: `id-of-${Hostname}`,
      Description: { Hostname },
    }));
    const tasks = [
      task("t3", "r", "id-of-node2", "running", 10),
      task("t1", "r", "id-of-node1", "starting", 2),
      task("t2", "b", "id-of-node2", "running"),
      task("t4", "b", "id-of-node1", "running"),
    ];
    const services = [service("r", "replica", "7"), service("b", "balancer")];
    const shown = readTasks(tasks, services, nodes, now).map(
      ({ part, number, version, node, state, since }) =>
        [part, number, version, node, state, since].join("|"),
    );
    expect(shown).toEqual([
      "balancer|||node1|running|3m",
      "balancer|||node2|running|3m",
      "replica|2|7|node1|starting|3m",
      "replica|10|7|node2|running|3m",
    ]);
  });
});

describe("a service whose update Swarm took back", () => {
  const service = { urn: "urn", id: "id", type: "docker:index/service:Service" };
  const container = { ...service, type: "docker:index/container:Container" };

  it.each([
    ["seen in Pulumi's record", { ...service, initErrors: ["rolled back"] }, true],
    ["not a good one", service, false],
    ["not a container that failed", { ...container, initErrors: ["x"] }, false],
  ])("is %s", (_, resource, failed) => {
    expect(hasFailedService({ resources: [resource] })).toBe(failed);
  });
});

it("a table has columns as wide as their widest cell and no spaces at the ends of lines", () => {
  const rows = [
    ["balancer", "running"],
    ["notebook", ""],
  ];
  expect(renderTable(["PART", "STATE"], rows)).toEqual([
    ...["PART      STATE", "balancer  running", "notebook"],
  ]);
});
