import { beforeEach, describe, expect, it } from "vitest";

import { healthPace, dockerLabels } from "../../../components/docker/containerDefaults";
import { cpusText, durationText } from "../../../components/engine/providerText";
import { startMocks } from "../../support/mocks";

describe("the pace of a health check", () => {
  const slow = { startPeriod: "1m0s", interval: "3s" };
  const quickAtStart = { startPeriod: "1m0s", interval: "30s", startInterval: "1s" };

  it.each([
    [undefined, slow],
    ["1.24", slow],
    ["1.41", slow],
    ["1.43", slow],
    ["1.44", quickAtStart],
    ["1.100", quickAtStart],
    ["2.0", quickAtStart],
  ])("with API %s", (apiVersion, pace) => {
    expect(healthPace(apiVersion, 60)).toEqual(pace);
  });
});

describe("labels", () => {
  beforeEach(async () => {
    await startMocks();
  });

  it("name stack and part, sorted by name", () => {
    expect(dockerLabels("replica")).toEqual([
      { label: "tfserving.part", value: "replica" },
      { label: "tfserving.stack", value: "tfserving/dev" },
    ]);
  });

  it("cannot be made to name another stack or part", () => {
    const extra = { "tfserving.stack": "other/prod", "tfserving.part": "x", zone: "1", area: "2" };
    expect(dockerLabels("replica", extra)).toEqual([
      { label: "area", value: "2" },
      { label: "tfserving.part", value: "replica" },
      { label: "tfserving.stack", value: "tfserving/dev" },
      { label: "zone", value: "1" },
    ]);
  });
});

// Expected values: Go's time.Duration.String, and nanoInt64ToDecimalString of the provider.
describe("values in the provider's own spelling", () => {
  it.each([
    [0, "0s"],
    [1, "1s"],
    [59, "59s"],
    [60, "1m0s"],
    [61, "1m1s"],
    [3599, "59m59s"],
    [3600, "1h0m0s"],
  ])("%d seconds", (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });

  it.each([
    [0.1, "0.1"],
    [0.25, "0.25"],
    [0.5, "0.5"],
    [1, "1.0"],
    [1.5, "1.5"],
    [2.25, "2.25"],
    [10, "10."],
    [10.04, "10."],
    [20.5, "20.5"],
    [100, "100."],
    [100.5, "100.5"],
  ])("%d CPUs", (cpus, text) => {
    expect(cpusText(cpus)).toBe(text);
  });
});
