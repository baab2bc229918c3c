import * as pulumi from "@pulumi/pulumi";
import { defaultImages } from "../core/images";
import { defaultGrpcTimeoutSeconds } from "../serving/requestTimes";
import { CanaryArgs } from "../serving/canary";
import { ReleaseStrategy, strategyOf } from "../serving/releaseStrategy";
import { ServerOptions } from "../tfserving/serverOptions";
import { usualStopGrace } from "../serving/stopTimes";
import { withDefaults } from "../core/withDefaults";
import { KubernetesCluster } from "./cluster/inspectCluster";
import { PodPlacementArgs } from "./podPlacementArgs";

/**
 * Follows the CPU use of the replicas with their number, by a HorizontalPodAutoscaler. The cluster
 * needs the resource metrics API (metrics-server).
 * @see https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/
 */
export interface KubernetesAutoscalingArgs {
  /** Fewest replicas, 1 or more. */
  minReplicas: number;

  /** Most replicas, not below `minReplicas`. */
  maxReplicas: number;

  /** CPU use that the replicas shall have on average, in percent of `cpus`, 1 to 100. @default 70 */
  cpuPercent?: number;

  /** How long less load has to last before replicas are stopped, in seconds, 0 to 3600. @default 300 */
  scaleDownSeconds?: number;

  /** How long more load has to last before replicas are added, in seconds, 0 to 3600. @default 0 */
  scaleUpSeconds?: number;
}

/**
 * A volume that holds the model, mounted read-only at `/models/<modelName>`: with it `image` is the
 * runtime image, which has no model. Exactly one of `claimName` and `image` is given.
 */
export interface ModelVolumeArgs {
  /**
   * PersistentVolumeClaim of the namespace that holds the model's version folders. Replicas on
   * several nodes need the access mode ReadOnlyMany or ReadWriteMany. Excludes `image`.
   * @default - the volume is an image
   */
  claimName?: pulumi.Input<string>;

  /**
   * OCI image or artifact by digest whose files are the volume. Needs Kubernetes 1.35, or 1.31 with
   * the feature gate ImageVolume, and a container runtime that has it. Excludes `claimName`.
   * @default - the volume is a claim
   * @see https://kubernetes.io/docs/tasks/configure-pod-container/image-volumes/
   */
  image?: pulumi.Input<string>;

  /** Folder in the volume that holds the version folders. @default - the volume's root */
  subPath?: string;

  /**
   * When the volume's image is pulled: "Always", "IfNotPresent" or "Never". Only with `image`.
   * @default "IfNotPresent"
   */
  pullPolicy?: string;
}

/**
 * Who may call the service besides pods of its namespace with the label
 * `<serviceName>.tfserving/client: "true"`. One that has `cidr` has nothing else.
 */
export interface NetworkClientArgs {
  /** Labels of the namespaces whose pods may call. @default - the service's own namespace */
  namespaceLabels?: Record<string, string>;

  /** Labels of the pods that may call. @default - every pod of these namespaces */
  podLabels?: Record<string, string>;

  /** Addresses that may call, such as `10.20.0.0/16`. @default - none */
  cidr?: string;
}

/** Who may reach the service. Policies hold where the cluster's network plugin enforces them. */
export interface KubernetesNetworkArgs {
  /** Who may call REST and gRPC. @default - pods of the namespace with the client label only */
  clients?: NetworkClientArgs[];

  /**
   * Namespace whose pods may read metrics: of the balancers at port 8404 and of the replicas at port
   * 8501, the port that also serves predictions. @default - nobody
   */
  monitoringNamespace?: string;

  /** Whether there are NetworkPolicies. @default true */
  policies?: boolean;
}

/**
 * An Ingress for REST. gRPC through an Ingress differs between controllers: use `gateway` for it.
 * @see https://kubernetes.io/docs/concepts/services-networking/ingress/
 */
export interface KubernetesIngressArgs {
  /** IngressClass by name. */
  className: string;

  /** Host name of the rule, such as `models.example.com`. */
  host: string;

  /** Secret of the namespace with the certificate for `host`. @default - HTTP without TLS */
  tlsSecretName?: pulumi.Input<string>;

  /**
   * Path that `annotations` make the Ingress controller rewrite; it understands it in its own way
   * (path type ImplementationSpecific). @default - "/v1/models" and what is below it, as it is
   */
  path?: string;

  /** Annotations for the Ingress controller. @default - none */
  annotations?: Record<string, string>;

  /** Namespace of the Ingress controller's pods, which may then call. @default - see `network.clients` */
  controllerNamespace?: string;
}

/**
 * Routes on a Gateway of the Gateway API: an HTTPRoute for REST, a GRPCRoute for gRPC. TLS ends at
 * the Gateway's listeners.
 * @see https://gateway-api.sigs.k8s.io/
 */
