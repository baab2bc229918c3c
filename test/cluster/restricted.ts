/** A namespace that takes pods of the Pod Security level `restricted` only, and warns of others. */
export function restrictedNamespace(name: string): object {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name,
      labels: {
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/warn": "restricted",
      },
    },
  };
}

/** A pod of a test's own. */
export interface RestrictedPod {
  metadata: { name: string; namespace: string; labels?: Record<string, string> };
  /** Its only one, without `name` and `securityContext`. */
  container: { image: string; command: string[] } & Record<string, unknown>;
  volumes?: object[];
}

/** A pod that the level `restricted` takes, and that ends at once when it is deleted. */
export function restrictedPod({ metadata, container, volumes }: RestrictedPod): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata,
    spec: {
      terminationGracePeriodSeconds: 0,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 1000,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        {
          ...container,
          name: metadata.name,
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
        },
      ],
      volumes,
    },
  };
}
