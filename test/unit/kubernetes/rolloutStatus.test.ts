import { describe, expect, it } from "vitest";

import type { LiveObject } from "../../../components/kubernetes/cluster/appliedConfiguration";
import { isComplete } from "../../../components/kubernetes/release/rolloutStatus";

/** The second generation of a Deployment. */
function deployment(spec: LiveObject["spec"], status?: LiveObject["status"]): LiveObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "model", namespace: "models", uid: "1", generation: 2 },
    spec,
    status,
  };
}

const all = { observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3 };

describe("a Deployment of three pods", () => {
  it.each<[string, LiveObject["status"], boolean]>([
    ["is complete with all of them there", all, true],
    ["is not before its controller has seen it", undefined, false],
    [
      "is not while its controller has seen the change before",
      { ...all, observedGeneration: 1 },
      false,
    ],
    ["is not with an old pod left", { ...all, replicas: 4 }, false],
    ["is not with an old pod among them", { ...all, updatedReplicas: 2 }, false],
    ["is not with a pod that is not available", { ...all, availableReplicas: 2 }, false],
    ["is not with an old pod that is available yet", { ...all, availableReplicas: 4 }, false],
  ])("%s", (_name, status, complete) => {
    expect(isComplete(deployment({ replicas: 3 }, status))).toBe(complete);
  });
});

describe("a Deployment that is scaled to zero", () => {
  it("is complete without pods", () => {
    expect(isComplete(deployment({ replicas: 0 }, { observedGeneration: 2 }))).toBe(true);
  });

  it("is not while a pod is left", () => {
    const status = { observedGeneration: 2, replicas: 1, updatedReplicas: 1 };
    expect(isComplete(deployment({ replicas: 0 }, status))).toBe(false);
  });
});

describe("a Deployment that does not say how many", () => {
  it("is complete with one pod", () => {
    const status = { observedGeneration: 2, replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
    expect(isComplete(deployment({}, status))).toBe(true);
  });
});
