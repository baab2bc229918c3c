import { maxReplicas } from "../../serving/balancerConfig";
import { releaseStrategies, ReleaseStrategy } from "../../serving/releaseStrategy";
import { serviceWarnings } from "../../serving/serviceWarnings";
import { checkMainModel } from "../../tfserving/modelConfig";
import { checkModelName } from "../../tfserving/modelName";
import { Problem, wholeNumber } from "../../core/problem";
import { checkServerOptions, ServerOptions } from "../../tfserving/serverOptions";
import { checkStopGrace } from "../../serving/stopTimes";
import { checkIpv4Block } from "../../core/cidr";
import { AutoscalingArgs } from "./ecsModelServiceArgs";
import { cpuUnits, longestStartPeriod } from "./taskDefinition";

/** The part of an ECS service's arguments that can be judged before there is any resource. */
export interface EcsModelServiceShape {
  image?: unknown;
  modelName: string;
  replicas: number;
  cpus: number;
  memoryMb: number;
  gpus: number;
  strategy: ReleaseStrategy;
  drainSeconds: number;
  stopGraceSeconds: number;
  startTimeoutSeconds: number;
  deploymentTimeoutMinutes: number;
  server?: ServerOptions;
  restTargetGroupArn?: unknown;
  grpcTargetGroupArn?: unknown;
  endpointSecurityGroupId?: unknown;
  autoscaling?: AutoscalingArgs;
  logRetentionDays: number;
  enableExec: boolean;
  execCidrs?: string[];
}

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
];
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
const fewestCpuUnits = 128;
const mostCpus = 192;
const mostGpus = 16;

/** Everything about a service that ECS would refuse, or accept and never serve. */
export function checkEcsModelService(shape: EcsModelServiceShape): Problem[] {
  return [
    ...checkModelName(shape.modelName, "modelName"),
    ...checkImage(shape.image),
    ...wholeNumber("replicas", shape.replicas, 1, maxReplicas),
    ...checkLimits(shape),
    ...checkTimes(shape),
    ...checkStrategy(shape.strategy),
    ...checkEndpoint(shape),
    ...(shape.autoscaling ? checkAutoscaling(shape.autoscaling, shape.replicas) : []),
    ...checkRetention(shape.logRetentionDays),
    ...checkExec(shape),
    ...checkServer(shape),
  ];
}

/** What works, and perhaps not as it is meant. */
export function ecsServiceWarnings({
  strategy,
  replicas,
  autoscaling,
}: Pick<EcsModelServiceShape, "strategy" | "replicas" | "autoscaling">): string[] {
  const fewest = autoscaling?.minReplicas ?? replicas;
  return serviceWarnings({ strategy, replicas: fewest });
}

/** An image that is not known yet is checked by nobody: the component that pushes it gives a digest. */
function checkImage(image: unknown): Problem[] {
  return typeof image !== "string" || /@sha256:[a-f0-9]{64}$/.test(image)
    ? []
    : [
        {
          propertyPath: "image",
          reason: `is "${image}": use a digest in ECR, REPOSITORY@sha256:..., since a tag can move`,
        },
      ];
}

function checkLimits({ cpus, memoryMb, gpus }: EcsModelServiceShape): Problem[] {
  const enough = Number.isFinite(cpus) && cpuUnits(cpus) >= fewestCpuUnits && cpus <= mostCpus;
  return [
    ...(enough ? [] : [{ propertyPath: "cpus", reason: `is ${cpus}: use 0.125 to ${mostCpus}` }]),
    ...wholeNumber("memoryMb", memoryMb, 64, 2 ** 22),
    ...wholeNumber("gpus", gpus, 0, mostGpus),
  ];
}

function checkTimes(shape: EcsModelServiceShape): Problem[] {
  const { drainSeconds, startTimeoutSeconds } = shape;
  const balanced = shape.restTargetGroupArn !== undefined || shape.grpcTargetGroupArn !== undefined;
  return [
    ...wholeNumber("drainSeconds", drainSeconds, 0, 3600),
    ...checkStopGrace(shape, "ECS", { fewest: 2 }),
    ...wholeNumber(
      "startTimeoutSeconds",
      startTimeoutSeconds,
      1,
      balanced ? 3600 : longestStartPeriod,
    ),
    ...wholeNumber("deploymentTimeoutMinutes", shape.deploymentTimeoutMinutes, 1, 24 * 60),
  ];
}

