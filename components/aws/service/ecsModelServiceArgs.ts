import * as pulumi from "@pulumi/pulumi";
import { ReleaseStrategy } from "@tf-model-serving/core/internal/serving/releaseStrategy";
import {
  ReplicaArgs,
  replicaDefaults,
  ResolvedReplicas,
  resolveReplicas,
} from "@tf-model-serving/core/internal/serving/replicaArgs";

/**
 * When ECS starts more replicas, or stops some. Each target that is given is tracked by a policy of
 * its own: the one that asks for most replicas wins.
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-autoscaling-targettracking.html
 */
export interface AutoscalingArgs {
  /** Fewest replicas, 1 or more. */
  minReplicas: number;

  /** Most replicas, not below `minReplicas`. The cluster needs room for them. */
  maxReplicas: number;

  /**
   * REST requests a minute that each replica shall get; gRPC calls are in another target group and
   * do not count. Needs `loadBalancerArnSuffix` and `restTargetGroupArnSuffix`.
   * @default - requests are not tracked
   */
  requestsPerReplica?: number;

  /** `arnSuffix` of the load balancer, such as `app/serving/50dc6c495c0c9188`. @default - none */
  loadBalancerArnSuffix?: pulumi.Input<string>;

  /** `arnSuffix` of the REST target group. @default - none */
  restTargetGroupArnSuffix?: pulumi.Input<string>;

  /** CPU use that the replicas shall have, in percent of `cpus`, 1 to 100. @default - not tracked */
  cpuPercent?: number;

  /**
   * GPU use that the instances shall have, in percent, 1 to 100. Needs `autoScalingGroupName`, and
   * the CloudWatch agent on the instances: it reports `nvidia_smi_utilization_gpu` in the namespace
   * CWAgent, aggregated by AutoScalingGroupName. ECS itself has no such metric.
   * @default - not tracked
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-NVIDIA-GPU.html
   */
  gpuPercent?: number;

  /** Auto Scaling group of the instances that run the replicas. @default - none */
  autoScalingGroupName?: pulumi.Input<string>;

  /** Seconds between two steps down. @default 300 */
  scaleInCooldownSeconds?: number;

  /** Seconds between two steps up. @default 60 */
  scaleOutCooldownSeconds?: number;
}

/** Arguments of an EcsModelService. */
export interface EcsModelServiceArgs extends ReplicaArgs {
  /**
   * Serving image by the digest that ECR gave it: `EcrImage.reference`. Another image means a new
   * release.
   */
  image: pulumi.Input<string>;

  /** ARN of the ECR repository of `image`, the only one that the execution role may pull from. */
  repositoryArn: pulumi.Input<string>;

  /** ARN of the ECS cluster. */
  clusterArn: pulumi.Input<string>;

  /** Name of the ECS cluster. */
  clusterName: pulumi.Input<string>;

  /** Capacity provider of the cluster that brings the instances. Another one is a new deployment. */
  capacityProviderName: pulumi.Input<string>;

  /** The VPC of the subnets. */
  vpcId: pulumi.Input<string>;

  /** Subnets in which replicas get their addresses; of two or more Availability Zones. */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;

  /**
   * Number of replicas, 1 to 256. Another number starts all of them anew, as a release does. With
   * `autoscaling` only the first update sets it.
   * @default 2, one in each of two Availability Zones
   */
  replicas?: number;

  /**
   * CPUs that each replica may use, 0.125 to 192; thread counts follow from it, unless `server`
   * sets them. @default 1
   */
  cpus?: number;

  /** GPUs that each replica has to itself; the base image then needs a `-gpu` tag. @default 0 */
  gpus?: number;

  /**
   * How a release replaces replicas. `surge` starts as many new ones as there are, and stops
   * the old ones when those are healthy (100 to 200 %): the cluster needs room for both. `inPlace`
   * stops half of them and starts new ones in their place (50 to 100 %), for a fleet whose GPUs are
   * all taken; a single replica is away until the new one is ready.
   * @default ReleaseStrategy.Surge
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
   */
  strategy?: ReleaseStrategy;

  /**
   * How long a replica that was told to stop goes on serving, in seconds. ECS takes it out of the
   * load balancer before that, so this only covers calls that are still under way. @default 5
   */
  drainSeconds?: number;

  /**
   * Time from being told to stop until a replica is killed, in seconds; at least 4 more than
   * `drainSeconds`. An interrupted spot instance is gone after 120 s whatever this says.
   * @default - 10 more than drainSeconds
   */
  stopGraceSeconds?: number;

  /**
   * How long a replica may take to load and warm up its model, in seconds. Up to 300 without a
   * target group, since that is the longest start period of a container's health check.
   * @default 120
   * @see https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
   */
  startTimeoutSeconds?: number;

  /**
   * How long an update waits until a release serves or was rolled back, in minutes. It includes
   * new instances and pulls of the image. @default 40
   */
  deploymentTimeoutMinutes?: number;

  /** Target group of port 8501; its load balancer has a listener that uses it. @default - none */
  restTargetGroupArn?: pulumi.Input<string>;

  /**
   * Target group of port 8500; its load balancer has a listener that uses it. Port 8500 is an
   * administrator's port as well: the listener should forward PredictionService only.
   * @default - gRPC is reachable by nobody
   */
  grpcTargetGroupArn?: pulumi.Input<string>;

  /**
   * Security group of the load balancer, the only one that reaches the replicas. Needed with a
   * target group. @default - nobody reaches them
   */
  endpointSecurityGroupId?: pulumi.Input<string>;

  /** CloudWatch alarms that roll a release back while it is deployed. @default - none */
  deploymentAlarmNames?: pulumi.Input<pulumi.Input<string>[]>;

  /** Follows the load with the number of replicas. @default - it stays at `replicas` */
  autoscaling?: AutoscalingArgs;

  /** How long logs are kept, in days, one of CloudWatch's periods. @default 30 */
  logRetentionDays?: number;

  /** KMS key of the log group; its policy must let CloudWatch Logs use it. @default - AWS's own key */
  logKmsKeyArn?: pulumi.Input<string>;

  /**
   * Lets people run commands in the containers (ECS Exec), for debugging. Then the root file system
   * can be written, the task role may open SSM channels, and `execCidrs` are reachable.
   * @default false
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
   */
  enableExec?: boolean;

  /**
   * IPv4 ranges that hold the ssmmessages endpoint, reachable at port 443 with `enableExec`: the
   * VPC's own range where it has the VPC endpoint. @default - none; replicas open no connections
   */
  execCidrs?: string[];

  /** Further tags for every resource. @default - none */
  tags?: Record<string, string>;
}

/** Defaults of EcsModelServiceArgs. */
export const ecsModelServiceDefaults = {
  ...replicaDefaults,
  replicas: 2,
  gpus: 0,
  startTimeoutSeconds: 120,
  deploymentTimeoutMinutes: 40,
  logRetentionDays: 30,
  enableExec: false,
} satisfies Partial<EcsModelServiceArgs>;

/** Arguments with every default filled in. */
export type ResolvedEcsArgs = ResolvedReplicas<EcsModelServiceArgs, typeof ecsModelServiceDefaults>;

export function resolveEcsModelServiceArgs(args: EcsModelServiceArgs): ResolvedEcsArgs {
  return resolveReplicas(args, ecsModelServiceDefaults);
}
