// A recorded stack on a swarm, previewed with today's program. No swarm is there: its manager's
// answers are what a preview needs.
import { expect, test } from "vitest";
import { startFakeEngine, swarmAnswers } from "../../support/fakeEngine";
import { previewRecorded } from "../../support/recordedStack";

test("a recorded stack on a swarm loses nothing", async () => {
  const host = await startFakeEngine(swarmAnswers());
  expect(await previewRecorded("swarm", { host })).toEqual({ lost: [], changed: [] });
});
