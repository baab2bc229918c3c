import { describe, expect, it } from "vitest";
import { mergeLogs, nameOf, parseLogLine } from "../../../commands/lib/logs.mjs";

const early = "2026-01-01T00:00:01.000000001Z";
const late = "2026-01-01T00:00:01.000000002Z";

describe("a line of docker logs --timestamps", () => {
  it.each([
    [`${early} text with  spaces`, { time: early, text: "text with  spaces" }],
    [`${early} `, { time: early, text: "" }],
    [early, { time: early, text: "" }],
    ["Error response from daemon", { time: "", text: "Error response from daemon" }],
  ])("%j is split into time and text", (line, expected) => {
    expect(parseLogLine(line)).toEqual(expected);
  });
});

describe("the logs of several containers", () => {
  const logs = [
    { name: "replica 1", lines: [{ time: late, text: "second" }] },
    { name: "balancer", lines: [{ time: early, text: "first" }] },
  ];

  it("are merged by time, with the container in front", () => {
    expect(mergeLogs(logs, false)).toEqual(["balancer  | first", "replica 1 | second"]);
  });

  it("show the time on demand", () => {
    expect(mergeLogs(logs, true)[0]).toBe(`balancer  | ${early} first`);
  });

  it("keep the order of lines of the same time", () => {
    const lines = ["a", "b", "c"].map((text) => ({ time: early, text }));

    expect(mergeLogs([{ name: "x", lines }], false)).toEqual(["x | a", "x | b", "x | c"]);
  });
});

describe("the name of a container", () => {
  const container = {
    ...{ id: "", state: "", health: "", since: "", image: "", name: "" },
    networks: [],
  };

  it("has the replica's number", () => {
    expect(nameOf({ ...container, part: "replica", number: "3" })).toBe("replica 3");
  });

  it("is the part alone for the others", () => {
    expect(nameOf({ ...container, part: "balancer", number: "" })).toBe("balancer");
  });
});
