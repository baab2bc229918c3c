import { LiveObject } from "../cluster/appliedConfiguration";
import type { ReplicaSet } from "./podVerdict";
import { RolloutApi } from "./rolloutApi";
import { isComplete, revisionOf, rolloutStatus } from "./rolloutStatus";
import { Served } from "./undo";

/** Label by which the controller tells the pods of one template from those of another. */
export const hashLabel = "pod-template-hash";

/** The ReplicaSet of a Deployment's template of now; undefined before the controller has made it. */
export function currentOf(replicaSets: ReplicaSet[], live: LiveObject): ReplicaSet | undefined {
  return ownedBy(live, replicaSets).find((one) => revisionOf(one) === revisionOf(live));
}

/** By which its pods are found; undefined before the controller has said so. */
export function podHashOf(replicaSet: ReplicaSet | undefined): string | undefined {
  return replicaSet?.metadata?.labels?.[hashLabel];
}

/**
 * What a Deployment served last: itself where it is complete. Where an update of it broke off, it is
 * the newest template before that has pods which are available.
 *
 * @returns undefined where a complete Deployment has no pods
 */
export async function lastServed(
  api: Pick<RolloutApi, "replicaSets" | "template">,
  deployment: LiveObject,
): Promise<Served | undefined> {
  if (isComplete(deployment)) {
    return rolloutStatus(deployment).wanted > 0 ? { deployment } : undefined;
  }
  const { namespace } = deployment.metadata;
  const { matchLabels } = deployment.spec.selector as { matchLabels: Record<string, string> };
  const before = lastAvailable(await api.replicaSets(namespace, matchLabels), deployment);
  return before === undefined
    ? { deployment }
    : { deployment, template: withoutHash(await api.template(before.metadata!.name!, namespace)) };
}

/** The newest ReplicaSet but the current one that has pods which are available. */
function lastAvailable(replicaSets: ReplicaSet[], live: LiveObject): ReplicaSet | undefined {
  return ownedBy(live, replicaSets)
    .filter((one) => revisionOf(one) !== revisionOf(live) && one.status?.availableReplicas)
    .sort((a, b) => Number(revisionOf(b)) - Number(revisionOf(a)))[0];
}

function ownedBy({ metadata: { uid } }: LiveObject, replicaSets: ReplicaSet[]): ReplicaSet[] {
  return replicaSets.filter(({ metadata }) =>
    metadata?.ownerReferences?.some((owner) => owner.uid === uid),
  );
}

/** The controller tells a Deployment's templates apart by this label, and adds it itself. */
function withoutHash(template: Record<string, unknown>): Record<string, unknown> {
  const { labels, ...metadata } = template.metadata as { labels: Record<string, string> };
  const kept = Object.entries(labels).filter(([name]) => name !== hashLabel);
  return { ...template, metadata: { ...metadata, labels: Object.fromEntries(kept) } };
}