export interface KubernetesGatewayArgs {
  /** Gateway by name. It has to allow routes from the service's namespace. */
  name: string;

  /**
   * Namespace of the Gateway, whose pods may then call. An implementation whose pods are elsewhere,
   * or have no label `gateway.networking.k8s.io/gateway-name` in the service's own namespace, is one
   * of `network.clients`. @default - the service's own
   */
  namespace?: string;

  /** Listener of the Gateway. @default - every listener that takes the routes */
  sectionName?: string;

  /** Host names of the HTTPRoute. @default - those of the listeners */
  hostnames?: string[];

  /**
   * Host names of the GRPCRoute; not those of the HTTPRoute, which would conflict on a listener.
   * @default - there is no GRPCRoute
   */
  grpcHostnames?: string[];
}

/**
 * A PodMonitor of the Prometheus operator for replicas and balancers. Its pods need
 * `network.monitoringNamespace`.
 * @see https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PodMonitor
 */
export interface PodMonitorArgs {
  /** Labels of the PodMonitor, by which a Prometheus chooses it. @default - none */
  labels?: Record<string, string>;

  /** Seconds between two scrapes. @default 30 */
  intervalSeconds?: number;
}

/** Arguments of a KubernetesModelService. */
export interface KubernetesModelServiceArgs extends PodPlacementArgs {
  /**
   * Serving image by the digest that a registry gave it: `PublishedImage.reference`. Another image
   * means a new release. With `modelVolume` the runtime image, which has no model.
   */
  image: pulumi.Input<string>;

  /**
   * Name of the model in URLs, as given to the ServingImage; of several models (`server.models`) the
   * one that the output `restUrl` is about.
   */
  modelName: string;

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
   * How long a replica that was told to stop goes on serving, out of rotation, in seconds. Make it as
   * long as the longest request. @default 5
   */
  drainSeconds?: number;

  /**
   * Time from being told to stop until a replica is killed, in seconds; at least 4 more than
   * `drainSeconds`. @default - 10 more than drainSeconds
   */
  stopGraceSeconds?: number;

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

  /** Flags of TensorFlow Serving. @default - see ServerOptions */
  server?: ServerOptions;

  /** Number of balancer pods, 1 to 16. @default 2 */
  balancers?: number;

  /**
   * Longest time that a gRPC call may take, in seconds, 1 to 3595; a client's own deadline may end it
   * sooner. For REST it is `server.restApiTimeoutMs`. @default 60
   */
  grpcTimeoutSeconds?: number;

  /** HAProxy image, 2.6 or later, with bash in it, pulled with `imagePullSecrets`. @default "haproxy:3.2.24" */
  balancerImage?: string;

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

  /** Further labels for every object and pod. @default - none */
  labels?: Record<string, string>;
}

/** Defaults of KubernetesModelServiceArgs. */
export const kubernetesModelServiceDefaults = {
  serviceName: "tf-model-serving",
  cpus: 1,
  memoryMb: 2048,
  gpus: 0,
  gpuResource: "nvidia.com/gpu",
  strategy: ReleaseStrategy.Surge as ReleaseStrategy,
  maxSurge: "25%",
  drainSeconds: 5,
  startTimeoutSeconds: 120,
  schedulingTimeoutSeconds: 600,
  minReadySeconds: 5,
  balancers: 2,
  balancerImage: defaultImages.balancer,
  grpcTimeoutSeconds: defaultGrpcTimeoutSeconds,
  clusterDomain: "cluster.local",
} satisfies Partial<KubernetesModelServiceArgs>;

/** Defaults of KubernetesAutoscalingArgs. */
export const kubernetesAutoscalingDefaults = {
  cpuPercent: 70,
  scaleDownSeconds: 300,
  scaleUpSeconds: 0,
} satisfies Partial<KubernetesAutoscalingArgs>;

/** Replicas where neither their number nor autoscaling is given. */
const usualReplicas = 2;
/** Arguments with every default filled in; `replicas` is there exactly without `autoscaling`. */
export type ResolvedKubernetesArgs = KubernetesModelServiceArgs &
  typeof kubernetesModelServiceDefaults & {
    stopGraceSeconds: number;
    autoscaling?: Required<KubernetesAutoscalingArgs>;
  };

export function resolveKubernetesModelServiceArgs(
  args: KubernetesModelServiceArgs,
): ResolvedKubernetesArgs {
  const { autoscaling, ...others } = withDefaults(args, kubernetesModelServiceDefaults);
  const given = withDefaults(
    { ...others, strategy: strategyOf(others.strategy) },
    { stopGraceSeconds: usualStopGrace(others.drainSeconds) },
  );
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
