// What a stack on Kubernetes does for minutes: its balancers roll, its pods die, its load grows.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KubernetesStack, namespace } from "../../support/kubernetesStack";
import { describeLoad, Load, LoadResult, startLoad } from "../../support/load";
import { modelStatusMethod, serializeModelStatus } from "../../support/servingGrpc";

const calls = 300;
// Four standard deviations of a share of 30 % of that many calls.
const spread = 4 * Math.sqrt(calls * 0.3 * 0.7);

describe("a stack on Kubernetes", () => {
  let stack: KubernetesStack;
  let rest: number;
  let grpc: number;

  beforeAll(async () => {
    stack = await KubernetesStack.start("kubernetes-soak");
    stack.addVersion(1);
    stack.addVersion(2);
    await stack.up({ modelVersion: "1" });
    rest = await stack.openService(8501);
    grpc = await stack.openService(8500);
  });
  afterAll(() => stack?.stop());

  test("gives a canary its share, and loses no request while its balancers are replaced", async () => {
    const balancers = stack.podNames("balancer");
    const results = await underLoad(() =>
      stack.up({ canaryVersion: "2", canaryPercent: 30, canaryReplicas: 1 }),
    );
    results.forEach((result) => expect(result.failed, describeLoad(result)).toBe(0));
    expect(stack.podNames("balancer").filter((name) => balancers.includes(name))).toEqual([]);
    expect(Math.abs((await canaryCalls()) - 0.3 * calls)).toBeLessThan(spread);
  });

  test("moves the canary's share to 100 % without a lost request or another replica", async () => {
    const replicas = [...stack.podNames("replica"), ...stack.podNames("canary")];
    const results = await underLoad(() => stack.up({ canaryPercent: 100 }));
    results.forEach((result) => expect(result.failed, describeLoad(result)).toBe(0));
    expect([...stack.podNames("replica"), ...stack.podNames("canary")]).toEqual(replicas);
    await expect.poll(canaryCalls, { timeout: 60_000 }).toBe(calls);
  });

  test("makes the canary what everybody gets without a lost request", async () => {
    const none = { canaryVersion: undefined, canaryPercent: undefined, canaryReplicas: undefined };
    const results = await underLoad(() => stack.up({ modelVersion: "2", ...none }));
    results.forEach((result) => expect(result.failed, describeLoad(result)).toBe(0));
    await expect.poll(() => stack.podNames("canary"), { timeout: 60_000 }).toEqual([]);
  });

  test("answers on when a replica is killed, and has as many again", async () => {
    const [first] = stack.podNames("replica");
    const load = stack.startLoad(rest);
    await load.more(50);
    load.mark("killed");
    stack.cluster.kubectl("-n", namespace, "delete", "pod", first, "--force", "--grace-period=0");
    await expect.poll(() => stack.readyPods("replica").length, { timeout: 90_000 }).toBe(2);
    load.mark("after");
    await load.more(50);
    const result = await load.stop();
    expect(result.phases.after.failed, describeLoad(result)).toBe(0);
    // What that very process was working on.
    expect(result.failed, describeLoad(result)).toBeLessThan(5);
  });

  test("grows with its load, and shrinks again", async () => {
    const autoscaling = { minReplicas: 1, maxReplicas: 3, cpuPercent: 15, scaleDownSeconds: 10 };
    await stack.up({ replicas: undefined, kubernetesService: { ...stack.service, autoscaling } });
    await expect.poll(() => stack.readyPods("replica").length, { timeout: 120_000 }).toBe(1);
    const load = stack.startLoad(rest, 150);
    await expect
      .poll(() => stack.readyPods("replica").length, { timeout: 180_000 })
      .toBeGreaterThan(1);
    const result = await load.stop();
    expect(result.failed, describeLoad(result)).toBe(0);
    await expect.poll(() => stack.readyPods("replica").length, { timeout: 180_000 }).toBe(1);
  });

  /** A load on REST and gRPC from before until after some work. */
  async function underLoad(work: () => Promise<unknown>): Promise<LoadResult[]> {
    const request = serializeModelStatus({ model: "scale" });
    const address = `127.0.0.1:${grpc}`;
    const target = { api: "grpc" as const, address, method: modelStatusMethod, request };
    const loads: Load[] = [stack.startLoad(rest), startLoad({ target, perSecond: 20 })];
    const mark = async (phase: string) => {
      loads.forEach((load) => load.mark(phase));
      await Promise.all(loads.map((load) => load.more(50)));
    };
    await mark("before");
    loads.forEach((load) => load.mark("during"));
    await work();
    await mark("after");
    const results = await Promise.all(loads.map((load) => load.stop()));
    results.forEach((result) => console.info(describeLoad(result)));
    return results;
  }

  async function canaryCalls(): Promise<number> {
    let found = 0;
    for (let call = 0; call < calls; call++) {
      if ((await stack.versions(rest)) === "2") found++;
    }
    return found;
  }
});
