import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { objects } from "../../support/docker";
import { keepAsking, LightClient } from "../../support/lightClient";
import { recoveringStack } from "../../support/recoveringStack";

// Other moments are killed in test/nightly.
describe("npm run up, killed", () => {
  const stack = recoveringStack("recover", 18611);
  let client: LightClient;

  beforeEach(() => {
    client = keepAsking(stack.url);
    stack.configureRelease();
  });
  afterEach(() => client.stop());
  afterAll(() => stack.remove());

  test("three times in a row while the stack is made, comes up the fourth time", async () => {
    await stack.killUpAt({ says: /Network serving creating/ });
    await stack.killUpAt({ docker: /^start serving-replica-1/, group: true });
    await stack.killUpAt({ docker: /^start serving-balancer-[0-9a-f]{7}$/ });
    await stack.expectConverged(client);
  });

  test("while an old replica drains, answers on, and the next one converges", async () => {
    await stack.killUpAt({ docker: /^kill serving-replica/, group: true });
    await stack.expectConverged(client);
    await client.stop();
    expect(client.answered).toBeGreaterThan(50);
  });

  test("down removes what an interrupted update left", async () => {
    await stack.killUpAt({ docker: /^start serving-replica/ });
    const { output, status } = await stack.down();
    expect(objects(stack.label)).toEqual([]);
    expect(output).toContain(`nothing of ${stack.label} is left on Docker`);
    expect(status).toBe(0);
  });
});
