import type { V1Node, V1Pod } from "@kubernetes/client-node";
import { codeOf } from "@tf-model-serving/kubernetes/facts";
import type { Machine, Room, StackContext } from "../target";
import type { Cluster, Place } from "./cluster";

// What balancers request of a node, in MiB; their limit is higher.
const requestedByBalancerMb = 64;
const balancers = 2;

/**
 * What the nodes have beside what pods of other stacks request; undefined where nodes may be added,
 * where pods tolerate what keeps others off, or where the user may not look at nodes: the scheduler
 * then says what it finds.
 *
 * @param own - where the stack's own pods are. @default - it has none yet
 */
export async function roomOf(
  { setting, plainSetting }: StackContext,
  { core }: Pick<Cluster, "core">,
  own: Place | undefined,
): Promise<Room | undefined> {
  const service = (await plainSetting("kubernetesService")) as
    { tolerations?: unknown } | undefined;
  if (Number(setting("schedulingTimeoutSeconds")) || service?.tolerations) {
    return undefined;
  }
  try {
    const [nodes, pods] = await Promise.all([core.listNode(), core.listPodForAllNamespaces()]);
    const others = pods.items.filter(({ metadata }) => !isOf(own, metadata));
    return {
      machines: machinesOf(nodes.items, others),
      balancers,
      balancerMemoryMb: requestedByBalancerMb,
    };
  } catch (error) {
    if (codeOf(error) === 403) {
      return undefined;
    }
    throw error;
  }
}

function isOf(place: Place | undefined, metadata: V1Pod["metadata"]): boolean {
  const [label = "", value] = place?.selector.split("=") ?? [];
  return metadata?.namespace === place?.namespace && metadata?.labels?.[label] === value;
}

/** The nodes that take pods without further ado, and what pods request of them. */
export function machinesOf(nodes: V1Node[], pods: V1Pod[]): Machine[] {
  return nodes
    .filter(({ spec }) => !spec?.unschedulable && !spec?.taints?.some(keepsPodsOff))
    .map(({ metadata, status }) => {
      const name = metadata?.name ?? "";
      const there = pods.filter(
        ({ spec, status: of }) => spec?.nodeName === name && !hasEnded(of?.phase),
      );
      const requests = there.flatMap(
        ({ spec }) => spec?.containers.map(({ resources }) => resources?.requests ?? {}) ?? [],
      );
      const cpus = sum(requests.map(({ cpu }) => amountOf(cpu)));
      return {
        name: `node ${name}`,
        memoryMb: Math.floor(amountOf(status?.allocatable?.memory) / 2 ** 20),
        promisedMb: Math.ceil(sum(requests.map(({ memory }) => amountOf(memory))) / 2 ** 20),
        freeCpus: Math.max(
          0,
          Math.round((amountOf(status?.allocatable?.cpu) - cpus) * 1000) / 1000,
        ),
      };
    });
}

function keepsPodsOff({ effect }: { effect: string }): boolean {
  return effect !== "PreferNoSchedule";
}

function hasEnded(phase: string | undefined): boolean {
  return phase === "Succeeded" || phase === "Failed";
}

const factors: Record<string, number> = {
  ...{ m: 1e-3, "": 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 },
};

/** A quantity of the API, such as 250m, 2 or 64Mi; 0 for none. */
export function amountOf(quantity = "0"): number {
  const [, number, unit] = /^([\d.]+)(\w*)$/.exec(quantity) ?? [];
  return Number(number) * (factors[unit] ?? 0) || 0;
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
