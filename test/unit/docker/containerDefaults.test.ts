import { beforeEach, describe, expect, it } from "vitest";

import { healthPace, dockerLabels } from "../../../components/core/docker/containerDefaults";
import { cpusText, durationText } from "../../../components/core/engine/providerText";
import { startMocks } from "../../support/mocks";

describe("the pace of a health check", () => {
  const slow = { startPeriod: "1m0s", interval: "3s" };
  const quickAtStart = { startPeriod: "1m0s", interval: "30s", startInterval: "1s" };

  it.each([undefined, "1.24", "1.41", "1.43"])("is slow with API %s", (apiVersion) => {
    expect(healthPace(apiVersion, 60)).toEqual(slow);
  });

  it.each(["1.44", "1.100", "2.0"])("is quick at the start with API %s", (apiVersion) => {
    expect(healthPace(apiVersion, 60)).toEqual(quickAtStart);
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
  it("are seconds", () => {
    const seconds = [0, 1, 59, 60, 61, 3599, 3600].map(durationText).join(" ");
    expect(seconds).toBe("0s 1s 59s 1m0s 1m1s 59m59s 1h0m0s");
  });

  it("are CPUs", () => {
    const cpus = [0.1, 0.25, 0.5, 1, 1.5, 2.25, 10, 10.04, 20.5, 100, 100.5].map(cpusText);
    expect(cpus.join(" ")).toBe("0.1 0.25 0.5 1.0 1.5 2.25 10. 10. 20.5 100. 100.5");
  });
});
