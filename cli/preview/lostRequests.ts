import type { Planned, PlannedChange } from "./planned";

/** What decides whether an update loses requests, besides what it changes. */
export interface Serving {
  /** `surge` or `inPlace`. */
  readonly strategy: string;
  readonly drainSeconds: string;
}

/** Whether requests are expected to be lost, and why or why not. */
export interface LostRequests {
  readonly none: boolean;
  readonly reasons: readonly string[];
}

/** What requests go through on their way to a replica; while one is away, so is the service. */
const waysIn = [
  ...["docker:index/network:Network", "docker:index/service:Service"],
  ...[
    "kubernetes:apps/v1:Deployment",
    "kubernetes:core/v1:Service",
    "kubernetes:core/v1:Namespace",
  ],
  ...["aws:ecs/service:Service", "aws:ecs/cluster:Cluster", "aws:ec2/instance:Instance"],
  ...["aws:lb/loadBalancer:LoadBalancer", "aws:lb/listener:Listener"],
  "docker:index/container:Container",
];

/** What runs replicas, and is changed by a release. */
const runners = [
  ...["docker:index/container:Container", "docker:index/service:Service"],
  ...["kubernetes:apps/v1:Deployment", "aws:ecs/service:Service"],
];

/** The requests that an update is expected to lose: docs/releases.md says why there are none else. */
export function lostRequests(planned: Planned, serving: Serving): LostRequests {
  const { changes, was } = planned;
  if (!was?.image) {
    return { none: true, reasons: ["nothing serves yet"] };
  }
  const served = changes.filter(({ name }) => !/notebook/i.test(name));
  const reasons = [...served.flatMap(interruption), ...lonelyReplica(planned, served, serving)];
  if (reasons.length > 0) {
    return { none: false, reasons };
  }
  return { none: true, reasons: [whyNone(served, serving)] };
}

/** Why a change takes the service away; nothing where it does not. */
function interruption({ operation, type, name, because, inputs }: PlannedChange): string[] {
  const ofContainers = type === "docker:index/container:Container";
  if (!waysIn.includes(type) || (ofContainers && partOf(inputs) !== "balancer")) {
    return [];
  }
  const changed = because.length > 0 ? ` (${because.join(", ")})` : "";
  if (operation === "replace") {
    return [`${name} is replaced${changed}: the service is away until the new one is there`];
  }
  if (operation === "update" && type === "docker:index/service:Service" && /balancer/.test(name)) {
    return [`${name} is updated${changed}: each one stops before its next starts, for their ports`];
  }
  return operation === "delete" ? [`${name} is deleted: what comes through it is lost`] : [];
}

/** With one replica, in place is away. */
function lonelyReplica(
  { was }: Planned,
  served: readonly PlannedChange[],
  { strategy }: Serving,
): string[] {
  return strategy === "inPlace" && was?.replicas === 1 && served.some(isReplica)
    ? [
        "strategy is inPlace and there is 1 replica: the service is away until the new one is ready. " +
          "strategy: surge, or replicas: 2, loses none",
      ]
    : [];
}

function isReplica({ operation, type, name, inputs }: PlannedChange): boolean {
  const runs = runners.includes(type) && !/balancer/.test(name);
  const isPart = type !== "docker:index/container:Container" || partOf(inputs) === "replica";
  return runs && isPart && ["update", "replace"].includes(operation);
}

function whyNone(served: readonly PlannedChange[], { drainSeconds }: Serving): string {
  if (served.some(isReplica)) {
    return (
      "old replicas leave only once new ones have joined, and finish their calls first; only a " +
      `request that takes longer than drainSeconds (${drainSeconds} s) is cut off`
    );
  }
  return served.length > 0 ? "nothing that serves is replaced" : "nothing that serves changes";
}

/** The label `tfserving.part` of a container. */
function partOf({
  labels = [],
}: {
  labels?: { label: string; value: string }[];
}): string | undefined {
  return Array.isArray(labels)
    ? labels.find(({ label }) => label === "tfserving.part")?.value
    : undefined;
}
