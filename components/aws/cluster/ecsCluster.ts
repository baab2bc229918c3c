import { formerTypes } from "@tf-model-serving/core/internal/stack/formerTypes";
import * as autoscaling from "@pulumi/aws/autoscaling";
import * as ecs from "@pulumi/aws/ecs";
import * as pulumi from "@pulumi/pulumi";
import { refuse } from "@tf-model-serving/core/internal/arguments/refuse";
import { checkEcsCluster } from "./checkEcsCluster";
import { EcsClusterArgs, ResolvedEcsClusterArgs, resolveEcsClusterArgs } from "./ecsClusterArgs";
import { instanceAmi, noteNewerAmi } from "./instanceAmi";
import { createInstanceGroup } from "./instanceGroup";
import { createInstanceRole } from "./instanceRole";
import { createSecurityGroup, createTemplate } from "./instanceTemplate";
import { gpusOf } from "../instances/instanceTypes";
import { tagsFor } from "../tags";

/**
 * An ECS cluster on EC2 instances with or without GPUs. The instances come and go with the tasks
 * that need them, and are replaced one after the other when AMI or type change, their tasks moved
 * away first. An update does not wait for that.
 *
 * No port of an instance is open. Its metadata service takes tokens only and answers no task, its
 * disk is encrypted, and Session Manager stands in for SSH.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments
 */
export class EcsCluster extends pulumi.ComponentResource {
  /** ARN of the ECS cluster. */
  public readonly clusterArn: pulumi.Output<string>;
  /** Name of the ECS cluster. */
  public readonly clusterName: pulumi.Output<string>;
  /** Name of the capacity provider that services name in their strategy, once the cluster has it. */
  public readonly capacityProviderName: pulumi.Output<string>;
  /** Security group of the instances; tasks have their own. */
  public readonly instanceSecurityGroupId: pulumi.Output<string>;
  /** Name of the Auto Scaling group. */
  public readonly autoScalingGroupName: pulumi.Output<string>;
  /**
   * GPUs of an instance of type `instanceType`, 0 for none. Where AWS does not say how many, 1 stands
   * for one or more.
   */
  public readonly gpusPerInstance: pulumi.Output<number>;
  /** The AMI of new instances, which stays until `amiId` names another. */
  public readonly amiId: pulumi.Output<string>;

  constructor(name: string, args: EcsClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    const resolved = resolveEcsClusterArgs(args);
    refuse("EcsCluster", name, checkEcsCluster(resolved));
    super(
      "tfserving-aws:index:EcsCluster",
      name,
      {},
      formerTypes(opts, "EcsCluster", "GpuCluster"),
    );

    const cluster = createCluster(name, resolved, this);
    const role = createInstanceRole(name, cluster.arn, resolved, this);
    const securityGroup = createSecurityGroup(name, resolved, this);
    const ami = instanceAmi(name, resolved, this);
    const template = createTemplate(
      name,
      resolved,
      { ami, clusterName: cluster.name, role, securityGroup },
      this,
    );
    noteNewerAmi(template, ami, this);
    const group = createInstanceGroup(name, resolved, template, {
      parent: this,
      dependsOn: role.policy,
    });
    const provider = createCapacityProvider(name, resolved, group, this);
    const providers = assignProvider(name, cluster, provider, this);

    this.clusterArn = cluster.arn;
    this.clusterName = cluster.name;
    this.capacityProviderName = pulumi
      .all([provider.name, providers.id])
      .apply(([providerName]) => providerName);
    this.instanceSecurityGroupId = securityGroup.id;
    this.autoScalingGroupName = group.name;
    this.gpusPerInstance = gpusOf(resolved.instanceType, this);
    this.amiId = template.imageId.apply((id) => id!);
    this.registerOutputs({
      clusterArn: this.clusterArn,
      clusterName: this.clusterName,
      capacityProviderName: this.capacityProviderName,
      instanceSecurityGroupId: this.instanceSecurityGroupId,
      autoScalingGroupName: this.autoScalingGroupName,
      gpusPerInstance: this.gpusPerInstance,
      amiId: this.amiId,
    });
  }
}

function createCluster(
  name: string,
  { containerInsights, tags }: ResolvedEcsClusterArgs,
  parent: pulumi.Resource,
): ecs.Cluster {
  return new ecs.Cluster(
    name,
    {
      settings: [{ name: "containerInsights", value: containerInsights }],
      tags: tagsFor("cluster", tags),
    },
    { parent },
  );
}

function createCapacityProvider(
  name: string,
  args: ResolvedEcsClusterArgs,
  group: autoscaling.Group,
  parent: pulumi.Resource,
): ecs.CapacityProvider {
  return new ecs.CapacityProvider(
    // AWS refuses names that begin with aws, ecs or fargate.
    `capacity-${name}`,
    {
      autoScalingGroupProvider: {
        autoScalingGroupArn: group.arn,
        managedScaling: { status: "ENABLED", targetCapacity: args.targetCapacityPercent },
        managedTerminationProtection: "ENABLED",
        managedDraining: args.managedDraining ? "ENABLED" : "DISABLED",
      },
      tags: tagsFor("cluster", args.tags),
    },
    { parent },
  );
}

function assignProvider(
  name: string,
  cluster: ecs.Cluster,
  provider: ecs.CapacityProvider,
  parent: pulumi.Resource,
): ecs.ClusterCapacityProviders {
  return new ecs.ClusterCapacityProviders(
    name,
    {
      clusterName: cluster.name,
      capacityProviders: [provider.name],
      defaultCapacityProviderStrategies: [{ capacityProvider: provider.name, weight: 1 }],
    },
    { parent },
  );
}
