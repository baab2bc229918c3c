import type { EdgeArgs } from "@tf-model-serving/core";
import { balancerImage } from "../test/support/balancer";
import { EchoBalancer, startEchoBalancer } from "../test/support/echoBalancer";
import { startLoad } from "../test/support/load";
import { predictMethod } from "../test/support/servingGrpc";
import { measure, say, size } from "./support/measure";

// Four replicas of one CPU, that answer 20 calls in a second each.
const replica = { workers: 1, serviceMs: 50 };
const replicas = 4;
const capacity = (replicas * replica.workers * 1000) / replica.serviceMs;
const overload = 3;
const [seconds, shortSeconds] = [size(60, 8), size(20, 5)];

const limits: Record<string, EdgeArgs["limits"]> = {
  "as by default": undefined,
  "2 calls for each CPU, and none that waits": { callsPerReplica: 2, queuedPerReplica: 0 },
};

/** What came of a service under more than it can do. */
interface Overload {
  halfP99: number;
  peak: number;
  goodput: number;
  p99: number;
  slowestRefusal: number;
}

measure("overload", 20, async (later) => {
  const rows: string[][] = [];
  const found: Record<string, Overload> = {};
  for (const api of ["rest", "grpc"] as const) {
    for (const [name, given] of Object.entries(limits)) {
      const started = Array.from({ length: replicas }, () => replica);
      const balancer = await startEchoBalancer(balancerImage(), started, { limits: given });
      later(() => balancer.remove());
      const one = (found[`${api} ${name}`] = await offer(api, balancer));
      balancer.remove();
      const { halfP99, peak, goodput, p99, slowestRefusal } = one;
      say(`${api}, ${name}: ${JSON.stringify(one)}`);
      rows.push([
        ...[`${api}, ${name}`, `${peak.toFixed(0)}/s`, `${goodput.toFixed(0)}/s`],
        ...[(goodput / peak).toFixed(2), `${halfP99.toFixed(0)} ms`, `${p99.toFixed(0)} ms`],
        ...[(p99 / halfP99).toFixed(1), `${slowestRefusal.toFixed(0)} ms`],
      ]);
    }
  }
  const all = Object.values(found);
  const leastGoodput = Math.min(...all.map(({ goodput, peak }) => goodput / peak));
  const slowest = Math.max(...all.map(({ slowestRefusal }) => slowestRefusal));
  const longest = Math.max(...all.map(({ p99, halfP99 }) => p99 / halfP99));
  return {
    title: "Three times what the replicas can do",
    how: [
      `${replicas} replicas that take ${replica.serviceMs} ms for each call, one at a time, so that ${capacity} calls a second are ` +
        `their capacity; the peak is what 16 clients that wait for their answers get in ${shortSeconds} s, half load is half the ` +
        `capacity, evenly spaced, for ${shortSeconds} s, and the overload ${overload} times the capacity for ${seconds} s.`,
    ],
    goals: [
      {
        goal: "0.90 of the peak is answered at least",
        result: leastGoodput.toFixed(2),
        met: leastGoodput >= 0.9,
      },
      {
        goal: "every refusal within 100 ms",
        result: `${slowest.toFixed(0)} ms`,
        met: slowest <= 100,
      },
      {
        goal: "99 % of accepted calls within 3 times that at half load",
        result: longest.toFixed(1),
        met: longest <= 3,
      },
    ],
    tables: [
      {
        columns: [
          "limits",
          "peak",
          "answered",
          "of the peak",
          "p99 at half load",
          "p99",
          "times",
          "slowest refusal",
        ],
        rows,
      },
    ],
    notMeasured: ["TensorFlow Serving: how long its calls take depends on how many there are."],
  };
});

async function offer(
  api: "rest" | "grpc",
  { restPort, grpcPort }: EchoBalancer,
): Promise<Overload> {
  const target =
    api === "rest"
      ? { api, url: `http://127.0.0.1:${restPort}/v1/models/m:predict`, body: "{}" }
      : { api, address: `127.0.0.1:${grpcPort}`, method: predictMethod, request: Buffer.alloc(60) };
  const connections = api === "rest" ? 512 : 4;
  const half = await startLoad({
    target,
    perSecond: capacity / 2,
    connections,
    maxSeconds: shortSeconds,
  }).ended;
  const peak = await startLoad({ target, concurrency: 16, connections, maxSeconds: shortSeconds })
    .ended;
  const over = await startLoad({
    target,
    perSecond: overload * capacity,
    connections,
    maxSeconds: seconds,
  }).ended;
  return {
    halfP99: half.latency.p99,
    peak: peak.perSecond,
    goodput: over.perSecond,
    p99: over.latency.p99,
    slowestRefusal: Math.max(0, ...over.failures.map(({ slowestMs }) => slowestMs)),
  };
}
