import * as pulumi from "@pulumi/pulumi";
import { DockerEngine } from "../engine/engine";
import { ReleaseStrategy } from "../serving/releaseStrategy";
import {
  BalancedArgs,
  dockerReplicaDefaults,
  ResolvedReplicas,
  resolveReplicas,
} from "../serving/replicaArgs";

/** How a service's name resolves on a Swarm network. */
export enum EndpointMode {
  /** DNS round robin: the name has the address of every task, and the client takes one. */
  Dnsrr = "dnsrr",
  /**
   * One virtual address for the name. It balances connections, not calls: all calls of a gRPC
   * connection reach one task. It forgets connections that are idle for 900 s, which then hang,
   * and it needs the kernel module ip_vs on every node.
   * @see https://github.com/moby/moby/issues/31208
   */
  Vip = "vip",
}

/** A registry's login, which Swarm hands on to the nodes that pull. */
export interface RegistryLogin {
  /** Registry, `HOST` or `HOST:PORT`. */
  registry: string;

  /** User name for the registry; goes with `password`. @default - pulls without a login */
  username?: pulumi.Input<string>;

  /** Password or token for the registry, kept as a secret; goes with `username`. @default - none */
  password?: pulumi.Input<string>;

  /** Whether the registry speaks HTTP without TLS; every node's engine must accept that. @default false */
  plainHttp?: boolean;
}

/** Arguments of a SwarmModelService. */
export interface SwarmModelServiceArgs extends BalancedArgs {
  /**
   * Serving image, by the digest that a registry gave it: `PublishedImage.reference`. On a swarm
   * of one node also by id: `ServingImage.imageId`. Another image means a new release.
   */
  image: pulumi.Input<string>;

  /** Number of replicas, 1 to 256. Changed in place: those that stay are not touched. @default 4 */
  replicas?: number;

  /**
   * Name of the service on its network: clients there reach REST at port 8501
   * and gRPC at port 8500 of it. With an underscore in it the service has a second name, with a
   * hyphen in its place, for clients that take no other host name, as Java's.
   * @default "tf_model_serving"
   */
  serviceName?: string;

  /** How names resolve on the network; the balancers find replicas in both modes. @default EndpointMode.Dnsrr */
  endpointMode?: EndpointMode;

  /**
   * Address at which clients reach the balancers: a node that runs one, or a DNS name or load
   * balancer over several. @default - the address of the manager that takes the orders
   */
  address?: string;

  /**
   * Number of balancers, at most one per node. Each takes the ports of its node on all of the
   * node's addresses: Swarm cannot publish on one of them only.
   * @default - one on every ready node, up to 3
   */
  balancers?: number;

  /** Port of the nodes for REST. @default 8501 */
  restPort?: number;

  /** Port of the nodes for gRPC. @default - gRPC is reachable on the network only */
  grpcPort?: number;

  /** CPUs that a node must have free for each replica, 0 for none. @default 0 */
  reservedCpus?: number;

  /**
   * Memory limit of each replica, in MiB, and what a node must have free for it. A release needs
   * room for one replica more. @default 2048
   */
  memoryMb?: number;

  /**
   * Generic resource that each replica reserves, such as `NVIDIA-GPU=1`. The nodes must offer it
   * (`node-generic-resources` in daemon.json) and have nvidia as default runtime. @default - none
   * @see https://docs.docker.com/engine/swarm/services/#reserve-memory-or-cpus-for-a-service
   */
  gpus?: string;

  /** Placement constraints of the replicas, such as `node.labels.gpu==true`. @default - any node */
  constraints?: string[];

  /**
   * Label over whose values the replicas are spread, such as `node.labels.zone`.
   * @default - over the nodes, as Swarm does by itself
   */
  spreadOver?: string;

  /**
   * How a release replaces replicas: `surge` starts a new one before it stops an old one and
   * needs room for one more, `inPlace` the other way round.
   * @default ReleaseStrategy.Surge
   */
  strategy?: ReleaseStrategy;

  /** How many replicas a release replaces at a time. @default 1 */
  parallelStarts?: number;

  /**
   * Time from being told to stop until a replica is killed, in seconds; at least 7 more than
   * `drainSeconds`. @default - 10 more than drainSeconds
   */
  stopGraceSeconds?: number;

  /**
   * HAProxy image, 3.2 or later, with bash in it, that every node can pull: with the login that the
   * provider has for its registry (`registryAuth`), beside `registry` with that of `docker login`.
   * @default "haproxy:3.2.24"
   */
  balancerImage?: string;

  /** Login to the registry of `image`. @default - pulls without a login */
  registry?: RegistryLogin;

  /**
   * Addresses of the overlay network, such as `10.20.0.0/22`. The swarm's own choice is a /24,
   * room for about 250 tasks. @default - the swarm chooses
   */
  subnet?: string;

  /**
   * What the engine said of itself (`inspectEngine`): lets a preview find a missing swarm, taken
   * ports, missing GPUs or too large limits. @default - these are not checked
   */
  engine?: DockerEngine;
}

/** Defaults of SwarmModelServiceArgs. */
export const swarmModelServiceDefaults = {
  ...dockerReplicaDefaults,
  endpointMode: EndpointMode.Dnsrr as EndpointMode,
  reservedCpus: 0,
  parallelStarts: 1,
} satisfies Partial<SwarmModelServiceArgs>;

/**
 * How long an old replica stays ready, in seconds. Swarm tells DNS of a new one when it is healthy,
 * and stops an old one in the same moment: this is longer than a balancer takes to find the new one.
 */
export const leaveSeconds = 3;

/** Most balancers that there are unless somebody asks for more. */
const usualBalancers = 3;

/** Arguments with every default filled in. */
export type ResolvedSwarmArgs = ResolvedReplicas<
  SwarmModelServiceArgs,
  typeof swarmModelServiceDefaults
> & { address: string; balancers: number };

export function resolveSwarmModelServiceArgs(args: SwarmModelServiceArgs): ResolvedSwarmArgs {
  const swarm = args.engine?.swarm;
  return resolveReplicas(args, {
    ...swarmModelServiceDefaults,
    address: swarm?.nodeAddress ?? "127.0.0.1",
    balancers: Math.max(1, Math.min(swarm?.readyNodes ?? 1, usualBalancers)),
  });
}
