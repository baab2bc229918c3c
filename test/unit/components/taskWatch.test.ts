import { describe, expect, it } from "vitest";
import {
  demultiplexed,
  hasFailed,
  hopelessServices,
  taskFailureText,
} from "../../../components/swarm/taskWatch";

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
