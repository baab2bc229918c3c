import type { V1Pod } from "@kubernetes/client-node";
import { Failure } from "../../output/failure";
import { age } from "../age";
import type { Part } from "../target";
import type { Cluster, Place } from "./cluster";

/** A pod of a stack. */
export interface Pod extends Part {
  readonly name: string;
  /** Running, or why it does not run, such as CrashLoopBackOff. */
  readonly state: string;
  readonly restarts: number;
  /** Name of the main one. */
  readonly container: string;
}

const parts = ["balancer", "replica", "canary", "notebook"];
const label = (name: string) => `app.kubernetes.io/${name}`;

/** The pods of a stack in the order in which they are shown. */
export async function listPods(
  { core }: Pick<Cluster, "core">,
  { namespace, selector }: Place,
): Promise<Pod[]> {
  const { items } = await core.listNamespacedPod({ namespace, labelSelector: selector });
  return items
    .map((pod) => readPod(pod, Date.now()))
    .sort((a, b) => parts.indexOf(a.part) - parts.indexOf(b.part) || a.name.localeCompare(b.name));
}

/** @param now - ms since 1970 */
export function readPod({ metadata, spec, status }: V1Pod, now: number): Pod {
  const name = metadata?.name ?? "";
  const labels = metadata?.labels ?? {};
  const containers = status?.containerStatuses ?? [];
  const begun = status?.startTime ?? metadata?.creationTimestamp;
  const state = stateOf({ metadata, status });
  const ready = containers.length > 0 && containers.every((container) => container.ready);
  return {
    name,
    part: labels[label("component")] ?? "",
    id: name.split("-").at(-1) ?? "",
    version: labels[label("version")],
    node: spec?.nodeName,
    state,
    health: ready ? "healthy" : "unhealthy",
    restarts: containers.reduce((sum, container) => sum + container.restartCount, 0),
    since: begun ? age(now - new Date(begun).getTime()) : "",
    // A digest of 12 digits tells images apart.
    image: (spec?.containers[0]?.image ?? "").replace(/(@sha256:[0-9a-f]{12})[0-9a-f]+$/, "$1"),
    container: spec?.containers[0]?.name ?? "",
    well: state === "Running" && ready,
  };
}

/** What a pod does, in the words of kubectl. */
function stateOf({ metadata, status }: Pick<V1Pod, "metadata" | "status">): string {
  if (metadata?.deletionTimestamp) {
    return "Terminating";
  }
  const states = [
    ...(status?.initContainerStatuses ?? []),
    ...(status?.containerStatuses ?? []),
  ].map(({ state }) => state);
  const waiting = states.find(
    (state) => state?.waiting && state.waiting.reason !== "PodInitializing",
  );
  const failed = states.find((state) => state?.terminated && state.terminated.exitCode !== 0);
  const unscheduled = status?.conditions?.find(
    ({ type, status }) => type === "PodScheduled" && status === "False",
  );
  return (
    waiting?.waiting?.reason ??
    failed?.terminated?.reason ??
    unscheduled?.reason ??
    status?.reason ??
    status?.phase ??
    "Unknown"
  );
}

/**
 * The pods that `npm run logs` is asked for: all of a part, or one by its name or the end of it.
 *
 * @throws Failure where there can be no such part
 */
export function selectPods(pods: Pod[], which: string | undefined): Pod[] {
  const selected = pods.filter(
    ({ part, name, id }) => which === undefined || [part, name, id].includes(which),
  );
  if (which !== undefined && selected.length === 0 && !parts.includes(which)) {
    throw new Failure(
      `"${which}" is no part of a stack, and none of its pods.`,
      "use replica, canary, balancer, notebook, or the name of a pod, of which the end is enough.",
      2,
    );
  }
  return selected;
}

/**
 * Whether every pod does what it is for, and there are enough of them.
 *
 * @param replicas - the fewest that there have to be
 */
export function isComplete(pods: Pod[], replicas: number): boolean {
  // One that leaves has its successor already.
  const lasting = pods.filter(({ state }) => state !== "Terminating");
  const count = (part: string) => lasting.filter((pod) => pod.part === part).length;
  return lasting.every(({ well }) => well) && count("replica") >= replicas && count("balancer") > 0;
}
