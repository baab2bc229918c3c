import * as pulumi from "@pulumi/pulumi";
import { isObject } from "../arguments/checks";
import { withDefaults } from "../arguments/withDefaults";
import type { ServerOptions } from "../tfserving/serverOptions";
import { defaultImages } from "../arguments/images";
import type { EdgeArgs } from "./edge/edgeArgs";
import { ReleaseStrategy, strategyOf } from "./releaseStrategy";
import { usualStopGrace } from "./stopTimes";

/** Arguments that a model service has on every target. */
export interface ReplicaArgs {
  /**
   * Serving image, by id or digest: `ServingImage.imageId` or `PublishedImage.reference`. Another
   * image means a new release.
   */
  image: pulumi.Input<string>;

  /**
   * Name of the model in URLs, as given to the ServingImage; of several models (`server.models`) the
   * one that the outputs `restUrl` and `networkRestUrl` are about.
   */
  modelName: string;

  /** The model version that `image` serves, a label of the replicas. @default - no label */
  modelVersion?: pulumi.Input<string>;

  /** Number of replicas, 1 to 256. @default 4, or 2 on ECS and Kubernetes */
  replicas?: number;

  /**
   * CPUs that each replica may use, 0.1 or more. TensorFlow's and the server's thread counts follow
   * from it, unless `server` sets them. @default 1
   */
  cpus?: number;

  /** Memory limit of each replica, in MiB, 64 or more; there is no swap beyond it. @default 2048 */
  memoryMb?: number;

  /** How a release replaces replicas. @default ReleaseStrategy.Surge */
  strategy?: ReleaseStrategy;

  /**
   * How long a replica that was told to stop goes on serving, out of rotation, in seconds, 0 to 3600.
   * Make it as long as the longest request. @default 5
   */
  drainSeconds?: number;

  /**
   * How long a replica may take to stop before it is killed, in seconds; at least 4 more than
   * `drainSeconds`, since the server ends after it. @default - 10 more than drainSeconds
   */
  stopGraceSeconds?: number;

  /**
   * How long a replica may take to load and warm up its model, in seconds, 1 to 3600. A release with
   * one that takes longer fails, and the one before serves on.
   * @default 40, or 120 on ECS and Kubernetes
   */
  startTimeoutSeconds?: number;

  /**
   * Longest time that a REST request or a gRPC call may take, in seconds, 1 to 3595; a client's own
   * deadline may end it sooner.
   * @default 30 for REST, 60 for gRPC
   */
  requestTimeoutSeconds?: number;

  /** Flags of TensorFlow Serving. @default - see ServerOptions */
  server?: ServerOptions;
}

/** Arguments that a model service has where HAProxy stands in front of its replicas. */
export interface BalancedArgs extends ReplicaArgs, EdgeArgs {
  /**
   * HAProxy image, 3.2 or later, with bash in it.
   * @default "haproxy:3.2.24"
   */
  balancerImage?: string;

  /** Longest time that a gRPC call may take, in seconds, 1 to 3595. @default - see requestTimeoutSeconds */
  grpcTimeoutSeconds?: number;

  /** Further labels for everything that takes labels. @default - none */
  labels?: Record<string, string>;
}

/** Defaults that all targets share. */
export const replicaDefaults = {
  cpus: 1,
  memoryMb: 2048,
  strategy: ReleaseStrategy.Surge as ReleaseStrategy,
  drainSeconds: 5,
} satisfies Partial<ReplicaArgs>;

/** Defaults on one Docker host and on Swarm. */
export const dockerReplicaDefaults = {
  ...replicaDefaults,
  replicas: 4,
  startTimeoutSeconds: 40,
  serviceName: "tf_model_serving",
  restPort: 8501,
  balancerImage: defaultImages.balancer,
};

/** What `resolveReplicas` fills in. */
export type ResolvedReplicas<Args extends ReplicaArgs, Defaults> = Args &
  Defaults & { stopGraceSeconds: number };

/** Arguments with their defaults, those that derive from others, and old words replaced. */
export function resolveReplicas<
  Args extends ReplicaArgs,
  Defaults extends Required<Pick<ReplicaArgs, "strategy" | "drainSeconds">>,
>(args: Args, defaults: Defaults): ResolvedReplicas<Args, Defaults> {
  const given = withDefaults(args, defaults);
  const { drainSeconds, strategy } = given;
  return {
    ...withDefaults(given, { stopGraceSeconds: usualStopGrace(drainSeconds) }),
    strategy: strategyOf(strategy),
    ...withRequestTimeout(given),
  };
}

/** The server gives up a REST request when its time is over. */
function withRequestTimeout({ server, requestTimeoutSeconds }: ReplicaArgs): Partial<ReplicaArgs> {
  return requestTimeoutSeconds && isObject(server ?? {})
    ? { server: withDefaults(server ?? {}, { restApiTimeoutMs: requestTimeoutSeconds * 1000 }) }
    : {};
}
