import { Problem } from "@tf-model-serving/core/internal/arguments/problem";
import { KubernetesCluster } from "./inspectCluster";

const oldestMinor = 30;

/**
 * What a cluster is too old for: before 1.30 a pod's `preStop` cannot sleep unless a feature gate
 * lets it, and a balancer would take its connections with it.
 *
 * @see https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/ (PodLifecycleSleepAction)
 */
export function checkCluster(
  cluster: Pick<KubernetesCluster, "server" | "version"> | undefined,
): Problem[] {
  const minor = Number(/^v1\.(\d+)/.exec(cluster?.version ?? "")?.[1] ?? oldestMinor);
  return cluster && minor < oldestMinor
    ? [
        {
          propertyPath: "cluster",
          reason: `at ${cluster.server} is Kubernetes ${cluster.version}, and 1.${oldestMinor} or later is needed: update it, or name another`,
        },
      ]
    : [];
}
