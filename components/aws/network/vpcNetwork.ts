import { formerTypes } from "@tf-model-serving/core/internal/stack/formerTypes";
import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import { refuse } from "@tf-model-serving/core/internal/arguments/refuse";
import { subnetFilters } from "./lookUpNetwork";
import { createEndpoints } from "./vpcEndpoints";
import { checkVpcNetwork, VpcNetworkArgs } from "./vpcNetworkArgs";

/**
 * The network of a service on AWS: a given VPC and subnets, else the region's default VPC. AWS is
 * asked for what the arguments do not say: `lookUpNetwork` finds all of it before there is a resource. It
 * creates nothing but VPC endpoints, and these only when asked. What takes `vpcId` or `subnetIds` is
 * created after the endpoints, and deleted before them.
 *
 * @throws InputPropertiesError that lists everything wrong with the arguments
 */
export class VpcNetwork extends pulumi.ComponentResource {
  /** Id of the VPC. */
  public readonly vpcId: pulumi.Output<string>;
  /** Ids of the subnets. */
  public readonly subnetIds: pulumi.Output<string[]>;
  /** IPv4 addresses of the VPC, such as `10.0.0.0/16`. */
  public readonly cidrBlock: pulumi.Output<string>;

  constructor(name: string, args: VpcNetworkArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    refuse("VpcNetwork", name, checkVpcNetwork(args));
    super("tfserving-aws:index:VpcNetwork", name, {}, formerTypes(opts, "VpcNetwork"));

    const { endpoints, secondaryCidrs = [], tags } = args;
    const vpc = isKnown(args) && !endpoints ? undefined : findVpc(args, this);
    const vpcId = vpc?.id ?? pulumi.output(args.vpcId!);
    const subnetIds = args.subnetIds ? pulumi.output(args.subnetIds) : defaultSubnets(vpcId, this);
    const needed =
      vpc && endpoints ? createEndpoints(name, { vpc, subnetIds, secondaryCidrs, tags }, this) : [];

    this.vpcId = after(needed, vpcId);
    this.subnetIds = after(needed, subnetIds);
    this.cidrBlock = vpc?.cidrBlock ?? pulumi.output(args.cidrBlock!);
    this.registerOutputs({
      vpcId: this.vpcId,
      subnetIds: this.subnetIds,
      cidrBlock: this.cidrBlock,
    });
  }
}

/** Whether AWS need not be asked. */
function isKnown({ vpcId, cidrBlock }: VpcNetworkArgs): boolean {
  return vpcId !== undefined && cidrBlock !== undefined;
}

function findVpc({ vpcId }: VpcNetworkArgs, parent: pulumi.Resource) {
  return ec2.getVpcOutput(vpcId ? { id: vpcId } : { default: true }, { parent });
}

/**
 * A value that depends on resources: what takes it comes after them, and goes before them. An agent
 * without the endpoints could neither join its cluster nor end its tasks.
 */
function after<T>(resources: pulumi.Resource[], value: pulumi.Output<T>): pulumi.Output<T> {
  // The URN, since it is known in a preview too.
  const urns = pulumi.all(resources.map(({ urn }) => urn));
  return value.apply((known) => urns.apply(() => known)) as pulumi.Output<T>;
}

function defaultSubnets(
  vpcId: pulumi.Output<string>,
  parent: pulumi.Resource,
): pulumi.Output<string[]> {
  const filters = vpcId.apply((id) => subnetFilters(id));
  // Sorted, since AWS lists them in any order.
  return ec2.getSubnetsOutput({ filters }, { parent }).ids.apply((ids) => [...ids].sort());
}
