import type * as k8s from "@pulumi/kubernetes/types/input";

/**
 * The part of a pod that the Pod Security Standard "restricted" asks for, and less: no token of a
 * service account, and no environment variables that name other Services.
 *
 * @param user - user and group id of every process
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export function restrictedPod(user: number) {
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      seccompProfile: { type: "RuntimeDefault" },
    },
  } satisfies Partial<k8s.core.v1.PodSpec>;
}

/** `securityContext` of every container: no privileges to gain, and nothing to write but volumes. */
export const restrictedContainer = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
} satisfies k8s.core.v1.SecurityContext;

const temporaryName = "tmp";

/** Where `temporaryFiles` appear in a container. */
export const temporaryMount = {
  name: temporaryName,
  mountPath: "/tmp",
} satisfies k8s.core.v1.VolumeMount;

/** The volume of `temporaryMount`: memory, counted in the container's limit. */
export function temporaryFiles(sizeMb: number) {
  return {
    name: temporaryName,
    emptyDir: { medium: "Memory", sizeLimit: `${sizeMb}Mi` },
  } satisfies k8s.core.v1.Volume;
}
