import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Moment } from "../support/killedUp";
import { keepAsking, LightClient } from "../support/lightClient";
import { recoveringStack } from "../support/recoveringStack";

// With those of test/e2e/docker, ten moments.
const moments: [string, Moment][] = [
  ["before it changes anything", { says: /^Updating/m }],
  ["when Docker has created a replica", { docker: /^create serving-replica/, group: true }],
  ["when Docker has started a replica", { docker: /^start serving-replica/ }],
  ["when the first new replica is ready", { says: /replica-\d created replacement/, group: true }],
  ["when the old replicas are to be deleted", { says: /replica-\d deleting original/ }],
  ["when an old replica is gone", { docker: /^destroy serving-replica/ }],
];

describe("npm run up, killed in a release", () => {
  const stack = recoveringStack("recover-soak", 18613);
  let client: LightClient;

  beforeAll(async () => {
    const first = keepAsking(stack.url);
    stack.configureRelease();
    await stack.expectConverged(first);
    await first.stop();
  });
  beforeEach(() => {
    client = keepAsking(stack.url);
    stack.configureRelease();
  });
  afterEach(() => client.stop());
  afterAll(() => stack.remove());

  test.each(moments)("%s: the service answers on, the next one converges", async (_, moment) => {
    await stack.killUpAt(moment);
    await stack.expectConverged(client);
    await client.stop();
    expect(client.answered).toBeGreaterThan(50);
  });
});
