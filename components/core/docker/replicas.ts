import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { currentStack } from "../stack/currentStack";
import { canaryCount } from "../serving/canary";
import { ReleaseStrategy } from "../serving/releaseStrategy";
import { imageUser, superviseServer, supervisor } from "../serving/supervisor";
import {
  hardened,
  healthPace,
  kept,
  dockerLabels,
  limits,
  replaceOnChanges,
} from "./containerDefaults";
import { ResolvedModelServiceArgs } from "./modelServiceArgs";
import { after, StartOrder } from "./startOrder";
import { firstUserId } from "./userIds";

/** The replicas of one image. */
export interface ReplicaContainers {
  /** Label `tfserving.part`, and part of the names. */
  part: string;
  image: pulumi.Input<string>;
  count: number;
  /** Under which Docker's DNS lists those that run. */
  alias: string;
  /** Shown by `npm run status`. @default - unknown */
  modelVersion?: pulumi.Input<string>;
}

/** The replicas that serve the release. */
export function mainContainers(args: ResolvedModelServiceArgs): ReplicaContainers {
  return {
    part: "replica",
    image: args.image,
    count: args.replicas,
    alias: replicaAlias(args),
    modelVersion: args.modelVersion,
  };
}

/** The replicas that serve the canary version; none without one. */
export function canaryContainers({
  canary,
  ...args
}: ResolvedModelServiceArgs): ReplicaContainers[] {
  return canary === undefined
    ? []
    : [
        {
          part: "canary",
          image: canary.image,
          count: canaryCount(canary, args.replicas),
          alias: canaryAlias(args),
          modelVersion: canary.version,
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
export function createContainers(
  name: string,
  args: ResolvedModelServiceArgs,
  set: ReplicaContainers,
  network: docker.Network,
  order: StartOrder,
  parent: pulumi.Resource,
): ReturnType<StartOrder["declare"]> {
  const inPlace = args.strategy === ReleaseStrategy.InPlace;
  const pace = inPlace
    ? { atATime: 1, untilJoined: true }
    : { atATime: args.parallelStarts, untilJoined: false };
  const shared = replicaInputs(args);
  const first = firstUser(name, args, set, shared, network);
  return order.declare(
    set.part,
    set.count,
    pace,
    (number, turn) =>
      new docker.Container(
        `${name}-${set.part}-${number}`,
        {
          ...shared,
          image: after(turn, set.image),
          labels: dockerLabels(set.part, replicaLabels(args, set, number)),
          user: first.apply((id) => `${id + number - 1}:${imageUser}`),
          networksAdvanced: [{ name: network.name, aliases: [set.alias] }],
        },
        { parent, deleteBeforeReplace: inPlace, replaceOnChanges },
      ),
  );
}

function replicaLabels(
  args: ResolvedModelServiceArgs,
  { modelVersion }: ReplicaContainers,
  number: number,
): Record<string, pulumi.Input<string>> {
  return {
    ...args.labels,
    "tfserving.replica": String(number),
    ...(modelVersion === undefined ? {} : { "tfserving.version": modelVersion }),
  };
}

/** The user id of a set's first replica: another one whenever a change replaces the containers. */
function firstUser(
  name: string,
  args: ResolvedModelServiceArgs,
  set: ReplicaContainers,
  shared: Omit<docker.ContainerArgs, "image">,
  network: docker.Network,
): pulumi.Output<number> {
  const { command, envs, gpus, healthcheck, stopTimeout, ulimits } = shared;
  const replacing = { command, envs, gpus, healthcheck, stopTimeout, ulimits };
  const labels = replicaLabels(args, set, 1);
  return pulumi
    .jsonStringify([currentStack(), name, set.part, set.image, network.name, labels, replacing])
    .apply(firstUserId);
}

/** What all replicas of a set have in common. */
function replicaInputs(args: ResolvedModelServiceArgs): Omit<docker.ContainerArgs, "image"> {
  const { flags, environment } = superviseServer(args);
  return {
    ...hardened,
    ...kept,
    command: flags,
    envs: environment.map(([name, value]) => `${name}=${value}`),
    tmpfs: { "/tmp": "rw,nosuid,nodev,noexec,size=64m,mode=1777" },
    ...limits(args.cpus, args.memoryMb, args.pids),
    gpus: args.gpus,
    healthcheck: {
      // Joined, and not only ready: then an old replica may go.
      tests: ["CMD", supervisor, "--check", "joined"],
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
