import { describe, expect, it } from "vitest";

import {
  Pod,
  podVerdict,
  ReplicaSet,
  replicaSetVerdict,
} from "../../../components/kubernetes/release/podVerdict";

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

type Server = NonNullable<NonNullable<Pod["status"]>["containerStatuses"]>[number];

function pod(server: Partial<Server>, status: Partial<NonNullable<Pod["status"]>> = {}): Pod {
  return {
    metadata: { name: "replica-1", creationTimestamp: created },
    status: {
      phase: "Running",
      conditions: [scheduled, unready],
      containerStatuses: [{ ...identity("server"), ...server }],
      ...status,
    },
  };
}

function identity(name: string) {
  return { name, image: "", imageID: "", ready: false, restartCount: 0 };
}

function ended(exitCode: number, from: number, to: number, reason?: string) {
  return { terminated: { exitCode, reason, startedAt: after(from), finishedAt: after(to) } };
}

describe("a new pod that cannot serve", () => {
  const backOff = { waiting: { reason: "ImagePullBackOff", message: "not found" } };
  const table: [string, Pod, number, RegExp, string | undefined][] = [
    [
      "has ended",
      pod({ state: ended(255, 5, 7) }),
      8,
      /^ended with code 255 before it was/,
      "last",
    ],
    [
      "waits to be started again",
      pod({ state: { waiting: { reason: "CrashLoopBackOff" } }, lastState: ended(255, 5, 7) }),
      8,
      /^ended with code 255 before it was ready$/,
      "last",
    ],
    [
      "was started again",
      pod({ state: running, lastState: ended(1, 2, 4) }),
      6,
      /^ended with code 1 before it was ready$/,
      "previous",
    ],
    [
      "ran out of memory",
      pod({ state: ended(137, 5, 7, "OOMKilled") }),
      8,
      /^ran out of memory before it was ready: raise memoryMb$/,
      "last",
    ],
    [
      "ended once it was ready",
      pod(
        { state: ended(139, 5, 30) },
        { conditions: [scheduled, { ...unready, lastTransitionTime: after(30) }] },
      ),
      31,
      /^ended with code 139 soon after it was ready$/,
      "last",
    ],
    [
      "was given up by the kubelet's startup probe",
      pod({ state: running, lastState: ended(137, 5, 46) }),
      50,
      /^is not ready 40 s after its start\. .*startTimeoutSeconds$/,
      "previous",
    ],
    [
      "is not ready in time",
      pod({ state: running, started: false }),
      46,
      /^is not ready 40 s after its start/,
      "last",
    ],
    [
      "gets no image",
      pod({ state: backOff }),
      32,
      /^cannot pull its image \(ImagePullBackOff: not found\)/,
      undefined,
    ],
    [
      "cannot be configured",
      pod({
        state: {
          waiting: { reason: "CreateContainerConfigError", message: 'secret "a" not found' },
        },
      }),
      32,
      /^cannot start \(CreateContainerConfigError: secret "a" not found\)$/,
      undefined,
    ],
    [
      "finds no node",
      pod(
        {},
        {
          containerStatuses: undefined,
          conditions: [
            {
              type: "PodScheduled",
              status: "False",
              reason: "Unschedulable",
              message: "0/1 nodes are available: 1 Insufficient nvidia.com/gpu.",
            },
          ],
        },
      ),
      616,
      /^finds no node: 0\/1 nodes are available: 1 Insufficient nvidia.com\/gpu\. .*strategy inPlace.*schedulingTimeoutSeconds/,
      undefined,
    ],
    [
      "is seen by no scheduler",
      pod({}, { conditions: [] }),
      616,
      /^finds no node: no scheduler has looked at it\./,
      undefined,
    ],
    [
      "is pulled for too long",
      pod({ state: { waiting: { reason: "ContainerCreating" } } }),
      616,
      /^has a node, and no container 600 s after .*raise schedulingTimeoutSeconds/,
      undefined,
    ],
    [
      "gets no container",
      pod({}, { containerStatuses: undefined }),
      616,
      /^has a node, and no container 600 s after/,
      undefined,
    ],
  ];

  it.each(table)("%s", (_name, pod, second, why, said) => {
    const verdict = podVerdict(pod, limits, after(second));
    expect(verdict?.why).toMatch(why);
    expect(verdict?.said).toBe(said);
  });
});

describe("a new pod that may still serve", () => {
  const pull = { waiting: { reason: "ImagePullBackOff" } };
  const table: [string, Pod, number][] = [
    ["is loading its model", pod({ state: running, started: false }), 44],
    ["is being found by the balancers", pod({ state: running, started: true }), 900],
    ["is being pulled", pod({ state: { waiting: { reason: "ContainerCreating" } } }), 614],
    [
      "was pulled for longer than it may load",
      pod({ state: { running: { startedAt: after(614) } }, started: false }),
      653,
    ],
    ["could not be pulled once", pod({ state: pull }), 30],
    [
      "is being deleted",
      { ...pod({ state: ended(0, 5, 7) }), metadata: { deletionTimestamp: after(6) } },
      9,
    ],
    ["was evicted", pod({ state: ended(137, 5, 7) }, { phase: "Failed", reason: "Evicted" }), 9],
    ["has not been seen by the scheduler", pod({}, { conditions: [] }), 614],
    [
      "waits for a node that is being added, or for the place of an old one",
      pod({}, { conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] }),
      614,
    ],
    [
      "has a sidecar that ended",
      pod({}, { containerStatuses: [{ ...identity("proxy"), state: ended(1, 5, 7) }] }),
      9,
    ],
    [
      "serves",
      pod(
        { state: running, started: true },
        { conditions: [scheduled, { type: "Ready", status: "True" }] },
      ),
      900,
    ],
  ];

  it.each(table)("%s", (_name, pod, second) => {
    expect(podVerdict(pod, limits, after(second))).toBeUndefined();
  });
});

describe("a ReplicaSet", () => {
  const message = 'pods "a" is forbidden: exceeded quota: compute';
  const failing: ReplicaSet = {
    status: {
      replicas: 0,
      conditions: [
        { type: "ReplicaFailure", status: "True", message, lastTransitionTime: created },
      ],
    },
  };

  it("that may create no pods cannot serve", () => {
    expect(replicaSetVerdict(failing, limits, after(16))).toBe(`cannot be created: ${message}`);
  });

  it("may wait until old pods have made room", () => {
    expect(replicaSetVerdict(failing, limits, after(14))).toBeUndefined();
  });

  it("without failures is fine", () => {
    expect(replicaSetVerdict({ status: { replicas: 1 } }, limits, after(900))).toBeUndefined();
  });
});
