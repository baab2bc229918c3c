import { expect, it } from "vitest";

import { isComplete } from "../../../components/kubernetes/release/rolloutStatus";
import { liveDeployment } from "./liveDeployment";

const all = { observedGeneration: 2, replicas: 3, updatedReplicas: 3, availableReplicas: 3 };
const one = { observedGeneration: 2, replicas: 1, updatedReplicas: 1 };

it.each<[string, number | undefined, object | undefined, boolean]>([
  ["three pods is complete with all of them there", 3, all, true],
  ["three is not before its controller has seen it", 3, undefined, false],
  [
    "three is not while its controller has seen the change before",
    ...([3, { ...all, observedGeneration: 1 }, false] as const),
  ],
  ["three is not with an old pod left", 3, { ...all, replicas: 4 }, false],
  ["three is not with an old pod among them", 3, { ...all, updatedReplicas: 2 }, false],
  ["three is not with one that is not available", 3, { ...all, availableReplicas: 2 }, false],
  [
    "three is not with an old pod that is available yet",
    3,
    { ...all, availableReplicas: 4 },
    false,
  ],
  ["no pods is complete without any", 0, { observedGeneration: 2 }, true],
  ["no pods is not while one is left", 0, one, false],
  [
    "a number that is not said is complete with one",
    undefined,
    { ...one, availableReplicas: 1 },
    true,
  ],
])("a Deployment of %s", (_, replicas, status, complete) => {
  const spec = replicas === undefined ? {} : { replicas };
  const live = liveDeployment({ generation: 2 }, spec, status as Record<string, unknown>);
  expect(isComplete(live)).toBe(complete);
});
