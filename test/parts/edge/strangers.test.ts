// What comes without a key, well formed or not, and what the port of gRPC makes of HTTP/2.
import { afterEach, expect, test } from "vitest";
import { balancerImage } from "../../support/balancer";
import { EchoBalancer, startEchoBalancer } from "../../support/echoBalancer";
import { mutate, randomOf } from "../../support/fuzz";
import { besideGoodClient, goodKeyHash } from "../../support/goodClient";
import { h2spec } from "../../support/h2spec";
import {
  callHeaders,
  endHeaders,
  endStream,
  exchange,
  frame,
  preface,
} from "../../support/rawHttp";
import { predictMethod } from "../../support/servingGrpc";

const limits = { queuedPerReplica: 1000, queueMilliseconds: 5000 };
let balancer: EchoBalancer | undefined;

afterEach(() => {
  balancer?.remove();
  balancer = undefined;
});

test("none of 10,000 malformed requests without a key reaches a replica or disturbs a client", async () => {
  const edge = { auth: { apiKeys: { good: [goodKeyHash] } }, limits };
  const { address } = (balancer = await startEchoBalancer(balancerImage(), [{}], edge));
  const body = JSON.stringify({ instances: [[1, 2, 3]] });
  const seeds = [
    `POST /v1/models/good:predict HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    `POST /v1/models/good:predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    "GET /v1/models/good/metadata HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer tfs_none\r\n\r\n",
  ].map((text) => ({ port: 8501, bytes: Buffer.from(text) }));
  const call = [
    frame("headers", endHeaders, 1, callHeaders(predictMethod, [["x-api-key", "tfs_none"]])),
    frame("data", endStream, 1, Buffer.alloc(65)),
  ];
  seeds.push({ port: 8500, bytes: Buffer.concat([preface, ...call]) });
  const random = randomOf(17);
  let left = 10_000;
  const send = async () => {
    while (left-- > 0) {
      const { port, bytes } = seeds[left % seeds.length];
      await exchange(mutate(bytes, random), { address, port, waitMs: 50, ends: true });
    }
  };
  await besideGoodClient(balancer, () => Promise.all(Array.from({ length: 16 }, send)));
});

test("h2spec finds nothing in the port of gRPC that is wrong", async () => {
  const { address } = (balancer = await startEchoBalancer(balancerImage(), [{}], { limits }));
  const { cases, passed, failed } = await h2spec(address, 8500, predictMethod);
  // HAProxy takes frames of 65,536 bytes, and h2spec sends one at once in a window of 65,480.
  expect(failed).toEqual(["Sends a DATA frame with 2^14 octets in length"]);
  expect([cases, passed]).toEqual([145, 144]);
});
