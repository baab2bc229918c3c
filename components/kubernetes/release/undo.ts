import {
  appliedConfiguration,
  LiveObject,
  Manifest,
  Operation,
} from "../cluster/appliedConfiguration";

/**
 * Annotation of a Deployment that Pulumi declares as `wanted...`, and an undo sets to `undone`: the
 * difference by which the next update applies the Deployment again, whatever else is the same.
 */
export const releaseAnnotation = "tfserving.release";
const undone = "undone";

/** A request that takes a Deployment back. */
export interface Undo {
  /** Field manager that it is sent as. */
  manager: string;
  /** `Apply`: the body is all that the manager declares; `Update`: a strategic merge patch. */
  operation: Operation;
  body: Pick<Manifest, "metadata" | "spec"> & Partial<Manifest>;
}

/** The Deployment and what its pods are made from, when they last served. */
export interface Served {
  deployment: LiveObject;
  /** Of the pods that serve, where that is not the Deployment's own. */
  template?: Record<string, unknown>;
}

/**
 * How to take back the update of a Deployment, so that whoever declares it meets no conflict: in the
 * name and by the operation of who declares it now. Pulumi's provider creates as `pulumi-kubernetes`
 * by `Update` (from 4.29 on) and updates by `Apply` under a name of the object's own, which takes the
 * fields of the former over, but not those of an `Apply` under its name.
 *
 * @param served - what to go back to. @default - nothing: the Deployment is left without pods
 * @returns undefined where nobody says that the Deployment is theirs
 */
export function planUndo(live: LiveObject, served: Served | undefined): Undo | undefined {
  const now = appliedConfiguration(live);
  if (now === undefined) {
    return undefined;
  }
  const { manager, operation } = now;
  const { name, namespace } = live.metadata;
  const mark = { [releaseAnnotation]: undone };
  const before = served ? appliedConfiguration(served.deployment)?.manifest : now.manifest;
  if (before === undefined) {
    return undefined;
  }
  if (operation === "Update") {
    const metadata = { name, namespace, labels: before.metadata.labels, annotations: mark };
    return { manager, operation, body: { metadata, spec: patchOf(live, before, served) } };
  }
  const { template } = served ?? {};
  const spec = {
    ...before.spec,
    ...(served ? {} : { replicas: 0 }),
    ...(template && { template }),
  };
  const annotations = { ...before.metadata.annotations, ...mark };
  return {
    manager,
    operation,
    body: { ...before, metadata: { ...before.metadata, annotations }, spec },
  };
}

/** Whether the Deployment is as an undo has left it. */
export function isUndone({ metadata }: LiveObject): boolean {
  return metadata.annotations?.[releaseAnnotation] === undone;
}

/** @see https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/ */
function patchOf(
  live: LiveObject,
  before: Manifest,
  served: Served | undefined,
): Record<string, unknown> {
  if (served === undefined) {
    return { replicas: 0 };
  }
  const { deployment, template = deployment.spec.template } = served;
  // Where an autoscaler decides, it may have done so since.
  const replicas = before.spec.replicas ?? live.spec.replicas;
  return { ...deployment.spec, template, replicas, $patch: "replace" };
}
