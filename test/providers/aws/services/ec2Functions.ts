import { clients, currentRegion } from "../clients";
import type { Plain } from "../../host/provider";
import type { Service } from "../resourceType";

function filters(inputs: Plain, more: Record<string, string | undefined> = {}) {
  return [
    ...(inputs.filters ?? []).map(({ name, values }: Plain) => ({ Name: name, Values: values })),
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
    Filters: filters(inputs, { isDefault: inputs.default && "true" }),
  });
  const vpc = only(Vpcs, "VPC");
  return {
    id: vpc.VpcId,
    cidrBlock: vpc.CidrBlock,
    cidrBlockAssociations: (vpc.CidrBlockAssociationSet ?? []).map((each) => ({
      cidrBlock: each.CidrBlock,
      state: each.CidrBlockState?.State,
    })),
    mainRouteTableId: (
      await clients.ec2().describeRouteTables({
        Filters: filters({}, { "vpc-id": vpc.VpcId, "association.main": "true" }),
      })
    ).RouteTables?.[0]?.RouteTableId,
  };
}

async function getSubnets(inputs: Plain) {
  const { Subnets = [] } = await clients.ec2().describeSubnets({ Filters: filters(inputs) });
  return { id: currentRegion(), ids: Subnets.map(({ SubnetId }) => SubnetId) };
}

async function getSubnet(inputs: Plain) {
  const { Subnets } = await clients.ec2().describeSubnets({
    SubnetIds: [inputs.id],
  });
  const subnet = only(Subnets, "Subnet");
  return {
    id: subnet.SubnetId,
    availabilityZone: subnet.AvailabilityZone,
    cidrBlock: subnet.CidrBlock,
    vpcId: subnet.VpcId,
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
    locations: InstanceTypeOfferings.map((each) => each.Location),
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

export default {
  resources: {},
  functions: {
    "aws:ec2/getVpc:getVpc": getVpc,
    "aws:ec2/getSubnet:getSubnet": getSubnet,
    "aws:ec2/getSubnets:getSubnets": getSubnets,
    "aws:ec2/getRouteTables:getRouteTables": getRouteTables,
    "aws:ec2/getInstanceType:getInstanceType": getInstanceType,
    "aws:ec2/getInstanceTypes:getInstanceTypes": getInstanceTypes,
    "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": getInstanceTypeOfferings,
  },
} satisfies Service;
