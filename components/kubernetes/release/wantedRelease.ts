import * as pulumi from "@pulumi/pulumi";
import { LiveObject } from "../cluster/appliedConfiguration";
import { connectCluster } from "../cluster/connectCluster";
import { KubernetesCluster } from "../cluster/inspectCluster";
import { rolloutApi } from "./rolloutApi";
import { revisionOf } from "./rolloutStatus";
import { isUndone, releaseAnnotation } from "./undo";
import { takingBack } from "../metadata";

const wanted = "wanted";

/** A Deployment by the namespace and the labels that it is declared with. */
export interface DeclaredDeployment {
  namespace: pulumi.Input<string>;
  /** Those that only it has. */
  labels: Record<string, string>;
}

/**
 * Annotations of a guarded Deployment itself, not of its pods. They say something else than the
 * record of the update before where that update was taken back: the record may hold what was applied
 * and not what an undo has left, and the same release would count as unchanged.
 *
 * @param cluster - where the Deployment is. @default - nobody takes an update back
 */
export function guardedAnnotations(
  cluster: KubernetesCluster | undefined,
  { namespace, labels }: DeclaredDeployment,
): pulumi.Input<Record<string, pulumi.Input<string>>> {
  if (cluster === undefined) {
    return { ...takingBack, [releaseAnnotation]: wanted };
  }
  const found = pulumi.output(namespace).apply((name) => find(cluster, name, labels));
  return { ...takingBack, [releaseAnnotation]: found.apply(wantedRelease) };
}

/** What a Deployment's annotation has to say, by what it says now. */
export function wantedRelease(live: LiveObject | undefined): string {
  return live && isUndone(live)
    ? `${wanted} after revision ${revisionOf(live)}`
    : (live?.metadata.annotations?.[releaseAnnotation] ?? wanted);
}

async function find(
  cluster: KubernetesCluster,
  namespace: string,
  labels: Record<string, string>,
): Promise<LiveObject | undefined> {
  try {
    return (await rolloutApi(await connectCluster(cluster)).deployments(namespace, labels))[0];
  } catch (error) {
    // Pulumi's provider says what cannot be reached.
    await pulumi.log.debug(`cannot list Deployments in ${namespace}: ${(error as Error).message}`);
    return undefined;
  }
}
