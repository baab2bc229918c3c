import type { Plain } from "../provider/provider";

const selector = ["spec.selector"];
const podFields = `affinity automountServiceAccountToken containers dnsConfig dnsPolicy
  enableServiceLinks hostAliases hostIPC hostNetwork hostPID hostname imagePullSecrets initContainers
  nodeName nodeSelector overhead preemptionPolicy priority priorityClassName readinessGates
  restartPolicy runtimeClassName schedulerName securityContext serviceAccount serviceAccountName
  shareProcessNamespace subdomain terminationGracePeriodSeconds volumes`;

/**
 * Fields whose change needs a new object, by kind.
 *
 * @see https://github.com/pulumi/pulumi-kubernetes/blob/master/provider/pkg/provider/diff.go
 */
const replacing: Record<string, string[]> = {
  "apps/v1/DaemonSet": selector,
  "apps/v1/Deployment": selector,
  "apps/v1/StatefulSet": [
    ...selector,
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "batch/v1/Job": [...selector, "spec.completions", "spec.parallelism", "spec.template"],
  "rbac.authorization.k8s.io/v1/ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io/v1/RoleBinding": ["roleRef"],
  "storage.k8s.io/v1/StorageClass": ["parameters", "provisioner"],
  "v1/PersistentVolume": ["csi", "fc", "hostPath", "iscsi", "local", "nfs"].map(
    (source) => `spec.${source}`,
  ),
  "v1/PersistentVolumeClaim": [
    ...selector,
    "spec.accessModes",
    "spec.storageClassName",
    "spec.volumeName",
  ],
  "v1/Pod": podFields.split(/\s+/).map((field) => `spec.${field}`),
  "v1/ResourceQuota": ["spec.scopes"],
  "v1/Secret": ["type"],
  "v1/Service": ["spec.clusterIP"],
};

/** Whether the provider may change the content of these in place. */
export interface Mutable {
  configMaps: boolean;
  secrets: boolean;
}

/** Those of the changes that need a new object. */
export function replacementsIn(object: Plain, changes: string[], mutable: Mutable): string[] {
  const kind = `${object.apiVersion}/${object.kind}`;
  const fields = ["metadata.name", "metadata.namespace", ...(replacing[kind] ?? [])];
  if (kind === "v1/ConfigMap" && (!mutable.configMaps || object.immutable)) {
    fields.push("data", "binaryData");
  }
  if (kind === "v1/Secret" && (!mutable.secrets || object.immutable)) {
    fields.push("data", "stringData");
  }
  return changes.filter((change) =>
    fields.some(
      (field) =>
        change === field || (change.startsWith(field) && /[.[]/.test(change[field.length])),
    ),
  );
}
