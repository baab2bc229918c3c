import * as pulumi from "@pulumi/pulumi";
import { defaultImages } from "../core/images";
import { maxReplicas } from "../serving/balancerConfig";
import { defaultGrpcTimeoutSeconds } from "../serving/requestTimes";
import { CanaryArgs } from "../serving/canary";
import { ReleaseStrategy, strategyOf } from "../serving/releaseStrategy";
import { ServerOptions } from "../tfserving/serverOptions";
import { usualStopGrace } from "../serving/stopTimes";
import { withDefaults } from "../core/withDefaults";
import { DockerEngine } from "../engine/engine";

/** Arguments of a DockerModelService. */
export interface DockerModelServiceArgs {
  /**
   * Serving image, by id or digest: `ServingImage.imageId` or
   * `PublishedImage.reference`. Another image means a new release.
   */
  image: pulumi.Input<string>;

  /**
   * Name of the model in URLs, as given to the ServingImage; of several models (`server.models`) the
   * one that the outputs `restUrl` and `networkRestUrl` are about.
   */
  modelName: string;

  /** Number of replicas, 1 to 256. @default 4 */
  replicas?: number;

  /**
   * Name of the service on its network: clients there reach REST at port 8501
   * and gRPC at port 8500 of it.
   * @default "tf_model_serving"
   */
  serviceName?: string;

  /** IPv4 address of the Docker host on which ports are published. @default "127.0.0.1" */
  publishAddress?: string;

  /** Port of the Docker host for REST. @default 8501 */
  restPort?: number;

  /** Port of the Docker host for gRPC. @default - gRPC is reachable on the network only */
  grpcPort?: number;

  /**
   * CPUs that each replica may use. TensorFlow's and the server's thread counts
   * follow from it, unless `server` sets them. @default 1
   */
  cpus?: number;

  /** Memory limit of each replica, in MiB; there is no swap beyond it. @default 2048 */
  memoryMb?: number;

  /**
   * Most processes and threads in each replica. Docker's provider knows the limit per user of the
   * host only (RLIMIT_NPROC), so each replica runs as a user of its own, and the replicas of a
   * release as others than those before. @default 1024
   */
  pids?: number;

  /**
   * GPUs that every replica sees: "all" or "device=0,2". The host needs the NVIDIA
   * Container Toolkit, the base image a `-gpu` tag. @default - none
   * @see https://docs.docker.com/engine/containers/resource_constraints/#gpu
   */
  gpus?: string;

  /** How a release replaces replicas. @default ReleaseStrategy.Surge */
  strategy?: ReleaseStrategy;

  /**
   * How many replicas may start at the same time, 1 or more. One that loads its model takes CPU
   * time from those that serve. Rolling starts one at a time.
   * @default - as many as half of the host's CPUs are enough for, if `engine` tells them; else 1
   */
  parallelStarts?: number;

  /** A second model version that gets a part of the requests. @default - none */
  canary?: CanaryArgs;

  /**
   * The model version that `image` serves, a label of its replicas. @default - they have no such label
   */
  modelVersion?: pulumi.Input<string>;

  /**
   * How long a replica that was told to stop goes on serving, out of rotation, in
   * seconds. Make it as long as the longest request. @default 5
   */
  drainSeconds?: number;

  /**
   * How long a replica may take to stop before it is killed, in seconds; longer than
   * `drainSeconds`, since the server ends after it. @default - drainSeconds + 10
   */
  stopGraceSeconds?: number;

  /**
   * How long a replica may take to load and warm up its model, in seconds. A release with one that
   * takes longer fails, and the one before serves on. @default 40
   */
  startTimeoutSeconds?: number;

  /** Flags of TensorFlow Serving. @default - see ServerOptions */
  server?: ServerOptions;

  /**
   * Longest time that a gRPC call may take, in seconds, 1 to 3595; a client's own deadline may end it
   * sooner. For REST it is `server.restApiTimeoutMs`. @default 60
   */
  grpcTimeoutSeconds?: number;

  /**
   * HAProxy image, 2.6 or later, with bash in it, pulled with the login that the provider has for its
   * registry (`registryAuth`). @default "haproxy:3.2.24"
   */
  balancerImage?: string;

  /** Further labels for every container. @default - none */
  labels?: Record<string, string>;

  /**
   * What the engine said of itself (`inspectEngine`): lets a preview find taken
   * ports, missing GPUs or too large limits. @default - these are not checked
   */
  engine?: DockerEngine;

  /**
   * Address of the Docker Engine, on which new replicas are watched while they start: an update
   * with one that cannot serve fails at once and says what it said. Elsewhere such an update fails
   * after `startTimeoutSeconds`, without its words.
   * @default - that of the component's Docker provider, else that of `engine`, else the one that
   * `docker ps` asks: DOCKER_HOST, else the Docker context in use, else the local one
   */
  host?: pulumi.Input<string>;

  /**
   * Further arguments of ssh where `host` is an `ssh://` address: `SshDockerHost.sshOptions`.
   * @default - none
   */
  sshOptions?: pulumi.Input<string[]>;
}

/** Defaults of DockerModelServiceArgs. */
export const modelServiceDefaults = {
  replicas: 4,
  serviceName: "tf_model_serving",
  publishAddress: "127.0.0.1",
  restPort: 8501,
  cpus: 1,
  memoryMb: 2048,
  pids: 1024,
  strategy: ReleaseStrategy.Surge as ReleaseStrategy,
  drainSeconds: 5,
  startTimeoutSeconds: 40,
  balancerImage: defaultImages.balancer,
  grpcTimeoutSeconds: defaultGrpcTimeoutSeconds,
} satisfies Partial<DockerModelServiceArgs>;

/** Arguments with every default filled in. */
export type ResolvedModelServiceArgs = DockerModelServiceArgs &
  typeof modelServiceDefaults &
  Required<Pick<DockerModelServiceArgs, "strategy" | "parallelStarts" | "stopGraceSeconds">>;

export function resolveModelServiceArgs(args: DockerModelServiceArgs): ResolvedModelServiceArgs {
  const given = withDefaults(args, modelServiceDefaults);
  return withDefaults(
    { ...given, strategy: strategyOf(given.strategy) },
    {
      stopGraceSeconds: usualStopGrace(given.drainSeconds),
      parallelStarts: Math.min(
        Math.floor((args.engine?.cpus ?? 0) / 2 / given.cpus) || 1,
        maxReplicas,
      ),
    },
  );
}
