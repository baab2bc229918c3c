import { inject } from "vitest";
import { clusterEnv, sharedCluster } from "../../cluster/cluster";
import { machineOf, openOutside } from "../../support/outsideService";
import type { Tunnel } from "../../support/tunnel";
import type { Row } from "./rows";
import type { MatrixTarget } from "./target";

const namespace = "matrix";
const serviceName = "scale";

/** Nodes pull from a registry, and a notebook is a test of its own. */
export const kubernetesFixed = { registry: "plain HTTP", notebook: "none" } as const;

const otherImage = "another image of the balancers";
export const otherScaling = "autoscaling where there was none, or none where there was";

/** What only Kubernetes can change without a moment's interruption. */
export const kubernetesChanges = [otherImage, otherScaling] as const;

/** A cluster of one node. */
export async function kubernetesTarget(): Promise<MatrixTarget> {
  const cluster = sharedCluster();
  const { baseImage, balancerImage } = inject("images");
  // The layers that all releases share.
  cluster.push(baseImage, "serving");
  const balancer = cluster.push(balancerImage, "haproxy");
  const otherBalancer = cluster.push(balancerImage, "haproxy-too");
  const network = { clients: [{ cidr: `${machineOf(cluster)}/32` }] };
  const service = { maxSurge: "1", minReadySeconds: 3, network };
  let tunnel: Tunnel | undefined;
  return {
    fixed: kubernetesFixed,
    env: clusterEnv(cluster),
    serving: /kubernetes:(apps\/v1:Deployment|core\/v1:Service)/,
    replacing: { says: /Deployment serving-replica updating/ },
    // The balancers have this time-out as well.
    flags: (number) => ({ restApiTimeoutMs: 20_000 + number }),
    settings: (row) => ({
      ...{ target: "kubernetes", serviceName, balancerImage: balancer },
      ...{ registry: cluster.registry, registryPlainHttp: true },
      // Two cores are the node's, and everything else's.
      ...{ cpus: "0.3", memoryMb: 1024, drainSeconds: 2 },
      kubernetesCluster: { namespace },
      kubernetesService: { ...service, ...scalingOf(row.scaling) },
    }),
    changes: {
      [otherImage]: { settings: () => ({ balancerImage: otherBalancer }) },
      [otherScaling]: {
        settings: ({ scaling }) =>
          scaling === "fixed"
            ? { kubernetesService: { ...service, ...scalingOf("automatic") }, replicas: undefined }
            : { kubernetesService: service, replicas: 3 },
        settles: "the autoscaler goes last, and may change the number of replicas until then",
      },
    },
    open: async () =>
      (tunnel ??= await openOutside(cluster, { namespace, name: serviceName }, 8501)).port,
    told: () => {
      const names = (...args: string[]) =>
        cluster
          .kubectl(...args, "-o", "name")
          .trim()
          .split("\n");
      const kinds = names("api-resources", "--verbs=list", "--namespaced").filter(
        (kind) => kind !== "secrets",
      );
      const pods = names("get", "pods", "-n", namespace);
      return [
        cluster.kubectl("get", kinds.join(","), "-n", namespace, "-o", "yaml"),
        ...pods.map((pod) => cluster.kubectl("logs", pod, "-n", namespace, "--all-containers")),
      ].join("\n");
    },
    stop: async () => tunnel?.close(),
  };
}

function scalingOf(scaling: Row["scaling"]): object {
  return scaling === "fixed"
    ? {}
    : { autoscaling: { minReplicas: 2, maxReplicas: 3, cpuPercent: 100, scaleDownSeconds: 10 } };
}
