import { describe, expect, it } from "vitest";
import { parseContainers, selectContainers } from "../../../commands/lib/containers.mjs";
import { renderTable } from "../../../commands/lib/table.mjs";

const listed = [
  "a1\tnotebook\t\trunning\tUp 2 hours (healthy)\tjupyter:1",
  "a2\treplica\t10\trunning\tUp 3 seconds (health: starting)\tsha256:abc",
  "a3\treplica\t2\texited\tExited (137) 5 minutes ago\tsha256:abc",
  "a4\tbalancer\t\trunning\tUp About a minute\thaproxy:3",
].join("\n");

describe("docker ps", () => {
  it("is read in the order balancer, replicas by number, notebook", () => {
    expect(parseContainers(listed).map(({ id }) => id)).toEqual(["a4", "a3", "a2", "a1"]);
  });

  it.each([
    ["a1", { state: "running", health: "healthy", since: "2 hours" }],
    ["a2", { state: "running", health: "starting", since: "3 seconds" }],
    ["a3", { state: "exited", health: "", since: "Exited (137) 5 minutes ago" }],
    ["a4", { state: "running", health: "", since: "About a minute" }],
  ])("tells state, health and time of %s", (id, expected) => {
    expect(parseContainers(listed).find((container) => container.id === id)).toMatchObject(
      expected,
    );
  });

  it("tells name and networks", () => {
    const [container] = parseContainers("a\treplica\t1\trunning\tUp 1 second\tabc\tr-1\tone,two");
    expect(container).toMatchObject({ name: "r-1", networks: ["one", "two"] });
  });

  it("may list nothing", () => {
    expect(parseContainers("")).toEqual([]);
  });
});

describe("the containers whose logs are asked for", () => {
  const containers = parseContainers(listed);

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

describe("a table", () => {
  it("has columns as wide as their widest cell and no spaces at the ends of lines", () => {
    expect(
      renderTable(
        ["PART", "STATE"],
        [
          ["balancer", "running"],
          ["notebook", ""],
        ],
      ),
    ).toEqual(["PART      STATE", "balancer  running", "notebook"]);
  });
});
