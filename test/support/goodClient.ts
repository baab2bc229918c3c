import { createHash } from "crypto";
import { expect } from "vitest";
import type { EchoBalancer } from "./echoBalancer";
import { describeLoad, startLoad } from "./load";
import { predictMethod } from "./servingGrpc";

/** A key, and the hash that a stack knows of it. */
export const goodKey = `tfs_${"A".repeat(43)}`;
export const goodKeyHash = `sha256:${createHash("sha256").update(goodKey).digest("hex")}`;

const path = "/v1/models/good:predict";
const headers = { "x-api-key": goodKey };

/**
 * Runs an attack beside a client that only predicts, over REST and gRPC: none of its requests may
 * fail, and nothing but them, and what is `meant` to, may reach a replica.
 *
 * @param meant - requests that reach one, by method and path
 */
export async function besideGoodClient<T>(
  { restPort, grpcPort, replicas }: EchoBalancer,
  attack: () => Promise<T>,
  meant: Record<string, number> = {},
): Promise<T> {
  const before = await callsOf(replicas);
  const url = `http://127.0.0.1:${restPort}${path}`;
  const address = `127.0.0.1:${grpcPort}`;
  const request = Buffer.alloc(60);
  const loads = [
    startLoad({ target: { api: "rest", url, body: "{}", headers }, perSecond: 50 }),
    startLoad({
      target: { api: "grpc", address, method: predictMethod, request, headers },
      perSecond: 50,
    }),
  ];
  const more = () => Promise.all(loads.map((load) => load.more(10)));
  const result = await more()
    .then(attack)
    .finally(() => loads.forEach((load) => load.stop()));
  const [rest, grpc] = await Promise.all(loads.map((load) => load.ended));
  for (const load of [rest, grpc]) expect(load.failed, describeLoad(load)).toBe(0);
  const after = await callsOf(replicas);
  const reached = Object.entries(after)
    .map(([call, count]) => [call, count - (before[call] ?? 0)] as const)
    .filter(([, count]) => count > 0);
  expect(Object.fromEntries(reached)).toEqual({
    [`POST ${path}`]: rest.total,
    [`POST ${predictMethod}`]: grpc.total,
    ...meant,
  });
  return result;
}

/** Requests that have reached any of the replicas, by method and path. */
async function callsOf(replicas: EchoBalancer["replicas"]): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { calls } of await Promise.all(replicas.map((replica) => replica.counts()))) {
    for (const [call, count] of Object.entries(calls)) sums[call] = (sums[call] ?? 0) + count;
  }
  return sums;
}
