import * as pulumi from "@pulumi/pulumi";
import { withDefaults } from "@tf-model-serving/core/internal/arguments/withDefaults";
import { defaultImages } from "@tf-model-serving/core/internal/arguments/images";
import { CanaryArgs } from "@tf-model-serving/core/internal/serving/canary";
import { ReleaseStrategy } from "@tf-model-serving/core/internal/serving/releaseStrategy";
import type { TlsArgs } from "@tf-model-serving/core/internal/serving/edge/edgeArgs";
import {
  BalancedArgs,
  replicaDefaults,
  ResolvedReplicas,
  resolveReplicas,
} from "@tf-model-serving/core/internal/serving/replicaArgs";
import { KubernetesAutoscalingArgs, kubernetesAutoscalingDefaults } from "./autoscalingArgs";
import { KubernetesCluster } from "./cluster/inspectCluster";
import { ModelVolumeArgs } from "./modelVolume";
import { KubernetesNetworkArgs } from "./network/networkArgs";
import { KubernetesGatewayArgs, KubernetesIngressArgs } from "./network/routeArgs";
import { PodMonitorArgs } from "./podMonitorArgs";
import { PodPlacementArgs } from "./podPlacementArgs";

/** Certificate of a service: `certificate` with `privateKey`, `selfSigned`, or `secretName`. */
export interface KubernetesTlsArgs extends TlsArgs {
  /**
   * Secret of the namespace with `tls.crt` and `tls.key`, as cert-manager keeps it. A renewed one is
   * taken over in place, once the kubelet has it (about a minute). It excludes the others.
   * @see https://cert-manager.io/docs/usage/certificate/
   */
  secretName?: pulumi.Input<string>;
}

/** Arguments of a KubernetesModelService. */
export interface KubernetesModelServiceArgs extends BalancedArgs, PodPlacementArgs {
  /**
   * Serving image by the digest that a registry gave it: `PublishedImage.reference`. Another image
   * means a new release. With `modelVolume` the runtime image, which has no model.
   */
  image: pulumi.Input<string>;

  /**
   * The model version in the image, a label of the replicas. With `modelVolume` the version that is
   * loaded from the volume, and required unless `server.models` says it.
   * @default - no label
   */
  modelVersion?: pulumi.Input<string>;

  /**
   * Name of the Service that clients call, a DNS label of at most 50 characters, and label
   * `app.kubernetes.io/instance` of everything. Services of one namespace need different ones.
   * @default "tf-model-serving"
   */
  serviceName?: string;

  /**
   * Encryption of REST and gRPC between clients and the balancers. A route from outside ends TLS
   * itself, and excludes it (`ingress`, `gateway`). @default - none
   */
  tls?: KubernetesTlsArgs;

  /** Namespace of everything, which has to exist. */
  namespace: pulumi.Input<string>;

  /** Number of replicas, 1 to 256. Excludes `autoscaling`. @default 2 */
  replicas?: number;

  /**
   * CPUs of each replica, requested and the limit: thread counts follow from it, unless `server`
   * sets them. @default 1
   */
  cpus?: number;

  /** Memory of each replica, requested and the limit, in MiB. @default 2048 */
  memoryMb?: number;

  /** Secrets of the namespace for pulling images. @default - none */
  imagePullSecrets?: pulumi.Input<pulumi.Input<string>[]>;

  /**
   * How a release replaces replicas: `surge` never has less than all of them ready and needs
   * room for `maxSurge` more; `inPlace` replaces one after the other in place, for GPUs that are
   * all taken: one less serves meanwhile, and a single replica is away until the new one is ready.
   * @default ReleaseStrategy.Surge
   */
  strategy?: ReleaseStrategy;

  /**
   * How many more replicas a release may start, a number or a share of the replicas that is rounded
   * up, such as "2" or "25%". `inPlace` starts none.
   * @default "25%"
   * @see https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#max-surge
   */
  maxSurge?: string;

  /**
   * How long a replica may take to load and warm up its model, in seconds, from the start of its
   * container. @default 120
   */
  startTimeoutSeconds?: number;

  /**
   * How long a new replica may wait until its container starts, in seconds: for a node, which may have
   * to be added to the cluster first, and for the image. An update with one that waits longer is taken
   * back. Time in which old replicas stop comes on top of it.
   * @default 600
   */
  schedulingTimeoutSeconds?: number;

  /**
   * How long a new replica has to be ready before an old one is stopped, in seconds. It covers the
   * time in which the answers of DNS about it differ between nodes. @default 5
   */
  minReadySeconds?: number;

  /** Number of balancer pods, 1 to 16. @default 2 */
  balancers?: number;

  /** A second model version that gets a part of the requests. @default - none */
  canary?: CanaryArgs;

  /** Follows the load with the number of replicas; excludes `replicas`. @default - it stays */
  autoscaling?: KubernetesAutoscalingArgs;

  /** Volume that holds the model. @default - the image holds it */
  modelVolume?: ModelVolumeArgs;

  /** Who may reach the service. @default - see KubernetesNetworkArgs */
  network?: KubernetesNetworkArgs;

  /** An Ingress for REST. @default - none */
  ingress?: KubernetesIngressArgs;

  /** Routes on a Gateway for REST and gRPC. @default - none */
  gateway?: KubernetesGatewayArgs;

  /** A PodMonitor of the Prometheus operator. @default - none */
  podMonitor?: PodMonitorArgs;

  /** DNS domain of the cluster. @default "cluster.local" */
  clusterDomain?: string;

  /**
   * What the cluster said of itself (`inspectCluster`): lets a preview find missing GPUs, classes
   * and APIs, and an update end as soon as a new replica cannot serve.
   * @default - these are not checked
   */
  cluster?: KubernetesCluster;
}

/** Defaults of KubernetesModelServiceArgs. */
export const kubernetesModelServiceDefaults = {
  ...replicaDefaults,
  serviceName: "tf-model-serving",
  gpus: 0,
  gpuResource: "nvidia.com/gpu",
  maxSurge: "25%",
  startTimeoutSeconds: 120,
  schedulingTimeoutSeconds: 600,
  minReadySeconds: 5,
  balancers: 2,
  balancerImage: defaultImages.balancer,
  clusterDomain: "cluster.local",
} satisfies Partial<KubernetesModelServiceArgs>;

/** Replicas where neither their number nor autoscaling is given. */
const usualReplicas = 2;

/** Arguments with every default filled in; `replicas` is there exactly without `autoscaling`. */
export type ResolvedKubernetesArgs = ResolvedReplicas<
  KubernetesModelServiceArgs,
  typeof kubernetesModelServiceDefaults
> & { autoscaling?: Required<KubernetesAutoscalingArgs> };

export function resolveKubernetesModelServiceArgs(
  args: KubernetesModelServiceArgs,
): ResolvedKubernetesArgs {
  const { autoscaling, ...given } = resolveReplicas(args, kubernetesModelServiceDefaults);
  // Both given stay both, for the check to refuse.
  return autoscaling
    ? { ...given, autoscaling: withDefaults(autoscaling, kubernetesAutoscalingDefaults) }
    : withDefaults(given, { replicas: usualReplicas });
}

/** The fewest replicas that there will be. */
export function fewestReplicas(
  args: Pick<KubernetesModelServiceArgs, "replicas" | "autoscaling">,
): number {
  return args.autoscaling?.minReplicas ?? args.replicas ?? usualReplicas;
}
