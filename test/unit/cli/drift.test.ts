import { describe, expect, it } from "vitest";
import { driftOf, inWords } from "../../../cli/targets/docker/drift";
import { container, deployment, record } from "../../support/record";

const recorded = deployment([
  record("balancer", "balancer", { id: "b" }),
  record("replica-1", "replica", { id: "r" }),
]);
const balancer = container("b", "balancer");

describe("drift", () => {
  it("is none where everything is as it was left", () => {
    const memory = new Map([["r", 512 * 2 ** 20]]);
    expect(driftOf([balancer, container("r", "replica")], recorded, memory)).toEqual([]);
  });

  it.each([
    ["a missing container", [], "replica-1 is missing", "refresh"],
    ["a stopped one", [{ state: "exited" }], "replica-1 is exited", "refresh"],
    ["a paused one", [{ state: "paused" }], "replica-1 is paused", "resume"],
    ["one without its network", [{ networks: [] }], "replica-1 is cut off from net-1", "replace"],
  ])("is %s", (_, changes, words, cure) => {
    const found = [balancer, ...changes.map((change) => container("r", "replica", change))];
    expect(driftOf(found, recorded)).toEqual([
      { words, cure, id: "r", urn: expect.stringMatching(/::replica-1$/) },
    ]);
  });

  it("is another memory limit", () => {
    const memory = new Map([["r", 256 * 2 ** 20]]);
    expect(driftOf([balancer, container("r", "replica")], recorded, memory)).toMatchObject([
      { words: "replica-1 has a memory limit of 256 MiB", cure: "refresh" },
    ]);
  });

  it("is no container that is on its way out", () => {
    const leaving = [
      record("replica-1", "replica", { id: "old", delete: true }),
      record("balancer", "balancer", { id: "older", pendingReplacement: true }),
    ];
    expect(driftOf([], deployment(leaving))).toEqual([]);
  });

  it("is no container that has done its work", () => {
    const done = record("balancer-config", "balancer", { id: "c", inputs: { mustRun: false } });
    expect(driftOf([container("c", "balancer", { state: "exited" })], deployment([done]))).toEqual(
      [],
    );
  });

  it("is told by the first few names where there is much of it", () => {
    const many = Array.from({ length: 6 }, (_, at) =>
      record(`replica-${at}`, "replica", { id: `${at}` }),
    );
    expect(inWords(driftOf([], deployment(many)))).toBe(
      "replica-0 is missing, replica-1 is missing, replica-2 is missing, replica-3 is missing and 2 more",
    );
  });
});