function checkStrategy(strategy: string): Problem[] {
  const known: string[] = releaseStrategies;
  return known.includes(strategy)
    ? []
    : [{ propertyPath: "strategy", reason: `is "${strategy}": use ${known.join(" or ")}` }];
}

function checkEndpoint(shape: EcsModelServiceShape): Problem[] {
  const balanced = shape.restTargetGroupArn !== undefined || shape.grpcTargetGroupArn !== undefined;
  return balanced && shape.endpointSecurityGroupId === undefined
    ? [
        {
          propertyPath: "endpointSecurityGroupId",
          reason:
            "is missing, so the load balancer of the target group could not reach the replicas: " +
            "name its security group",
        },
      ]
    : [];
}

function checkAutoscaling(scaling: AutoscalingArgs, replicas: number): Problem[] {
  const at = (name: string) => `autoscaling.${name}`;
  const { minReplicas, maxReplicas: most, requestsPerReplica, cpuPercent, gpuPercent } = scaling;
  const problems = [
    ...wholeNumber(at("minReplicas"), minReplicas, 1, maxReplicas),
    ...wholeNumber(at("maxReplicas"), most, 1, maxReplicas),
    ...optional(at("cpuPercent"), cpuPercent, 1, 100),
    ...optional(at("gpuPercent"), gpuPercent, 1, 100),
    ...optional(at("requestsPerReplica"), requestsPerReplica, 1, 10_000_000),
    ...optional(at("scaleInCooldownSeconds"), scaling.scaleInCooldownSeconds, 0, 3600),
    ...optional(at("scaleOutCooldownSeconds"), scaling.scaleOutCooldownSeconds, 0, 3600),
  ];
  const refuse = (name: string, reason: string) =>
    problems.push({ propertyPath: at(name), reason });
  if (most < minReplicas) {
    refuse("maxReplicas", `is ${most}, less than minReplicas, ${minReplicas}: use that or more`);
  } else if (replicas < minReplicas || replicas > most) {
    problems.push({
      propertyPath: "replicas",
      reason: `is ${replicas}, and autoscaling keeps ${minReplicas} to ${most}: begin with a number in between`,
    });
  }
  if ([requestsPerReplica, cpuPercent, gpuPercent].every((target) => target === undefined)) {
    problems.push({
      propertyPath: "autoscaling",
      reason: "has nothing to follow: give requestsPerReplica, cpuPercent or gpuPercent",
    });
  }
  for (const name of ["loadBalancerArnSuffix", "restTargetGroupArnSuffix"] as const) {
    if (requestsPerReplica !== undefined && scaling[name] === undefined) {
      refuse(name, "is missing: requestsPerReplica counts the requests of one target group");
    }
  }
  if (gpuPercent !== undefined && scaling.autoScalingGroupName === undefined) {
    refuse(
      "autoScalingGroupName",
      "is missing: gpuPercent is measured on the instances of one group",
    );
  }
  return problems;
}

function optional(
  propertyPath: string,
  value: number | undefined,
  min: number,
  max: number,
): Problem[] {
  return value === undefined ? [] : wholeNumber(propertyPath, value, min, max);
}

export function checkRetention(days: number): Problem[] {
  const longer = retentionDays.find((known) => known > days) ?? retentionDays.at(-1);
  return retentionDays.includes(days)
    ? []
    : [
        {
          propertyPath: "logRetentionDays",
          reason: `is ${days}, which CloudWatch Logs does not know: use ${longer}, or another of ${retentionDays.join(", ")}`,
        },
      ];
}

function checkExec({ enableExec, execCidrs }: EcsModelServiceShape): Problem[] {
  if (enableExec && !execCidrs?.length) {
    return [
      {
        propertyPath: "execCidrs",
        reason:
          "is missing: with enableExec name the IPv4 ranges that hold the ssmmessages endpoint, " +
          "such as that of the VPC",
      },
    ];
  }
  const bad = (execCidrs ?? []).flatMap((cidr, index) =>
    checkIpv4Block(`execCidrs[${index}]`, cidr),
  );
  return !enableExec && execCidrs?.length
    ? [
        ...bad,
        { propertyPath: "execCidrs", reason: "has no effect without enableExec: leave it out" },
      ]
    : bad;
}

function checkServer({ server, modelName }: EcsModelServiceShape): Problem[] {
  const problems = checkServerOptions(server, "server");
  return problems.length > 0 ? problems : checkMainModel(modelName, server?.models);
}
