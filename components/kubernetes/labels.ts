import { createHash } from "crypto";
import * as pulumi from "@pulumi/pulumi";
import { currentStack } from "@tf-model-serving/core/internal/stack/currentStack";
import { stackLabel } from "@tf-model-serving/core/internal/stack/stackLabel";

/** What an object is for, the label `app.kubernetes.io/component`. */
export type KubernetesPart = ReplicaPart | "balancer" | "notebook";

/** The parts that replicas are of. */
export type ReplicaPart = "replica" | "canary";

/** Arguments that become labels. */
export interface LabelledArgs {
  /** Label `app.kubernetes.io/instance`. */
  serviceName: string;
  /** Version of the replicas. @default - no such label */
  modelVersion?: pulumi.Input<string>;
  /** Version of the canary replicas. @default - no such label */
  canary?: { version: string };
  /** The caller's own. @default - none */
  labels?: Record<string, string>;
}

/** The parts that a model service has. */
export function partsOf({ canary }: Pick<LabelledArgs, "canary">): KubernetesPart[] {
  return ["replica", ...(canary ? ["canary" as const] : []), "balancer"];
}

const longestValue = 63;
const hashDigits = 8;

const nameLabel = "app.kubernetes.io/name";
const instanceLabel = "app.kubernetes.io/instance";
const componentLabel = "app.kubernetes.io/component";

/** Labels that the components set, which nobody else may. */
export const ownLabels = [
  nameLabel,
  instanceLabel,
  componentLabel,
  "app.kubernetes.io/part-of",
  "app.kubernetes.io/managed-by",
  "app.kubernetes.io/version",
  stackLabel,
];

/**
 * Labels of an object and of its pods: the recommended set, the stack as `tfserving.stack`
 * (`<project>.<stack>`) and the caller's own. Only replicas have a version: a release must not roll
 * the balancers.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
 */
export function labelsFor(
  part: KubernetesPart,
  { serviceName, modelVersion, canary, labels }: LabelledArgs,
): Record<string, pulumi.Input<string>> {
  const version = { replica: modelVersion, canary: canary?.version }[part as string];
  return {
    ...labels,
    ...selectorFor(part, serviceName),
    "app.kubernetes.io/part-of": "tfserving",
    "app.kubernetes.io/managed-by": "pulumi",
    ...(version === undefined ? {} : { "app.kubernetes.io/version": version }),
    [stackLabel]: labelValue(currentStack().replace("/", ".")),
  };
}

/** What finds the pods of a part and never changes: selectors of a Deployment are immutable. */
export function selectorFor(part: KubernetesPart, serviceName: string): Record<string, string> {
  return {
    [nameLabel]: part === "notebook" ? "jupyter" : "tensorflow-serving",
    [instanceLabel]: serviceName,
    [componentLabel]: part,
  };
}

/**
 * A label's value for a text: what a value cannot hold becomes `-`, and one that is too long is cut
 * and ends in 8 hex digits of the text's SHA-256, so that two long texts stay two.
 *
 * @see https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */
export function labelValue(text: string): string {
  const value = trimmed(text.replace(/[^A-Za-z0-9_.-]+/g, "-"));
  if (value.length <= longestValue) {
    return value;
  }
  const hash = createHash("sha256").update(text).digest("hex").slice(0, hashDigits);
  return `${trimmed(value.slice(0, longestValue - hashDigits - 1))}-${hash}`;
}

/** Both ends have to be letters or digits. */
function trimmed(text: string): string {
  return text.replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "");
}
