import * as pulumi from "@pulumi/pulumi";
import { KubernetesPart, LabelledArgs, labelsFor } from "./labels";

/**
 * Annotation of every object that the components declare: an update sets what they declare also where
 * somebody else has set it since (`kubectl scale`, `kubectl label`), and does not end in a conflict of
 * field managers. What they do not declare stays whose it is.
 *
 * @see https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/
 */
export const takingBack = { "pulumi.com/patchForce": "true" };

/** Pulumi would wait until a Service has pods that are ready, and what they are pods of tells that. */
export const withoutAwait = { ...takingBack, "pulumi.com/skipAwait": "true" };

/** Metadata of an object of a part. */
export function metadataOf(
  part: KubernetesPart,
  args: LabelledArgs & { namespace: pulumi.Input<string> },
) {
  return {
    namespace: args.namespace,
    labels: labelsFor(part, args),
    annotations: takingBack,
  };
}
