import { beforeEach, describe, expect, it } from "vitest";

import { labelsFor, labelValue, ownLabels } from "../../../components/kubernetes/labels";
import { startMocks } from "../../support/mocks";
import { serviceName } from "./kubernetesEdges";

beforeEach(async () => void (await startMocks()));

it("a component's labels are not overridden by the caller's", () => {
  const taken = Object.fromEntries(ownLabels.map((label) => [label, "other"]));
  const args = { serviceName, modelVersion: "7", labels: taken };
  expect(Object.values(labelsFor("replica", args))).not.toContain("other");
});

describe("a label's value", () => {
  it.each([
    ["tfserving.dev", "tfserving.dev"],
    ["_team_.x/y z-", "team_.x-y-z"],
    ["a".repeat(63), "a".repeat(63)],
  ])("for %s is %s", (text, value) => {
    expect(labelValue(text)).toBe(value);
  });

  it("of two long texts stays two, with letters or digits at both ends", () => {
    const values = ["x", "y"].map((end) => labelValue(`${"a".repeat(53)}.${"b".repeat(20)}${end}`));
    expect(values[0]).not.toBe(values[1]);
    for (const value of values) {
      expect(value).toMatch(/^a{53}-[0-9a-f]{8}$/);
    }
  });
});
