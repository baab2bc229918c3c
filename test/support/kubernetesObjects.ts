import * as pulumi from "@pulumi/pulumi";

import { type Registration, settle, startMocks } from "./mocks";

/** A Kubernetes object as it is sent to the API server. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string };
  spec?: Record<string, unknown>;
}

/**
 * The Kubernetes objects that a program declares, named as the mocks name them, with every secret in
 * clear text. For use inside a test.
 */
export async function renderedObjects(program: () => void): Promise<KubernetesObject[]> {
  const recording = await startMocks();
  program();
  await settle();
  return recording.resources
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map(objectOf)
    .sort((one, other) => one.metadata.name.localeCompare(other.metadata.name));
}

interface Workload {
  template: { metadata: object; spec: { volumes?: object[] } };
  volumeClaimTemplates?: { metadata: { name: string } }[];
}

/** The pods that a controller would make of an object; none where it makes none. */
export function podsOf({ kind, metadata, spec }: KubernetesObject): KubernetesObject[] {
  if (!["Deployment", "StatefulSet"].includes(kind)) {
    return [];
  }
  const { template, volumeClaimTemplates = [] } = spec as unknown as Workload;
  const claimed = volumeClaimTemplates.map(({ metadata: { name } }) => ({
    name,
    persistentVolumeClaim: { claimName: `${name}-${metadata.name}-0` },
  }));
  return [
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...template.metadata, name: metadata.name, namespace: metadata.namespace },
      spec: { ...template.spec, volumes: [...(template.spec.volumes ?? []), ...claimed] },
    },
  ];
}

function objectOf({ name, inputs }: Registration): KubernetesObject {
  const { metadata, ...object } = inClear(inputs) as unknown as KubernetesObject;
  return { ...object, metadata: { ...metadata, name: metadata.name ?? `${name}-1a2b3c4d` } };
}

function inClear(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(inClear);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  return pulumi.runtime.specialSigKey in value
    ? inClear((value as unknown as { value: unknown }).value)
    : Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inClear(part)]));
}
