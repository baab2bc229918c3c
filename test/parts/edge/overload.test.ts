// Three times what the replicas can do: what is accepted is answered, what is refused is told so.
import { afterEach, describe, expect, test } from "vitest";
import { balancerImage } from "../../support/balancer";
import { docker, inspect } from "../../support/docker";
import { EchoBalancer, startEchoBalancer } from "../../support/echoBalancer";
import { describeLoad, Load, startLoad } from "../../support/load";
import { lostCalls, refusalsOf } from "../../support/overload";
import { predictMethod } from "../../support/servingGrpc";
import { until } from "../../support/until";

// Two replicas that answer 40 calls in a second each.
const replica = { workers: 2, serviceMs: 50 };
const capacity = 80;
const limits = { callsPerReplica: 4, queuedPerReplica: 4, queueMilliseconds: 80 };

let balancer: EchoBalancer | undefined;

afterEach(() => {
  balancer?.remove();
  balancer = undefined;
});

test.each(["rest", "grpc"] as const)(
  "more %s calls than replicas can answer are refused as such, and none that is accepted is lost",
  async (api) => {
    balancer = await startEchoBalancer(balancerImage(), [replica, replica], { limits });
    const load = overload(api, balancer);
    await load.more(10 * capacity);
    const { total, failed, failures, perSecond } = await load.stop();
    const reasons = failures.map(({ reason }) => reason);
    expect(reasons.filter((reason) => !refusalsOf[api].includes(reason))).toEqual([]);
    expect(failed).toBeGreaterThan(0);
    expect(perSecond).toBeGreaterThan(0);
    const counts = await Promise.all(balancer.replicas.map((one) => one.counts()));
    expect(sum(counts.map(({ answered }) => answered))).toBe(total - failed);
    expect(Math.max(...counts.map(({ most }) => most))).toBe(limits.callsPerReplica);
    expect(balancer.replicas.map(({ id }) => inspect(id).RestartCount)).toEqual([0, 0]);
  },
);

test("a refusal of REST says when to come again", async () => {
  balancer = await startEchoBalancer(balancerImage(), [{ workers: 1, serviceMs: 2000 }], {
    limits: { callsPerReplica: 1, queuedPerReplica: 0 },
  });
  const url = `http://127.0.0.1:${balancer.restPort}/v1/models/m:predict`;
  const ask = () => fetch(url, { method: "POST", body: "{}" });
  const answers = await Promise.all([ask(), ask(), ask()]);
  const refused = answers.filter(({ status }) => status !== 200);
  expect(refused.map(({ status }) => status)).toEqual([503, 503]);
  expect(refused[0].headers.get("retry-after")).toBe("1");
  expect(await refused[0].json()).toEqual({ error: "the service is full" });
});

describe("a queue", () => {
  const one = { workers: 1, serviceMs: 500 };
  const limits = { callsPerReplica: 2, queuedPerReplica: 6, queueMilliseconds: 15_000 };

  test("takes a burst up", async () => {
    balancer = await startEchoBalancer(balancerImage(), [one], { limits });
    expect(await burst(8)).toEqual(Array(8).fill(200));
  });

  test("holds nothing while the service refuses, and takes the next burst up after that", async () => {
    balancer = await startEchoBalancer(balancerImage(), [one], { limits });
    const answers = await burst(20);
    expect(answers.filter((status) => status === 200)).toHaveLength(8);

    const load = overload("rest", balancer);
    // Until those that have filled the queue are answered.
    await load.more(20 * capacity);
    load.mark("later");
    await load.more(6 * capacity);
    const { phases } = await load.stop();
    // Two at the replica, and none before them: with a queue they would take twice this long.
    expect(phases.later.latency.max).toBeLessThan(4 * one.serviceMs);

    // A refusal would begin the second anew.
    const takenUp = async () => (await burst(8)).every((status) => status === 200);
    await until("a burst is taken up again", takenUp, 30_000, 3000);
  });

  /** The statuses of so many calls at once. */
  function burst(calls: number): Promise<number[]> {
    const url = `http://127.0.0.1:${balancer!.restPort}/v1/models/m:predict`;
    const ask = async () => (await fetch(url, { method: "POST", body: "{}" })).status;
    return Promise.all(Array.from({ length: calls }, ask));
  }
});

test("a replica that leaves and one that joins in the middle of it lose no accepted call", async () => {
  balancer = await startEchoBalancer(balancerImage(), [replica, replica], { limits });
  const loads = (["rest", "grpc"] as const).map((api) => overload(api, balancer!));
  const more = () => Promise.all(loads.map((load) => load.more(3 * capacity)));
  await more();
  const joined = await balancer.addReplica();
  await until("it has calls", async () => (await joined.counts()).answered > 0);
  docker("kill", "--signal", "TERM", balancer.replicas[0].id);
  const ended = () => inspect(balancer!.replicas[0].id).State.Status === "exited";
  await until("the other one has ended", ended);
  await more();
  for (const load of loads) {
    const result = await load.stop();
    expect(lostCalls(result), describeLoad(result)).toEqual([]);
  }
});

function overload(api: "rest" | "grpc", { restPort, grpcPort }: EchoBalancer): Load {
  const target =
    api === "rest"
      ? { api, url: `http://127.0.0.1:${restPort}/v1/models/m:predict`, body: "{}" }
      : { api, address: `127.0.0.1:${grpcPort}`, method: predictMethod, request: Buffer.alloc(60) };
  const connections = api === "rest" ? 256 : 2;
  return startLoad({ target, perSecond: 3 * capacity, connections, maxSeconds: 60 });
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
