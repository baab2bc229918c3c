import { expect, it } from "vitest";
import {
  balancerMemoryMb,
  bufferBytes,
  maxConnections,
} from "../../../components/core/serving/balancer/size";

const mb = 2 ** 20;

it("has memory for a large request on every connection, beside the process that it replaces", () => {
  const requests = (2 * maxConnections * bufferBytes) / mb;
  expect(requests + 2 * 64).toBeLessThan(balancerMemoryMb);
});

it("has memory for a thousand pictures over gRPC that wait for a replica", () => {
  expect((1000 * 602_000) / mb + 2 * 64).toBeLessThan(balancerMemoryMb);
});

it("takes HTTP/2's frames whole, and no more memory than a small cluster's nodes have", () => {
  expect(bufferBytes).toBeGreaterThanOrEqual(2 * 16_384);
  expect(balancerMemoryMb).toBeLessThanOrEqual(1024);
});
