import * as pulumi from "@pulumi/pulumi";
import { DockerEngine } from "../engine/engine";
import { maxReplicas } from "../serving/balancer/ports";
import { CanaryArgs } from "../serving/canary";
import {
  BalancedArgs,
  dockerReplicaDefaults,
  ResolvedReplicas,
  resolveReplicas,
} from "../serving/replicaArgs";

/** Arguments of a DockerModelService. */
export interface DockerModelServiceArgs extends BalancedArgs {
  /**
   * Name of the service on its network: clients there reach REST at port 8501
   * and gRPC at port 8500 of it. With an underscore in it the service has a second name, with a
   * hyphen in its place, for clients that take no other host name, as Java's.
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

  /**
   * How many replicas may start at the same time, 1 or more. One that loads its model takes CPU
   * time from those that serve. In place one starts at a time.
   * @default - as many as half of the host's CPUs are enough for, if `engine` tells them; else 1
   */
  parallelStarts?: number;

  /** A second model version that gets a part of the requests. @default - none */
  canary?: CanaryArgs;

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
  ...dockerReplicaDefaults,
  publishAddress: "127.0.0.1",
  pids: 1024,
} satisfies Partial<DockerModelServiceArgs>;

/** Arguments with every default filled in. */
export type ResolvedModelServiceArgs = ResolvedReplicas<
  DockerModelServiceArgs,
  typeof modelServiceDefaults
> & { parallelStarts: number };

export function resolveModelServiceArgs(args: DockerModelServiceArgs): ResolvedModelServiceArgs {
  const resolved = resolveReplicas(args, modelServiceDefaults);
  const cpus = args.engine?.cpus ?? 0;
  const parallelStarts = Math.floor(cpus / 2 / resolved.cpus) || 1;
  return { parallelStarts: Math.min(parallelStarts, maxReplicas), ...resolved };
}
