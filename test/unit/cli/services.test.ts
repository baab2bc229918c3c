import { describe, expect, it } from "vitest";

import { hasFailedService, logsCommand, parseTasks } from "../../../commands/lib/services.mjs";
import { parseContainers } from "../../../commands/lib/containers.mjs";

const parts = new Map([
  ["serving-replica-1a2b3c4", { part: "replica", version: "7" }],
  ["serving-balancer-1a2b3c4", { part: "balancer", version: "" }],
]);

// As `docker service ps` of Engine 20.10 prints it.
const printed = [
  "t3\tserving-replica-1a2b3c4.10\tnode2\tRunning 3 minutes ago\tr.example.com/birds@sha256:1",
  "t1\tserving-replica-1a2b3c4.2\tnode1\tStarting less than a second ago\tr.example.com/birds@sha256:1",
  "t2\tserving-balancer-1a2b3c4.1\tnode3\tRunning About a minute ago\thaproxy@sha256:2",
].join("\n");

describe("the tasks of a stack", () => {
  it("are shown by part and number, with their nodes", () => {
    const shown = parseTasks(printed, parts).map(({ part, number, version, node, state, since }) =>
      [part, number, version, node, state, since].join("|"),
    );
    expect(shown).toEqual([
      "balancer|||node3|running|About a minute",
      "replica|2|7|node1|starting|less than a second",
      "replica|10|7|node2|running|3 minutes",
    ]);
  });

  it("are none in an empty list", () => {
    expect(parseTasks("", parts)).toEqual([]);
  });

  it("say what they say through Swarm, which knows their nodes", () => {
    const [task] = parseTasks(printed, parts);
    expect(logsCommand(task)).toEqual(["service", "logs", "--raw"]);
  });
});

describe("the containers of a stack", () => {
  const container = "c1\treplica\t1\trunning\tUp 3 minutes (healthy)\tsha256:1\tname\tnetwork\t7\t";

  it("say it themselves", () => {
    expect(logsCommand(parseContainers(container)[0])).toEqual(["logs"]);
  });

  it("are not those that Swarm started, which are its to restart and remove", () => {
    const task = `${container}serving-replica-1a2b3c4`;
    expect(parseContainers([container, task].join("\n"))).toHaveLength(1);
  });
});

describe("a service whose update Swarm took back", () => {
  const service = { urn: "urn", id: "id", type: "docker:index/service:Service" };

  it("is seen in Pulumi's record", () => {
    expect(hasFailedService({ resources: [{ ...service, initErrors: ["rolled back"] }] })).toBe(
      true,
    );
  });

  it.each([
    ["a good one", service],
    [
      "a container that failed",
      { ...service, type: "docker:index/container:Container", initErrors: ["x"] },
    ],
  ])("is not %s", (_, resource) => {
    expect(hasFailedService({ resources: [resource] })).toBe(false);
  });
});
