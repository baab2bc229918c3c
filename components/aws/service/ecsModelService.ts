import { formerTypes } from "@tf-model-serving/core/internal/stack/formerTypes";
import * as cloudwatch from "@pulumi/aws/cloudwatch";
import * as ecs from "@pulumi/aws/ecs";
import * as pulumi from "@pulumi/pulumi";
import { refuse } from "@tf-model-serving/core/internal/arguments/refuse";
import { warnOf } from "@tf-model-serving/core/internal/arguments/warnOf";
import { oldNameNotes } from "@tf-model-serving/core/internal/serving/checkReplicas";
import { ports } from "@tf-model-serving/core/internal/serving/balancer/ports";
import { parseArn } from "../arn";
import { awsName } from "../awsName";
import { checkEcsModelService, ecsServiceWarnings } from "./checkEcsModelService";
import { deploymentArgs, rolledBack } from "./deployment";
import {
  EcsModelServiceArgs,
  ResolvedEcsArgs,
  resolveEcsModelServiceArgs,
} from "./ecsModelServiceArgs";
import { createServiceNetwork, ServiceNetwork } from "./serviceNetwork";
import { createServiceRoles } from "./serviceRoles";
import { createScaling } from "./serviceScaling";
import { tagsFor } from "../tags";
import { containerName, cpuUnits, renderContainer } from "./taskDefinition";
import { TaskRoles } from "./taskRoles";

const longestFamily = 255;

/**
 * Replicas of a serving image on the EC2 instances of an ECS cluster, as an ECS service.
 *
 * An update waits until the release serves. One that never gets healthy, or that sets off one of
 * `deploymentAlarmNames`, is rolled back by ECS and fails the update. Replicas are spread over the
 * Availability Zones; what reaches them is the load balancer, by its security group.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments
 */
export class EcsModelService extends pulumi.ComponentResource {
  /** ARN of the ECS service. */
  public readonly serviceArn: pulumi.Output<string>;
  /** Name of the ECS service, once the release serves. */
  public readonly serviceName: pulumi.Output<string>;
  /** ARN of the task definition, with its revision, that the service runs. */
  public readonly taskDefinitionArn: pulumi.Output<string>;
  /** Name of the CloudWatch log group of the replicas. */
  public readonly logGroupName: pulumi.Output<string>;
  /** Security group of the replicas. */
  public readonly securityGroupId: pulumi.Output<string>;

  constructor(name: string, args: EcsModelServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    const resolved = resolveEcsModelServiceArgs(args);
    refuse("EcsModelService", name, checkEcsModelService(resolved));
    super("tfserving-aws:index:EcsModelService", name, {}, formerTypes(opts, "EcsModelService"));
    warnOf(this, [...oldNameNotes(args), ...ecsServiceWarnings(resolved)]);

    const logs = createLogGroup(name, resolved, this);
    const roles = createServiceRoles(name, resolved, logs.arn, this);
    const network = createServiceNetwork(name, resolved, this);
    const task = createTaskDefinition(name, resolved, logs, roles, this);
    const service = createService(name, resolved, task, network, roles, this);
    if (resolved.autoscaling) {
      const { clusterName, autoscaling, tags } = resolved;
      createScaling(name, autoscaling, { clusterName, serviceName: service.name }, tags, this);
    }

    this.serviceArn = service.arn;
    this.serviceName = service.name;
    this.taskDefinitionArn = runningRevision(service, task);
    this.logGroupName = logs.name;
    this.securityGroupId = network.group.id;
    this.registerOutputs({
      serviceArn: this.serviceArn,
      serviceName: this.serviceName,
      taskDefinitionArn: this.taskDefinitionArn,
      logGroupName: this.logGroupName,
      securityGroupId: this.securityGroupId,
    });
  }
}

function createLogGroup(
  name: string,
  { logRetentionDays, logKmsKeyArn, tags }: ResolvedEcsArgs,
  parent: pulumi.Resource,
): cloudwatch.LogGroup {
  return new cloudwatch.LogGroup(
    name,
    { retentionInDays: logRetentionDays, kmsKeyId: logKmsKeyArn, tags: tagsFor("logs", tags) },
    { parent },
  );
}

