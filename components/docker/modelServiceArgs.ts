import * as pulumi from "@pulumi/pulumi";
import { ServerOptions } from "../tfserving/serverOptions";
import { withDefaults } from "../withDefaults";
import { DockerEngine } from "./engine";

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
   * Most processes and threads in each replica. Docker's provider knows the limit
   * per user only (RLIMIT_NPROC), so each replica runs as a user of its own. @default 1024
   */
  pids?: number;

  /**
   * GPUs that every replica sees: "all" or "device=0,2". The host needs the NVIDIA
   * Container Toolkit, the base image a `-gpu` tag. @default - none
   * @see https://docs.docker.com/engine/containers/resource_constraints/#gpu
   */
  gpus?: string;

  /**
   * How long a replica that was told to stop goes on serving, out of rotation, in
   * seconds. Make it as long as the longest request. @default 5
   */
  drainSeconds?: number;

  /** How long a replica may take to load and warm up its model, in seconds. @default 60 */
  startTimeoutSeconds?: number;

  /** Flags of TensorFlow Serving. @default - see ServerOptions */
  server?: ServerOptions;

  /** HAProxy image, 2.6 or later, with bash in it. @default "haproxy:3.2.4" */
  balancerImage?: string;

  /** Further labels for every container. @default - none */
  labels?: Record<string, string>;

  /**
   * What the engine said of itself (`inspectEngine`): lets a preview find taken
   * ports, missing GPUs or too large limits. @default - these are not checked
   */
  engine?: DockerEngine;
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
  drainSeconds: 5,
  startTimeoutSeconds: 60,
  balancerImage: "haproxy:3.2.4",
} satisfies Partial<DockerModelServiceArgs>;

/** Arguments with every default filled in. */
export type ResolvedModelServiceArgs = DockerModelServiceArgs & typeof modelServiceDefaults;

export function resolveModelServiceArgs(args: DockerModelServiceArgs): ResolvedModelServiceArgs {
  return withDefaults(args, modelServiceDefaults);
}
