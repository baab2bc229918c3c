import * as ecs from "@pulumi/aws/ecs";
import { ReleaseStrategy } from "@tf-model-serving/core/internal/serving/releaseStrategy";
import { ResolvedEcsArgs } from "./ecsModelServiceArgs";

/**
 * How a release replaces replicas, in ECS's terms.
 *
 * ECS rounds the percentage that has to stay healthy up, and what may run at most down: of one
 * replica, 50 % would be that very replica, and a release in place could never begin.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
 */
export function deploymentArgs(
  args: Pick<ResolvedEcsArgs, "strategy" | "replicas" | "autoscaling" | "deploymentAlarmNames">,
): Partial<ecs.ServiceArgs> {
  const fewest = args.autoscaling?.minReplicas ?? args.replicas;
  const inPlace = args.strategy === ReleaseStrategy.InPlace;
  return {
    deploymentMinimumHealthyPercent: inPlace ? (fewest === 1 ? 0 : 50) : 100,
    deploymentMaximumPercent: inPlace ? 100 : 200,
    // It starts a replica before it stops one, which a full fleet has no room for:
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
    availabilityZoneRebalancing: inPlace ? "DISABLED" : "ENABLED",
    deploymentCircuitBreaker: { enable: true, rollback: true },
    ...(args.deploymentAlarmNames === undefined
      ? {}
      : { alarms: { enable: true, rollback: true, alarmNames: args.deploymentAlarmNames } }),
  };
}

/** Why a service does not run what it was told to; undefined where it does. */
export function rolledBack(wanted: string, running: string): string | undefined {
  const revision = (arn: string) => arn.split("/").at(-1);
  return revision(wanted) === revision(running)
    ? undefined
    : `The release was rolled back: the service runs ${revision(running)} and not ${revision(wanted)}. ` +
        "Its events say why (aws ecs describe-services), and the log group what the replicas said";
}
