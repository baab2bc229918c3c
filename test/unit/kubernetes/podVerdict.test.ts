import { describe, expect, it } from "vitest";

import {
  Pod,
  podVerdict,
  ReplicaSet,
  replicaSetVerdict,
} from "../../../components/kubernetes/release/podVerdict";
import { refusals } from "../../support/refusals";

const created = new Date("2026-01-01T00:00:00Z");
const limits = {
  container: "server",
  startTimeoutSeconds: 40,
  schedulingTimeoutSeconds: 600,
  stopGraceSeconds: 15,
};

const after = (seconds: number) => new Date(created.getTime() + seconds * 1000);
const scheduled = { type: "PodScheduled", status: "True", lastTransitionTime: after(1) };
const unready = { type: "Ready", status: "False", lastTransitionTime: after(1) };
const running = { running: { startedAt: after(5) } };
const creating = { waiting: { reason: "ContainerCreating" } };
const unschedulable = { type: "PodScheduled", status: "False", reason: "Unschedulable" };
const identity = { name: "server", image: "", imageID: "", ready: false, restartCount: 0 };

type Status = NonNullable<Pod["status"]>;
type Server = NonNullable<Status["containerStatuses"]>[number];

function pod(server: Partial<Server>, status: Partial<Status> = {}): Pod {
  return {
    metadata: { name: "replica-1", creationTimestamp: created },
    status: {
      phase: "Running",
      conditions: [scheduled, unready],
      containerStatuses: [{ ...identity, ...server }],
      ...status,
    },
  };
}

function ended(exitCode: number, from: number, to: number, reason?: string) {
  return { terminated: { exitCode, reason, startedAt: after(from), finishedAt: after(to) } };
}

function waiting(reason: string, message?: string) {
  return { waiting: { reason, message } };
}

/** Pods, and the second after their creation in which they are looked at. */
const failed: Record<string, [Pod, number]> = {
  "has ended": [pod({ state: ended(255, 5, 7) }), 8],
  "waits to be started again": [
    pod({ state: waiting("CrashLoopBackOff"), lastState: ended(255, 5, 7) }),
    8,
  ],
  "was started again": [pod({ state: running, lastState: ended(1, 2, 4) }), 6],
  "ran out of memory": [pod({ state: ended(137, 5, 7, "OOMKilled") }), 8],
  "ended once it was ready": [
    pod(
      { state: ended(139, 5, 30) },
      { conditions: [scheduled, { ...unready, lastTransitionTime: after(30) }] },
    ),
    31,
  ],
  "was given up by the kubelet's startup probe": [
    pod({ state: running, lastState: ended(137, 5, 46) }),
    50,
  ],
  "is not ready in time": [pod({ state: running, started: false }), 46],
  "gets no image": [pod({ state: waiting("ImagePullBackOff", "not found") }), 32],
  "cannot be configured": [
    pod({ state: waiting("CreateContainerConfigError", 'secret "a" not found') }),
    32,
  ],
  "finds no node": [
    pod(
      { state: undefined },
      { conditions: [{ ...unschedulable, message: "0/1 nodes: 1 Insufficient nvidia.com/gpu." }] },
    ),
    616,
  ],
  "is seen by no scheduler": [pod({}, { conditions: [] }), 616],
  "is pulled for too long": [pod({ state: creating }), 616],
  "gets no container": [pod({}, { containerStatuses: undefined }), 616],
};

it("a new pod that cannot serve is told of, with whose last lines tell more", async () => {
  const said = await refusals(failed, ([pod, second]) => {
    const verdict = podVerdict(pod, limits, after(second));
    return verdict ? [verdict.why, ...(verdict.said ? [`(${verdict.said} lines)`] : [])] : [];
  });
  await expect(said).toMatchFileSnapshot("snapshots/pod-verdicts.txt");
});

describe("a new pod that may still serve", () => {
  it.each<[string, Pod, number]>([
    ["is loading its model", pod({ state: running, started: false }), 44],
    ["is being found by the balancers", pod({ state: running, started: true }), 900],
    ["is being pulled", pod({ state: creating }), 614],
    [
      "was pulled for longer than it may load",
      pod({ state: { running: { startedAt: after(614) } }, started: false }),
      653,
    ],
    ["could not be pulled once", pod({ state: waiting("ImagePullBackOff") }), 30],
    [
      "is being deleted",
      { ...pod({ state: ended(0, 5, 7) }), metadata: { deletionTimestamp: after(6) } },
      9,
    ],
    ["was evicted", pod({ state: ended(137, 5, 7) }, { phase: "Failed", reason: "Evicted" }), 9],
    ["has not been seen by the scheduler", pod({}, { conditions: [] }), 614],
    [
      "waits for a node that is being added, or for the place of an old one",
      pod({}, { conditions: [unschedulable] }),
      614,
    ],
    ["has a sidecar that ended", pod({ name: "proxy", state: ended(1, 5, 7) }), 9],
    [
      "serves",
      pod(
        { state: running, started: true },
        { conditions: [scheduled, { ...unready, status: "True" }] },
      ),
      900,
    ],
  ])("%s", (_, pod, second) => {
    expect(podVerdict(pod, limits, after(second))).toBeUndefined();
  });
});

describe("a ReplicaSet", () => {
  const message = 'pods "a" is forbidden: exceeded quota: compute';
  const failure = { type: "ReplicaFailure", status: "True", message, lastTransitionTime: created };
  const failing: ReplicaSet = { status: { replicas: 0, conditions: [failure] } };

  it.each<[string, ReplicaSet, number, string | undefined]>([
    ["that may create no pods cannot serve", failing, 16, `cannot be created: ${message}`],
    ["may wait until old pods have made room", failing, 14, undefined],
    ["without failures is fine", { status: { replicas: 1 } }, 900, undefined],
  ])("%s", (_, replicaSet, second, verdict) => {
    expect(replicaSetVerdict(replicaSet, limits, after(second))).toBe(verdict);
  });
});
