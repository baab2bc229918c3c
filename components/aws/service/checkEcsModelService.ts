import type { Problem } from "@tf-model-serving/core/internal/arguments/problem";
import { wholeNumber } from "@tf-model-serving/core/internal/arguments/problem";
import { checkIpv4Block } from "@tf-model-serving/core/internal/arguments/cidr";
import {
  anyText,
  judgedBy,
  laterOr,
  listOf,
  objectOf,
  problemsOfArgs,
  recordOf,
  textThat,
  textLike,
  trueOrFalse,
  valueWhere,
  wholeNumberFrom,
} from "@tf-model-serving/core/internal/arguments/schema";
import { maxReplicas } from "@tf-model-serving/core/internal/serving/balancer/ports";
import {
  checkReplicaRules,
  replicaFields,
  serviceWarnings,
} from "@tf-model-serving/core/internal/serving/checkReplicas";
import type { AutoscalingArgs, EcsModelServiceArgs, ResolvedEcsArgs } from "./ecsModelServiceArgs";
import { cpuUnits, longestStartPeriod } from "./taskDefinition";

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288,
  3653,
];
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
const fewestCpuUnits = 128;
const mostCpus = 192;
const mostGpus = 16;

const name = laterOr(anyText());
const percent = wholeNumberFrom(1, 100);
const cooldown = wholeNumberFrom(0, 3600);
const someReplicas = wholeNumberFrom(1, maxReplicas);

/** Shape and range of AutoscalingArgs. */
export const ecsAutoscalingSchema = objectOf<AutoscalingArgs>({
  minReplicas: someReplicas,
  maxReplicas: someReplicas,
  requestsPerReplica: wholeNumberFrom(1, 10_000_000).optional(),
  loadBalancerArnSuffix: name.optional(),
  restTargetGroupArnSuffix: name.optional(),
  cpuPercent: percent.optional(),
  gpuPercent: percent.optional(),
  autoScalingGroupName: name.optional(),
  scaleInCooldownSeconds: cooldown.optional(),
  scaleOutCooldownSeconds: cooldown.optional(),
});

/** Shape and range of EcsModelServiceArgs. */
export const ecsModelServiceSchema = objectOf<EcsModelServiceArgs>({
  ...replicaFields,
  image: laterOr(
    textLike(
      /@sha256:[a-f0-9]{64}$/,
      "use a digest in ECR, REPOSITORY@sha256:..., since a tag can move",
    ),
  ),
  cpus: valueWhere<number>(
    (cpus) => cpuUnits(cpus) >= fewestCpuUnits && cpus <= mostCpus,
    `use 0.125 to ${mostCpus}`,
  ).optional(),
  gpus: wholeNumberFrom(0, mostGpus).optional(),
  repositoryArn: name,
  clusterArn: name,
  clusterName: name,
  capacityProviderName: name,
  vpcId: name,
  subnetIds: laterOr(listOf(name)),
  deploymentTimeoutMinutes: wholeNumberFrom(1, 24 * 60).optional(),
  restTargetGroupArn: name.optional(),
  grpcTargetGroupArn: name.optional(),
  endpointSecurityGroupId: name.optional(),
  deploymentAlarmNames: laterOr(listOf(name)).optional(),
  autoscaling: ecsAutoscalingSchema.optional(),
  logRetentionDays: judgedBy((days: number) => checkRetention(days, "")).optional(),
  logKmsKeyArn: name.optional(),
  enableExec: trueOrFalse().optional(),
  execCidrs: listOf(textThat(checkIpv4Block)).optional(),
  tags: recordOf(anyText()).optional(),
});

/** Everything about a service that ECS would refuse, or accept and never serve. */
export function checkEcsModelService(args: ResolvedEcsArgs): Problem[] {
  return problemsOfArgs(ecsModelServiceSchema, args, {}, (known) => [
    ...checkReplicaRules(known, "ECS", { fewest: 2 }),
    ...checkEndpoint(known),
    ...(known.autoscaling ? checkAutoscaling(known.autoscaling, known.replicas) : []),
    ...checkExec(known),
  ]);
}

/** What works, and perhaps not as it is meant. */
export function ecsServiceWarnings({
  strategy,
  replicas,
  autoscaling,
}: Pick<ResolvedEcsArgs, "strategy" | "replicas" | "autoscaling">): string[] {
  return serviceWarnings({ strategy, replicas: autoscaling?.minReplicas ?? replicas });
}

/** A load balancer reaches the replicas, and is who waits for those that start slowly. */
function checkEndpoint(args: ResolvedEcsArgs): Problem[] {
  const { startTimeoutSeconds } = args;
  const balanced = args.restTargetGroupArn !== undefined || args.grpcTargetGroupArn !== undefined;
  if (!balanced) {
    return startTimeoutSeconds > longestStartPeriod
      ? wholeNumber("startTimeoutSeconds", startTimeoutSeconds, 1, longestStartPeriod)
      : [];
  }
  return args.endpointSecurityGroupId === undefined
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
  const { minReplicas, maxReplicas: most, requestsPerReplica, cpuPercent, gpuPercent } = scaling;
  const problems: Problem[] = [];
  const refuse = (name: string, reason: string) =>
    problems.push({ propertyPath: `autoscaling.${name}`, reason });
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

/** One of the periods for which CloudWatch Logs keeps logs. */
export function checkRetention(days: number, propertyPath = "logRetentionDays"): Problem[] {
  const longer = retentionDays.find((known) => known > days) ?? retentionDays.at(-1);
  return retentionDays.includes(days)
    ? []
    : [
        {
          propertyPath,
          reason: `is ${days}, which CloudWatch Logs does not know: use ${longer}, or another of ${retentionDays.join(", ")}`,
        },
      ];
}

function checkExec({ enableExec, execCidrs }: ResolvedEcsArgs): Problem[] {
  const refuse = (reason: string) => [{ propertyPath: "execCidrs", reason }];
  if (enableExec && !execCidrs?.length) {
    return refuse(
      "is missing: with enableExec name the IPv4 ranges that hold the ssmmessages endpoint, " +
        "such as that of the VPC",
    );
  }
  return !enableExec && execCidrs?.length
    ? refuse("has no effect without enableExec: leave it out")
    : [];
}