function createTaskDefinition(
  name: string,
  args: ResolvedEcsArgs,
  logs: cloudwatch.LogGroup,
  roles: TaskRoles,
  parent: pulumi.Resource,
): ecs.TaskDefinition {
  const { image, modelVersion, clusterArn } = args;
  const container = pulumi
    .all([image, modelVersion, clusterArn, logs.name])
    .apply(([image, modelVersion, clusterArn, logGroup]) =>
      renderContainer({
        ...args,
        image,
        modelVersion,
        logGroup,
        region: parseArn(clusterArn).region,
      }),
    );
  return new ecs.TaskDefinition(
    name,
    {
      family: awsName([pulumi.getProject(), pulumi.getStack(), name], longestFamily),
      requiresCompatibilities: ["EC2"],
      networkMode: "awsvpc",
      // Limits of the task are hard; a container's CPU units alone are only a share.
      cpu: String(cpuUnits(args.cpus)),
      memory: String(args.memoryMb),
      runtimePlatform: { cpuArchitecture: "X86_64", operatingSystemFamily: "LINUX" },
      executionRoleArn: roles.executionRoleArn,
      taskRoleArn: roles.taskRoleArn,
      containerDefinitions: container.apply((definition) => JSON.stringify([definition])),
      tags: tagsFor("task", args.tags),
    },
    { parent },
  );
}

function createService(
  name: string,
  args: ResolvedEcsArgs,
  task: ecs.TaskDefinition,
  { group, rules }: ServiceNetwork,
  roles: TaskRoles,
  parent: pulumi.Resource,
): ecs.Service {
  const loadBalancers = [
    ...balanced(args.restTargetGroupArn, ports.rest),
    ...balanced(args.grpcTargetGroupArn, ports.grpc),
  ];
  const timeout = `${args.deploymentTimeoutMinutes}m`;
  return new ecs.Service(
    name,
    {
      cluster: args.clusterArn,
      taskDefinition: task.arn,
      desiredCount: args.replicas,
      capacityProviderStrategies: [{ capacityProvider: args.capacityProviderName, weight: 1 }],
      // The provider refuses another strategy without it:
      // https://github.com/hashicorp/terraform-provider-aws/pull/43533
      forceNewDeployment: true,
      ...deploymentArgs(args),
      // Over the zones first, then onto as few instances as will do, so that others can be given back.
      orderedPlacementStrategies: [
        { type: "spread", field: "attribute:ecs.availability-zone" },
        { type: "binpack", field: "memory" },
      ],
      networkConfiguration: {
        subnets: args.subnetIds,
        securityGroups: [group.id],
        assignPublicIp: false,
      },
      ...(loadBalancers.length > 0
        ? { loadBalancers, healthCheckGracePeriodSeconds: args.startTimeoutSeconds }
        : {}),
      enableExecuteCommand: args.enableExec,
      enableEcsManagedTags: true,
      propagateTags: "SERVICE",
      waitForSteadyState: true,
      tags: tagsFor("service", args.tags),
    },
    {
      parent,
      // Without its policies a first replica could not be pulled, and without the rules it would not
      // be found healthy.
      dependsOn: [...roles.policies, ...rules],
      // From then on the number is autoscaling's.
      ignoreChanges: args.autoscaling ? ["desiredCount"] : [],
      customTimeouts: { create: timeout, update: timeout, delete: timeout },
    },
  );
}

function balanced(
  targetGroupArn: pulumi.Input<string> | undefined,
  containerPort: number,
): { targetGroupArn: pulumi.Input<string>; containerName: string; containerPort: number }[] {
  return targetGroupArn === undefined ? [] : [{ targetGroupArn, containerName, containerPort }];
}

/**
 * The revision that runs. The provider takes a service that was rolled back for one that is steady,
 * so the update has to be failed here.
 * @see https://github.com/hashicorp/terraform-provider-aws/issues/20858
 */
function runningRevision(service: ecs.Service, task: ecs.TaskDefinition): pulumi.Output<string> {
  return pulumi.all([task.arn, service.taskDefinition]).apply(([wanted, running]) => {
    const problem = running === undefined ? undefined : rolledBack(wanted, running);
    if (problem) {
      throw new pulumi.RunError(problem);
    }
    return wanted;
  });
}
