import * as policy from "@pulumi/kubernetes/policy/v1";
import type * as k8s from "@pulumi/kubernetes/types/input";
import * as pulumi from "@pulumi/pulumi";
import { ResolvedKubernetesArgs } from "./kubernetesModelServiceArgs";
import { KubernetesPart, partsOf, selectorFor } from "./labels";
import { metadataOf } from "./metadata";

/** Lets whoever drains nodes take one replica and one balancer at a time, and no more. */
export function createDisruptionBudgets(
  name: string,
  args: ResolvedKubernetesArgs,
  parent: pulumi.Resource,
): void {
  for (const part of partsOf(args)) {
    new policy.PodDisruptionBudget(
      `${name}-${part}`,
      {
        metadata: metadataOf(part, args),
        spec: renderDisruptionBudget(part, args.serviceName),
      },
      { parent },
    );
  }
}

/**
 * One pod at a time. A single pod may go too, or its node could never be drained; and one that does
 * not serve anyway may always go, so that a broken release does not keep a node from being drained.
 *
 * @see https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy
 */
function renderDisruptionBudget(
  part: KubernetesPart,
  serviceName: string,
): k8s.policy.v1.PodDisruptionBudgetSpec {
  return {
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: "AlwaysAllow",
    selector: { matchLabels: selectorFor(part, serviceName) },
  };
}
