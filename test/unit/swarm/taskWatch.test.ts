import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import {
  demultiplexed,
  hasFailed,
  hopelessServices,
  taskFailureText,
  watchTasks,
} from "../../../components/core/swarm/taskWatch";
import { startMocks } from "../../support/mocks";
import { type Answer, json, startScriptedEngine, written } from "../../support/scriptedEngine";

const task = (State: string, Err?: string) => ({
  ID: "t1",
  Slot: 2,
  ServiceID: "s1",
  Status: { State, Err },
});

/** A piece of a container's log as the engine sends it: stream, three zeros, length, text. */
function piece(stream: number, text: string): Buffer {
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

describe("a task of a Swarm service", () => {
  it.each(["failed", "rejected"])("has failed in state %s", (state) => {
    expect(hasFailed(task(state))).toBe(true);
  });

  it.each(["new", "preparing", "starting", "running", "complete", "shutdown", "remove"])(
    "has not failed in state %s",
    (state) => expect(hasFailed(task(state))).toBe(false),
  );

  it("that failed is reported with Swarm's reason and its own last lines", () => {
    expect(
      taskFailureText("replica", task("failed", "task: non-zero exit (1)"), "first\nlast\n"),
    ).toBe("The new replica 2 failed: non-zero exit (1). It said:\n    first\n    last");
  });

  it("that never ran is reported with Swarm's reason", () => {
    expect(
      taskFailureText("replica", task("rejected", "No such image: tf_serving@sha256:1"), ""),
    ).toBe("The new replica 2 was rejected: No such image: tf_serving@sha256:1. It said nothing");
  });
});

describe("a Swarm service", () => {
  const failed = [task("failed"), task("rejected"), task("failed")];

  it("is hopeless when three of its tasks failed and none runs", () => {
    expect(hopelessServices([...failed, task("starting")])).toEqual(["s1"]);
  });

  it("has hope after two failures", () => {
    expect(hopelessServices(failed.slice(1))).toEqual([]);
  });

  it("has hope while one of its tasks runs", () => {
    expect(hopelessServices([...failed, task("running")])).toEqual([]);
  });

  it("is not judged by another's tasks", () => {
    expect(hopelessServices([...failed, { ...task("running"), ServiceID: "s2" }])).toEqual(["s1"]);
  });
});

describe("a task's log", () => {
  it("joins both streams in the order in which they were written", () => {
    const logs = Buffer.concat([piece(2, "supervisor: é\n"), piece(1, "out\n"), piece(2, "end\n")]);
    expect(demultiplexed(logs)).toBe("supervisor: é\nout\nend\n");
  });

  it("may be cut short", () => {
    expect(demultiplexed(piece(1, "whole\n").subarray(0, 5))).toBe("");
  });
});

describe("the watch of a component's tasks during an update", () => {
  const service = (ID: string, network: string, part = "replica") => ({
    ID,
    Spec: {
      Labels: { "tfserving.part": part },
      TaskTemplate: { Networks: [{ Target: network }] },
    },
  });
  const failedTasks = (ServiceID: string) =>
    [1, 2, 3].map((number) => ({ ...task("failed"), ID: `${ServiceID}-${number}`, ServiceID }));

  /** Nothing before the watch, then these services, with three failed tasks each. */
  async function watched(services: ReturnType<typeof service>[], hiccups = 0) {
    const { host, requests } = await startScriptedEngine({
      "/services": (response, call, request) => {
        if (call > 1 && call <= 1 + hiccups)
          json({ message: "busy" }, 500)(response, call, request);
        else json(call === 1 ? [] : services)(response, call, request);
      },
      "/tasks": (response, call, request) => {
        const filters = new URL(request.url ?? "", "http://engine").searchParams.get("filters");
        const asked = Object.values(JSON.parse(filters ?? "{}").service ?? {}) as string[];
        json(asked.flatMap(failedTasks))(response, call, request);
      },
      ...(Object.fromEntries(
        services.map(({ ID }) => [`/tasks/${ID}-1/logs`, written("no such model\n", "end")]),
      ) as Record<string, Answer>),
    });
    await startMocks();
    const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue();
    const component = new pulumi.ComponentResource("test:index:Component", "serving");
    onTestFinished(
      await watchTasks({ host, network: "own", parts: ["replica", "balancer"] }, component),
    );
    return { requests, warn };
  }

  it("reports a new service that never runs, and removes it", async () => {
    const { requests, warn } = await watched([service("s1", "own")]);
    await expect.poll(() => requests, { timeout: 10_000 }).toContain("DELETE /services/s1");
    expect(warn.mock.calls[0][0]).toBe("The new replica 2 failed. It said:\n    no such model");
  });

  it("leaves those of other components alone: on another network, or another part", async () => {
    const { requests } = await watched([
      service("shop", "other"),
      service("lab", "own", "notebook"),
      service("s1", "own"),
    ]);
    await expect.poll(() => requests, { timeout: 10_000 }).toContain("DELETE /services/s1");
    expect(requests.filter((request) => request.startsWith("DELETE"))).toEqual([
      "DELETE /services/s1",
    ]);
  });

  it("goes on after an engine that did not answer once", async () => {
    const { requests } = await watched([service("s1", "own")], 1);
    await expect.poll(() => requests, { timeout: 10_000 }).toContain("DELETE /services/s1");
  });
});
