// A recorded stack on Docker, previewed with today's program.
import { expect, test } from "vitest";
import { previewRecorded } from "../../support/recordedStack";

test("a recorded stack on Docker loses nothing", async () => {
  expect(await previewRecorded("docker")).toEqual({ lost: [], changed: [] });
});
