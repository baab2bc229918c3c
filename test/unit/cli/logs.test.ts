import { describe, expect, it, vi } from "vitest";
import { logs } from "../../../cli/commands/logs";
import { parseLogLine, writeLogs } from "../../../cli/targets/logLines";
import { entry } from "../../support/accessLog";
import { startScriptedEngine, withReplica, written } from "../../support/scriptedEngine";
import { stackContext } from "../../support/stackContext";

const early = "2026-01-01T00:00:01.000000001Z";
const late = "2026-01-01T00:00:01.000000002Z";

describe("a line with its time in front", () => {
  it.each([
    [`${early} text with  spaces`, { time: early, text: "text with  spaces" }],
    [`${early} `, { time: early, text: "" }],
    [early, { time: early, text: "" }],
    ["Error response from daemon", { time: "", text: "Error response from daemon" }],
  ])("%j is split into time and text", (line, expected) => {
    expect(parseLogLine(line)).toEqual(expected);
  });
});

describe("the logs of several parts", () => {
  const source = (name: string, ...said: string[]) => ({
    name,
    lines: async function* () {
      yield* said;
    },
  });
  const written = async (timestamps: boolean, ...sources: ReturnType<typeof source>[]) => {
    const lines: string[] = [];
    const request = { tail: "all", timestamps, follow: false };
    await writeLogs(sources, request, (line) => lines.push(line));
    return lines;
  };
  const replica = source("replica 1", `${late} second`);
  const balancer = source("balancer", `${early} first`);

  it("are merged by time, with the part in front", async () => {
    expect(await written(false, replica, balancer)).toEqual([
      "balancer  | first",
      "replica 1 | second",
    ]);
  });

  it("show the time on demand", async () => {
    expect((await written(true, replica, balancer))[0]).toBe(`balancer  | ${early} first`);
  });

  const asked = JSON.stringify(entry());

  it("show requests in words, and as they were written on demand", async () => {
    const from = source("balancer", `${early} ${asked}`, `${late} [NOTICE] Loading success.`);
    const [request, other] = await written(false, from);
    expect(request).toContain("| 2026-01-01T00:00:01.250Z  web ");
    expect(other).toBe("balancer | [NOTICE] Loading success.");
    const raw: string[] = [];
    const options = { tail: "all", timestamps: false, follow: false, raw: true };
    await writeLogs([from], options, (line) => raw.push(line));
    expect(raw).toEqual([asked, "[NOTICE] Loading success."]);
  });

  it("keep the order of lines of the same time", async () => {
    const said = ["a", "b", "c"].map((text) => `${early} ${text}`);
    expect(await written(false, source("x", ...said))).toEqual(["x | a", "x | b", "x | c"]);
  });
});

describe("npm run logs on a Docker Engine", () => {
  const said = written(`${early} hello\n${late} world\n`, "end");
  const answers = { ...withReplica, "/containers/r1/logs": said };

  it.each([false, true])("shows what a container said; follow: %s", async (follow) => {
    const { host } = await startScriptedEngine(answers);
    const shown = vi.spyOn(console, "log").mockImplementation(() => {});

    await logs(stackContext({ host }), { follow }, ["1"]);

    expect(shown.mock.calls.flat()).toEqual(["replica 1 | hello", "replica 1 | world"]);
  });

  it("says that there is no such container", async () => {
    const { host } = await startScriptedEngine(answers);

    await expect(logs(stackContext({ host }), {}, ["notebook"])).rejects.toThrow(
      `The stack tfserving/dev has no such container (notebook) at ${host}.`,
    );
  });

  it("refuses a number of lines that is none", async () => {
    await expect(logs(stackContext(), { tail: "many" }, [])).rejects.toThrow(
      '--tail is "many", not a number or all.',
    );
  });
});
