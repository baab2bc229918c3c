import { randomBytes } from "crypto";
import type { Reference } from "./api";
import { type Plain, unknown } from "../provider/provider";

/**
 * Annotations that the provider obeys.
 *
 * @see https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/#pulumi-annotations
 */
export const annotations = {
  autonamed: "pulumi.com/autonamed",
  skipAwait: "pulumi.com/skipAwait",
  timeoutSeconds: "pulumi.com/timeoutSeconds",
  patchForce: "pulumi.com/patchForce",
  patchFieldManager: "pulumi.com/patchFieldManager",
  deletionPropagationPolicy: "pulumi.com/deletionPropagationPolicy",
};

/** Those of the official provider that this one would leave out in silence. */
export const refusedAnnotations = ["pulumi.com/waitFor", "pulumi.com/replaceUnready"];

/** The value of an annotation of the provider. */
export function annotation(object: Plain, name: keyof typeof annotations): string | undefined {
  return object?.metadata?.annotations?.[annotations[name]];
}

/** `kubernetes:apps/v1:Deployment` at the end of a URN's type. */
export function kindOfUrn(urn: string): Pick<Reference, "apiVersion" | "kind"> {
  const token = urn.split("::")[2].split("$").pop()!;
  const [, group, kind] = token.split(":");
  const other = /^(helm\.sh|yaml|kustomize)\b/.test(group) || /(Patch|List)$/.test(kind);
  if (!/^[a-z0-9.-]+\/v\w+$/.test(group) || other) {
    throw new Error(`The test provider does not know ${token}`);
  }
  return { apiVersion: group.replace(/^core\//, ""), kind };
}

export function referenceTo(object: Plain): Reference {
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

/** What Pulumi's state has as the id. */
export function idOf(object: Plain): string {
  const { namespace, name } = object.metadata;
  return namespace ? `${namespace}/${name}` : name;
}

/** Gives an object without a name the one that it has, or a new one. */
export function autonamed(urn: string, olds: Plain, news: Plain): Plain {
  const { metadata } = news;
  if (metadata === unknown || metadata?.name || metadata?.generateName) {
    return news;
  }
  const kept = annotation(olds, "autonamed") === "true" ? olds.metadata.name : undefined;
  const name = kept ?? `${urn.split("::").pop()}-${randomBytes(4).toString("hex")}`;
  const given = metadata?.annotations;
  return {
    ...news,
    metadata: {
      ...metadata,
      name,
      ...(given === unknown ? {} : { annotations: { ...given, [annotations.autonamed]: "true" } }),
    },
  };
}

/** Whether a value that is not known yet is anywhere in it. */
export function includesUnknown(value: Plain): boolean {
  return JSON.stringify(value ?? null).includes(unknown);
}

/** Without fields that have no value: the API takes `null` for the wish to remove a field. */
export function withoutNulls(value: Plain): Plain {
  if (Array.isArray(value)) {
    return value.map(withoutNulls);
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([, entry]) => entry !== null && entry !== undefined)
          .map(([key, entry]) => [key, withoutNulls(entry)]),
      )
    : value;
}
