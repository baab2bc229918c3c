import { defaultImages } from "../arguments/images";
import type { Problem } from "../arguments/problem";
import {
  anyText,
  type FieldsOf,
  judgedBy,
  laterOr,
  oneOf,
  recordOf,
  textThat,
  valueWhere,
  wholeNumberFrom,
} from "../arguments/schema";
import { checkMainModel } from "../tfserving/modelConfig";
import { checkModelName } from "../tfserving/modelName";
import { checkServerOptions } from "../tfserving/serverOptions";
import { maxReplicas } from "./balancer/ports";
import { type CanaryArgs, canaryWarnings } from "./canary";
import { checkEdge, edgeWarnings } from "./edge/checkEdge";
import type { EdgeArgs } from "./edge/edgeArgs";
import { edgeFields } from "./edge/edgeFields";
import { oldStrategyNote, releaseStrategies, ReleaseStrategy } from "./releaseStrategy";
import type { BalancedArgs, ReplicaArgs } from "./replicaArgs";
import {
  checkRequestTimes,
  longestRequestSeconds,
  oldTimeNotes,
  type TimedArgs,
} from "./requestTimes";
import { checkStopGrace } from "./stopTimes";

/** Most memory of a replica, in MiB. */
const mostMemoryMb = 2 ** 22;

/** Schemas of the fields of ReplicaArgs. */
export const replicaFields: FieldsOf<ReplicaArgs> = {
  image: laterOr(anyText()),
  modelName: judgedBy((name: string) => checkModelName(name, "")),
  modelVersion: laterOr(anyText()).optional(),
  replicas: wholeNumberFrom(1, maxReplicas).optional(),
  cpus: valueWhere<number>(
    (cpus) => Number.isFinite(cpus) && cpus >= 0.1,
    "use 0.1 or more",
  ).optional(),
  memoryMb: wholeNumberFrom(64, mostMemoryMb).optional(),
  strategy: oneOf(releaseStrategies).optional(),
  drainSeconds: wholeNumberFrom(0, 3600).optional(),
  // Its range follows from drainSeconds.
  stopGraceSeconds: valueWhere(Number.isFinite, "use a whole number of seconds").optional(),
  startTimeoutSeconds: wholeNumberFrom(1, 3600).optional(),
  requestTimeoutSeconds: wholeNumberFrom(1, longestRequestSeconds).optional(),
  server: judgedBy((server: object) => checkServerOptions(server, "")).optional(),
};

/** Schemas of the fields of BalancedArgs. */
export const balancedFields: FieldsOf<BalancedArgs> = {
  ...replicaFields,
  ...edgeFields,
  balancerImage: textThat(checkBalancerImage).optional(),
  grpcTimeoutSeconds: wholeNumberFrom(1, longestRequestSeconds).optional(),
  labels: recordOf(anyText()).optional(),
};

/** Refuses HAProxy's own images of before 3.2; of others nobody here knows the version. */
function checkBalancerImage(propertyPath: string, image: string): Problem[] {
  const [, version] = /(?:^|\/)haproxy:(\d+\.\d+)/.exec(image) ?? [];
  const [major, minor] = (version ?? "").split(".").map(Number);
  return version === undefined || major > 3 || (major === 3 && minor >= 2)
    ? []
    : [
        {
          propertyPath,
          reason: `is "${image}", and the balancer's configuration needs HAProxy 3.2 or later: use ${defaultImages.balancer}`,
        },
      ];
}

/** Name of a service on Docker's networks. */
export const networkName = textThat((propertyPath, name) =>
  /^[a-z0-9]([a-z0-9_-]{0,48}[a-z0-9])?$/.test(name)
    ? []
    : [
        {
          propertyPath,
          reason:
            `is "${name}", which cannot be a name on the network: ` +
            "use up to 50 lower-case letters, digits, _ and -, with a letter or digit at both ends",
        },
      ],
);

/**
 * Rules across the fields that all targets share.
 *
 * @param platform - what kills a replica when its grace is over, such as `Docker`
 * @param limits - of its grace, see `checkStopGrace`
 */
export function checkReplicaRules(
  args: TimedArgs & EdgeArgs & Pick<ReplicaArgs, "modelName" | "drainSeconds" | "stopGraceSeconds">,
  platform: string,
  limits?: { leaveSeconds?: number; fewest?: number },
): Problem[] {
  const { modelName, server, drainSeconds, stopGraceSeconds } = args;
  return [
    ...(drainSeconds === undefined || stopGraceSeconds === undefined
      ? []
      : checkStopGrace({ drainSeconds, stopGraceSeconds }, platform, limits)),
    ...checkRequestTimes(args),
    ...checkEdge(args),
    ...(modelName === undefined ? [] : checkMainModel(modelName, server?.models)),
  ];
}

/** What decides on the warnings about a service's replicas. */
export interface WarnedService extends Pick<EdgeArgs, "tls"> {
  strategy: ReleaseStrategy;
  /** The fewest that there will be. */
  replicas: number;
  canary?: Omit<CanaryArgs, "image">;
}

/** What works, and perhaps not as it is meant. */
export function serviceWarnings({ strategy, replicas, canary, tls }: WarnedService): string[] {
  return [
    ...(strategy === ReleaseStrategy.InPlace && replicas === 1
      ? [
          'strategy is "inPlace" with one replica: a release stops it before the next one starts, and the ' +
            "service is away meanwhile. Use 2 replicas, or surge where there is room for two at a time.",
        ]
      : []),
    ...(canary ? canaryWarnings(canary, replicas) : []),
    ...edgeWarnings({ tls }),
  ];
}

/** What to say to those who use an argument by an old name or word. */
export function oldNameNotes(args: TimedArgs & Pick<ReplicaArgs, "strategy">): string[] {
  return [...oldStrategyNote(args.strategy), ...oldTimeNotes(args)];
}
