import { describe, expect, it } from "vitest";

import type { LiveObject } from "../../../components/kubernetes/cluster/appliedConfiguration";
import { AutoscaledPods } from "../../../components/kubernetes/release/autoscaledPods";
import type { RolloutApi } from "../../../components/kubernetes/release/rolloutApi";

const of = { namespace: "models", name: "model" };

/** A Deployment whose number of replicas the test says at each look. */
function pods(replicas: number[], refusals: number[] = []) {
  const held: { replicas: number; force: boolean }[] = [];
  const warnings: string[] = [];
  let looks = 0;
  const api = {
    deployment: async () =>
      ({
        metadata: { ...of, annotations: {} },
        spec: { replicas: replicas[Math.min(looks++, replicas.length - 1)] },
      }) as unknown as LiveObject,
    holdReplicas: async (_of: object, replicas: number, force: boolean) => {
      const code = refusals.shift();
      if (code !== undefined) {
        throw Object.assign(new Error(`HTTP-Code: ${code}\nMessage: ...`), { code });
      }
      held.push({ replicas, force });
    },
  } as unknown as RolloutApi;
  const warn = (message: string) => void warnings.push(message);
  return { pods: new AutoscaledPods(api, of, 2, warn), held, warnings };
}

describe("the pods of an autoscaled Deployment", () => {
  it("stay as many as the autoscaler has made them, also where it does so at that moment", async () => {
    const { pods: autoscaled, held, warnings } = pods([3, 4], [409]);
    await autoscaled.keep();
    expect(held).toEqual([{ replicas: 4, force: false }]);
    expect(warnings).toEqual([]);
  });

  it("are as many as the autoscaler leaves at least, from the creation on", async () => {
    const { pods: autoscaled, held } = pods([1]);
    await autoscaled.raise();
    expect(held).toEqual([{ replicas: 2, force: true }]);
  });

  it("are not raised where there are enough, nor where an undo has left none", async () => {
    for (const replicas of [0, 2, 3]) {
      const { pods: autoscaled, held } = pods([replicas]);
      await autoscaled.raise();
      expect(held).toEqual([]);
    }
  });

  it("may be one for a moment where the user may not hold them, and the update says so", async () => {
    const { pods: autoscaled, warnings } = pods([3], [403]);
    await autoscaled.keep();
    expect(warnings).toEqual([
      "Deployment models/model may have 1 pod until its autoscaler has looked: 3 cannot be asked for " +
        "(HTTP-Code: 403)",
    ]);
  });
});
