import { clients, currentRegion } from "../clients";
import type { Plain } from "../../host/provider";
import type { Service } from "../resourceType";
import { ec2Arn } from "./ec2";

function filters(inputs: Plain, more: Record<string, string | undefined> = {}) {
  return [
    ...(inputs.filters ?? []).map(({ name, values }: Plain) => ({ Name: name, Values: values })),
    ...Object.entries(inputs.tags ?? {}).map(([key, value]) => ({
      Name: `tag:${key}`,
      Values: [value as string],
    })),
    ...Object.entries(more)
      .filter(([, value]) => value !== undefined)
      .map(([Name, value]) => ({ Name, Values: [value!] })),
  ];
}

function only<T>(all: T[] | undefined, what: string): T {
  if (all?.length !== 1) {
    const reason = all?.length ? `multiple EC2 ${what}s matched` : `no matching EC2 ${what} found`;
    throw new Error(`reading EC2 ${what}: ${reason}; use additional constraints`);
  }
  return all[0];
}

async function getVpc(inputs: Plain) {
  const { Vpcs } = await clients.ec2().describeVpcs({
    VpcIds: inputs.id && [inputs.id],
    Filters: filters(inputs, {
      isDefault: inputs.default === undefined ? undefined : String(inputs.default),
      cidr: inputs.cidrBlock,
      state: inputs.state,
    }),
  });
  const vpc = only(Vpcs, "VPC");
  return {
    id: vpc.VpcId,
    arn: ec2Arn(vpc.OwnerId, "vpc", vpc.VpcId!),
    cidrBlock: vpc.CidrBlock,
    cidrBlockAssociations: (vpc.CidrBlockAssociationSet ?? []).map((each) => ({
      associationId: each.AssociationId,
      cidrBlock: each.CidrBlock,
      state: each.CidrBlockState?.State,
    })),
    default: vpc.IsDefault,
    ownerId: vpc.OwnerId,
    state: vpc.State,
    mainRouteTableId: (
      await clients.ec2().describeRouteTables({
        Filters: filters({}, { "vpc-id": vpc.VpcId, "association.main": "true" }),
      })
    ).RouteTables?.[0]?.RouteTableId,
    tags: {},
  };
}

async function getVpcs(inputs: Plain) {
  const { Vpcs = [] } = await clients.ec2().describeVpcs({ Filters: filters(inputs) });
  return { id: currentRegion(), ids: Vpcs.map(({ VpcId }) => VpcId) };
}

async function getSubnets(inputs: Plain) {
  const { Subnets = [] } = await clients.ec2().describeSubnets({ Filters: filters(inputs) });
  return { id: currentRegion(), ids: Subnets.map(({ SubnetId }) => SubnetId) };
}

async function getSubnet(inputs: Plain) {
  const { Subnets } = await clients.ec2().describeSubnets({
    SubnetIds: inputs.id && [inputs.id],
    Filters: filters(inputs, {
      "vpc-id": inputs.vpcId,
      "availability-zone": inputs.availabilityZone,
    }),
  });
  const subnet = only(Subnets, "Subnet");
  return {
    id: subnet.SubnetId,
    arn: subnet.SubnetArn,
    availabilityZone: subnet.AvailabilityZone,
    availabilityZoneId: subnet.AvailabilityZoneId,
    availableIpAddressCount: subnet.AvailableIpAddressCount,
    cidrBlock: subnet.CidrBlock,
    mapPublicIpOnLaunch: subnet.MapPublicIpOnLaunch,
    ownerId: subnet.OwnerId,
    vpcId: subnet.VpcId,
    tags: {},
  };
}

async function getRouteTables(inputs: Plain) {
  const { RouteTables = [] } = await clients
    .ec2()
    .describeRouteTables({ Filters: filters(inputs, { "vpc-id": inputs.vpcId }) });
  return { id: currentRegion(), ids: RouteTables.map(({ RouteTableId }) => RouteTableId) };
}

async function getInstanceTypeOfferings(inputs: Plain) {
  const { InstanceTypeOfferings = [] } = await clients.ec2().describeInstanceTypeOfferings({
    Filters: filters(inputs),
    LocationType: inputs.locationType,
  });
  return {
    id: currentRegion(),
    instanceTypes: InstanceTypeOfferings.map((each) => each.InstanceType),
    locations: InstanceTypeOfferings.map((each) => each.Location),
    locationTypes: InstanceTypeOfferings.map((each) => each.LocationType),
  };
}

async function getInstanceType(inputs: Plain) {
  const { InstanceTypes } = await clients
    .ec2()
    .describeInstanceTypes({ InstanceTypes: [inputs.instanceType] });
  const type = only(InstanceTypes, "Instance Type");
  return {
    id: type.InstanceType,
    instanceType: type.InstanceType,
    defaultVcpus: type.VCpuInfo?.DefaultVCpus,
    memorySize: type.MemoryInfo?.SizeInMiB,
    gpuses: (type.GpuInfo?.Gpus ?? []).map((gpu) => ({
      count: gpu.Count,
      manufacturer: gpu.Manufacturer,
      memorySize: gpu.MemoryInfo?.SizeInMiB,
      name: gpu.Name,
    })),
    maximumNetworkInterfaces: type.NetworkInfo?.MaximumNetworkInterfaces,
    networkCards: (type.NetworkInfo?.NetworkCards ?? []).map((card) => ({
      index: card.NetworkCardIndex,
      maximumInterfaces: card.MaximumNetworkInterfaces,
    })),
    supportedArchitectures: type.ProcessorInfo?.SupportedArchitectures ?? [],
  };
}

async function getInstanceTypes(inputs: Plain) {
  const { InstanceTypes = [] } = await clients
    .ec2()
    .describeInstanceTypes({ Filters: filters(inputs) });
  return { id: currentRegion(), instanceTypes: InstanceTypes.map((each) => each.InstanceType) };
}

async function getManagedPrefixList(inputs: Plain) {
  const { PrefixLists } = await clients.ec2().describeManagedPrefixLists({
    PrefixListIds: inputs.id && [inputs.id],
    Filters: filters(inputs, { "prefix-list-name": inputs.name }),
  });
  const prefixes = only(PrefixLists, "Managed Prefix List");
  return { id: prefixes.PrefixListId, arn: prefixes.PrefixListArn, name: prefixes.PrefixListName };
}

export default {
  resources: {},
  functions: {
    "aws:ec2/getVpc:getVpc": getVpc,
    "aws:ec2/getVpcs:getVpcs": getVpcs,
    "aws:ec2/getSubnet:getSubnet": getSubnet,
    "aws:ec2/getSubnets:getSubnets": getSubnets,
    "aws:ec2/getRouteTables:getRouteTables": getRouteTables,
    "aws:ec2/getInstanceType:getInstanceType": getInstanceType,
    "aws:ec2/getInstanceTypes:getInstanceTypes": getInstanceTypes,
    "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": getInstanceTypeOfferings,
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": getManagedPrefixList,
  },
} satisfies Service;
