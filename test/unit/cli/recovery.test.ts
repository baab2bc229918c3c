import { describe, expect, it } from "vitest";
import { isUnderWay, planRecovery } from "../../../cli/targets/docker/recovery";
import { pendingWords } from "../../../cli/targets/record";
import { container, deployment, object, record } from "../../support/record";

const old = record("replica-1", "replica", { id: "old" });
const created = record("replica-1", "replica");
/** What Docker has of the creation: its name is the one that was written down. */
const found = (more: object = {}, part = "replica") =>
  container("new", part, { name: `${part === "replica" ? "replica-1" : part}-1a2b3c4`, ...more });

describe("after an update that ended", () => {
  it("nothing is to be done", () => {
    const plan = planRecovery(deployment([old]), [container("old", "replica")]);
    expect(plan).toMatchObject({ adopted: [], idle: [], serving: [], others: [] });
    expect(plan.deployment).toBeUndefined();
  });
});

describe("after an update that was killed", () => {
  it("the record loses its unfinished business and nothing else", () => {
    const plan = planRecovery(deployment([old], [created]), []);
    expect(pendingWords(deployment([old], [created]))).toEqual(["creating replica-1"]);
    expect(plan.deployment).toEqual(deployment([old]));
  });

  it("a replica that serves beside the one it was to replace stays until the update has ended", () => {
    const plan = planRecovery(deployment([old], [created]), [found()]);
    expect(plan).toMatchObject({ adopted: [], idle: [], serving: [{ id: "new" }] });
  });

  it.each([
    { state: "created", health: "", networks: ["bridge"] },
    { state: "running", health: "starting" },
    { state: "running", health: "unhealthy" },
    { state: "exited", health: "" },
  ])("a replica that serves nobody goes first: %j", (state) => {
    const plan = planRecovery(deployment([old], [created]), [found(state)]);
    expect(plan).toMatchObject({ adopted: [], idle: [{ id: "new" }], serving: [] });
  });

  it("a replica that is up where there is none becomes part of the record", () => {
    const plan = planRecovery(deployment([], [created]), [found()]);
    expect(plan).toMatchObject({ idle: [], serving: [] });
    expect(plan.deployment?.resources).toEqual([
      object("Network", "net-1"),
      { ...created, id: "new", outputs: { ...created.inputs, id: "new" } },
    ]);
  });

  it("a container that does its work once is made again", () => {
    const once = record("replica-1", "replica", { inputs: { mustRun: false } });
    expect(planRecovery(deployment([], [once]), [found()]).adopted).toEqual([]);
  });

  it("a balancer that is up takes the place of the one that made way for it", () => {
    const former = record("balancer", "balancer", { id: "former", pendingReplacement: true });
    const plan = planRecovery(deployment([former, old], [record("balancer", "balancer")]), [
      found({}, "balancer"),
    ]);
    expect(plan.deployment?.resources?.map(({ id }) => id)).toEqual([undefined, "new", "old"]);
    expect(plan.deployment?.resources?.[1].pendingReplacement).toBeUndefined();
  });

  it("a second balancer goes first, even when it serves: it holds the port", () => {
    const balancer = record("balancer", "balancer", { id: "b" });
    const second = container("new", "balancer");
    expect(planRecovery(deployment([balancer]), [second]).idle).toEqual([second]);
  });

  it.each([
    ["Docker may not have begun yet", [], 100, true],
    ["Docker did not begin", [], 60_000, false],
    ["it is not started yet", [found({ state: "created" }, "balancer")], 100, true],
    ["it is coming up", [found({ health: "starting" }, "balancer")], 60_000, true],
    ["it is up", [found({}, "balancer")], 100, false],
  ])("a balancer that was being created: %s", (_, containers, age, expected) => {
    const recorded = deployment([], [record("balancer", "balancer")]);
    expect(isUnderWay(recorded, containers, age)).toBe(expected);
  });

  it("a replica that is coming up is not waited for: others serve", () => {
    expect(isUnderWay(deployment([], [created]), [found({ health: "starting" })], 60_000)).toBe(
      false,
    );
  });

  it("what else was being created goes, users of it first", () => {
    const others = ["Volume", "Network", "Service"].map((kind) => object(kind, `${kind}-1`));
    expect(planRecovery(deployment([], others), []).others).toEqual([
      { kind: "service", name: "Service-1" },
      { kind: "network", name: "Network-1" },
      { kind: "volume", name: "Volume-1" },
    ]);
  });
});

describe("containers with the stack's label that are not on record", () => {
  it("are orphans on a network of the record", () => {
    const orphan = container("x", "replica");
    expect(planRecovery(deployment([old]), [orphan]).serving).toEqual([orphan]);
  });

  it("are left alone elsewhere: another checkout may have a stack of the same name", () => {
    const foreign = container("x", "balancer", { networks: ["net-of-another"] });
    const plan = planRecovery(deployment([old], [created]), [foreign]);
    expect(plan).toMatchObject({ adopted: [], idle: [], serving: [] });
  });

  it("are no orphans while the record says that they are to be deleted", () => {
    const leaving = record("replica-1", "replica", { id: "x", delete: true });
    const plan = planRecovery(deployment([leaving]), [container("x", "replica")]);
    expect(plan).toMatchObject({ idle: [], serving: [] });
  });
});
