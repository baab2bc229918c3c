import * as pulumi from "@pulumi/pulumi";
import { withDefaults } from "@tf-model-serving/core/internal/arguments/withDefaults";

/** How much CloudWatch measures of a cluster; it bills every metric. */
export enum ContainerInsights {
  /** Metrics of clusters, services, tasks and containers. */
  Enhanced = "enhanced",
  /** Metrics of clusters and services, such as how many tasks run and how many should. */
  Enabled = "enabled",
  /** None. Alarms on running tasks have no data then. */
  Disabled = "disabled",
}

/** Arguments of a EcsCluster. */
export interface EcsClusterArgs {
  /** VPC of the instances: `VpcNetwork.vpcId`. */
  vpcId: pulumi.Input<string>;

  /**
   * Subnets of the instances, best in several availability zones: `VpcNetwork.subnetIds`. In a
   * subnet that gives out public addresses the instances get one, and no port is open on it.
   */
  subnetIds: pulumi.Input<pulumi.Input<string>[]>;

  /**
   * Instance type, such as `g5.xlarge` with a GPU or `c7i.xlarge` without. It decides whether the
   * instances get the AMI with NVIDIA's driver.
   */
  instanceType: string;

  /**
   * Further types to fall back on, the better first, all with GPUs or all without: spot instances
   * need several to be found. A replica must fit on each of them. @default - none
   */
  furtherInstanceTypes?: string[];

  /** The fewest instances; 0 lets the fleet go away with its last task. @default 0 */
  minInstances?: number;

  /** The most instances; replacing them may need more for a while. @default 4 */
  maxInstances?: number;

  /**
   * Instances to begin with. From then on ECS decides how many the tasks need.
   * @default - minInstances
   */
  desiredInstances?: number;

  /** How many instances are on-demand ones before `spotPercent` counts. @default 0 */
  onDemandBase?: number;

  /**
   * Share of spot instances among the others, in percent. AWS takes them back with two minutes'
   * notice; their tasks are moved before, as far as there is capacity. @default 0
   */
  spotPercent?: number;

  /**
   * AMI with the ECS agent, such as `ami-0a1b2c3d4e5f67890`. Another one replaces the instances, one
   * after the other. Needed when `instanceType` goes from a type with GPUs to one without, or back.
   * @default - the AMI that the instances have; for new clusters the ECS-optimized Amazon Linux 2023
   * AMI that AWS recommends, with GPU support for types with a GPU
   */
  amiId?: string;

  /** Root volume in GiB (gp3, encrypted): the system and images, at least 30. @default 100 */
  volumeGb?: number;

  /**
   * KMS key of the root volumes. The role AWSServiceRoleForAutoScaling needs a grant on a customer
   * managed key. @default - the account's default key for EBS
   * @see https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
   */
  kmsKeyId?: pulumi.Input<string>;

  /** What CloudWatch measures. @default ContainerInsights.Enabled */
  containerInsights?: ContainerInsights;

  /**
   * Whether ECS moves the tasks of an instance away before it ends, whoever ends it. @default true
   * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-draining.html
   */
  managedDraining?: boolean;

  /**
   * How full the instances shall be before there are more, in percent, 1 to 100. Less keeps spare
   * room, so that new tasks need not wait for an instance. @default 100
   */
  targetCapacityPercent?: number;

  /**
   * Share of the instances that stay in service while all are replaced for another AMI or type, in
   * percent. At 100 new ones come first; less is for types of which AWS has no more to give, and
   * takes old ones away first. @default 100
   */
  minHealthyPercent?: number;

  /**
   * Addresses that the instances may reach on port 443, where AWS's services are. In a VPC with
   * endpoints its own are enough, with the prefix list of S3. @default ["0.0.0.0/0"]
   */
  egressCidrs?: string[];

  /** Prefix lists that the instances may reach on port 443, such as that of S3. @default - none */
  egressPrefixListIds?: string[];

  /**
   * Policies that the instances' role gets besides its own, by ARN: for an agent in an AMI of your
   * own, or for sessions that your account encrypts or logs. @default - none
   */
  instancePolicyArns?: string[];

  /** Further tags of every resource and instance. @default - none */
  tags?: Record<string, string>;
}

/** Defaults of EcsClusterArgs. */
export const ecsClusterDefaults = {
  furtherInstanceTypes: [] as string[],
  minInstances: 0,
  maxInstances: 4,
  onDemandBase: 0,
  spotPercent: 0,
  volumeGb: 100,
  containerInsights: ContainerInsights.Enabled as ContainerInsights,
  managedDraining: true,
  targetCapacityPercent: 100,
  minHealthyPercent: 100,
  egressCidrs: ["0.0.0.0/0"],
  egressPrefixListIds: [] as string[],
  instancePolicyArns: [] as string[],
} satisfies Partial<EcsClusterArgs>;

/** Arguments with every default filled in. */
export type ResolvedEcsClusterArgs = EcsClusterArgs &
  typeof ecsClusterDefaults & { desiredInstances: number };

export function resolveEcsClusterArgs(args: EcsClusterArgs): ResolvedEcsClusterArgs {
  const resolved = withDefaults(args, ecsClusterDefaults);
  return withDefaults(resolved, { desiredInstances: resolved.minInstances });
}
