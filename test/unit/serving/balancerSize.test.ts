import { expect, it } from "vitest";
import { edgeDefaults } from "../../../components/core/serving/edge/edgeArgs";
import { balancerMemoryMb, bufferBytes } from "../../../components/core/serving/balancer/size";

const mb = 2 ** 20;

it("holds the largest request whole, with its headers", () => {
  expect(bufferBytes({ maxRequestMb: 3 })).toBeGreaterThanOrEqual(3 * mb + 16_384);
});

it("has memory for a large request on every connection, beside the process that it replaces", () => {
  for (const size of [{}, { maxRequestMb: 4 }, { maxRequestMb: 1, maxConnections: 64 }]) {
    const { maxConnections = edgeDefaults.maxConnections } = size as { maxConnections?: number };
    const requests = (2 * maxConnections * bufferBytes(size)) / mb;
    expect(requests + 2 * 64).toBeLessThan(balancerMemoryMb(size));
  }
});

it("has memory for a thousand pictures over gRPC that wait for a replica", () => {
  expect((1000 * 602_000) / mb + 2 * 64).toBeLessThan(balancerMemoryMb());
});

it("takes HTTP/2's frames whole, and no more memory than a small cluster's nodes have", () => {
  expect(bufferBytes({})).toBeGreaterThanOrEqual(2 * 16_384);
  expect(balancerMemoryMb()).toBeLessThanOrEqual(1024);
});
