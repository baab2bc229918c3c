import type * as k8s from "@pulumi/kubernetes/types/input";
import { KubernetesPart, selectorFor } from "./labels";

const topologyKeys = ["topology.kubernetes.io/zone", "kubernetes.io/hostname"];

/**
 * Spreads the pods of a part over zones and, in a zone, over nodes, as far as there is room: one
 * node that is left has to run them all. Each release is spread by itself, or the pods of the one
 * before would count while they stop.
 *
 * @see https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
 */
export function spreadOver(
  part: KubernetesPart,
  serviceName: string,
): k8s.core.v1.TopologySpreadConstraint[] {
  return topologyKeys.map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector: { matchLabels: selectorFor(part, serviceName) },
    matchLabelKeys: ["pod-template-hash"],
  }));
}
