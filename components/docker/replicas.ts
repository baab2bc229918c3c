import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { maxReplicas } from "../balancer/balancerConfig";
import { statusModels } from "../tfserving/modelStatus";
import { renderServer } from "../tfserving/serverOptions";
import { canaryCount } from "./checkCanary";
import {
  hardened,
  healthPace,
  kept,
  labelsFor,
  limits,
  replaceOnChanges,
} from "./containerDefaults";
import { ReleaseStrategy, ResolvedModelServiceArgs } from "./modelServiceArgs";
import { after, StartOrder } from "./startOrder";

/** The replicas of one image. */
export interface ReplicaSet {
  /** Label `tfserving.part`, and part of the names. */
  part: string;
  image: pulumi.Input<string>;
  count: number;
  /** Under which Docker's DNS lists those that run. */
  alias: string;
  /** Shown by `npm run status`. @default - unknown */
  modelVersion?: pulumi.Input<string>;
  /** Position of the first one's user id. */
  firstUser: number;
}

// The supervisor's image user; replica N runs as this plus N.
const firstReplicaUser = 10000;
const replicaGroup = 10001;

/** The replicas that serve the release. */
export function mainReplicas(args: ResolvedModelServiceArgs): ReplicaSet {
  return {
    part: "replica",
    image: args.image,
    count: args.replicas,
    alias: replicaAlias(args),
    modelVersion: args.modelVersion,
    firstUser: firstReplicaUser,
  };
}

/** The replicas that serve the canary version; none without one. */
export function canaryReplicas({ canary, ...args }: ResolvedModelServiceArgs): ReplicaSet[] {
  return canary === undefined
    ? []
    : [
        {
          part: "canary",
          image: canary.image,
          count: canaryCount(canary, args.replicas),
          alias: canaryAlias(args),
          modelVersion: canary.version,
          firstUser: firstReplicaUser + maxReplicas,
        },
      ];
}

/** What Docker's DNS lists the running replicas under. */
export function replicaAlias({ serviceName }: { serviceName: string }): string {
  return `${serviceName}_replica`;
}

/** What Docker's DNS lists the running canary replicas under. */
export function canaryAlias({ serviceName }: { serviceName: string }): string {
  return `${serviceName}_canary`;
}

/** Declares the containers of a set, to be started in order. */
export function createReplicas(
  name: string,
  args: ResolvedModelServiceArgs,
  set: ReplicaSet,
  network: docker.Network,
  order: StartOrder,
  parent: pulumi.Resource,
): ReturnType<StartOrder["declare"]> {
  const rolling = args.strategy === ReleaseStrategy.Rolling;
  const pace = rolling
    ? { atATime: 1, untilJoined: true }
    : { atATime: args.parallelStarts, untilJoined: false };
  return order.declare(set.part, set.count, pace, (number, turn) => {
    const inputs = replicaInputs(args, set, number);
    return new docker.Container(
      `${name}-${set.part}-${number}`,
      {
        ...inputs,
        image: after(turn, set.image),
        networksAdvanced: [{ name: network.name, aliases: [set.alias] }],
      },
      { parent, deleteBeforeReplace: rolling, replaceOnChanges },
    );
  });
}

function replicaInputs(
  args: ResolvedModelServiceArgs,
  set: ReplicaSet,
  number: number,
): Omit<docker.ContainerArgs, "image"> {
  const server = renderServer(args.server, { cpus: args.cpus });
  const status = statusModels(args.server?.models);
  const readiness = status === undefined ? [] : [`TFS_STATUS_MODELS=${status}`];
  const files = Object.entries(server.files).map(([flag, text]) => `TFS_FILE_${flag}=${text}`);
  return {
    ...hardened,
    ...kept,
    command: server.flags,
    envs: [`TFS_DRAIN_SECONDS=${args.drainSeconds}`, ...readiness, ...files].sort(),
    labels: labelsFor(set.part, {
      ...args.labels,
      "tfserving.replica": String(number),
      ...(set.modelVersion === undefined ? {} : { "tfserving.version": set.modelVersion }),
    }),
    user: `${set.firstUser + number}:${replicaGroup}`,
    tmpfs: { "/tmp": "rw,nosuid,nodev,noexec,size=64m,mode=1777" },
    ...limits(args.cpus, args.memoryMb, args.pids),
    gpus: args.gpus,
    healthcheck: {
      // Joined, and not only ready: then an old replica may go.
      tests: ["CMD", "/usr/bin/tfserving-supervisor", "--check", "joined"],
      timeout: "5s",
      retries: 3,
      ...healthPace(args.engine?.apiVersion, args.startTimeoutSeconds),
    },
    wait: true,
    // The watch knows first, and says more.
    waitTimeout: args.startTimeoutSeconds + 10,
    stopTimeout: args.stopGraceSeconds,
    destroyGraceSeconds: args.stopGraceSeconds,
  };
}
