import type * as pulumiEc2 from "@pulumi/aws/ec2";
import type * as pulumiVpc from "@pulumi/aws/vpc";
import { isIPv4 } from "net";

import { clients, currentRegion } from "../clients";
import type { Plain } from "../provider";
import { found, gone, keyValues, resource, tagChanges } from "../resourceType";
import type { ResourceType, Service, Update } from "../resourceType";
import { fixed, flag, json, list, number, object, replaces, required, set, tags } from "../shapes";
import { text, unknown } from "../shapes";

/** `[{ResourceType, Tags}]`, as EC2 wants tags of what it makes. */
export function tagged(ResourceType: string, values: Record<string, string> = {}) {
  const Tags = keyValues(values);
  return Tags.length > 0 ? [{ ResourceType: ResourceType as "vpc", Tags }] : undefined;
}

export async function retag({ state, news }: Update, id: string): Promise<void> {
  const { remove, add } = tagChanges(state.tags, news.tags);
  if (remove.length > 0) {
    await clients.ec2().deleteTags({ Resources: [id], Tags: remove.map((Key) => ({ Key })) });
  }
  if (Object.keys(add).length > 0) {
    await clients.ec2().createTags({ Resources: [id], Tags: keyValues(add) });
  }
}

export function ec2Arn(owner: string | undefined, kind: string, id: string): string {
  return `arn:aws:ec2:${currentRegion()}:${owner}:${kind}/${id}`;
}

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html */
const groupText = { max: 255, pattern: /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]*$/ };

const securityGroup = resource<pulumiEc2.SecurityGroupArgs>({
  inputs: {
    name: text({ ...replaces, ...groupText }),
    description: text({ ...replaces, ...groupText }),
    vpcId: text(replaces),
    revokeRulesOnDelete: flag(),
    // Rules have resources of their own; only "none" can be said here.
    ingress: list(object({}), { max: 0 }),
    egress: list(object({}), { max: 0 }),
    tags: tags(),
  },
  autoname: "name",
  check: ({ name }) =>
    name.startsWith("sg-") ? [{ property: "name", reason: "begins with sg-" }] : [],
  async create(inputs) {
    const { GroupId: id } = await clients.ec2().createSecurityGroup({
      GroupName: inputs.name,
      Description: inputs.description ?? "Managed by Pulumi",
      VpcId: inputs.vpcId,
      TagSpecifications: tagged("security-group", inputs.tags),
    });
    const { SecurityGroups: [group] = [] } = await clients
      .ec2()
      .describeSecurityGroups({ GroupIds: [id!] });
    // As the real provider: the rule that AWS gives every group goes.
    if (group.IpPermissionsEgress?.length) {
      await clients
        .ec2()
        .revokeSecurityGroupEgress({ GroupId: id, IpPermissions: group.IpPermissionsEgress });
    }
    return {
      id: id!,
      outputs: {
        arn: ec2Arn(group.OwnerId, "security-group", id!),
        ownerId: group.OwnerId,
        description: group.Description,
        vpcId: group.VpcId,
      },
    };
  },
  update: (update) => retag(update, update.id),
  exists: (id) => found(clients.ec2().describeSecurityGroups({ GroupIds: [id] })),
  delete: (id) => gone(clients.ec2().deleteSecurityGroup({ GroupId: id })),
});

const sources = ["cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"];

type Rule = pulumiVpc.SecurityGroupIngressRuleArgs;

function securityGroupRule(ingress: boolean): ResourceType {
  return resource<Rule>({
    inputs: {
      securityGroupId: text(fixed),
      ipProtocol: text({ ...required, oneOf: ["tcp", "udp", "icmp", "icmpv6", "-1"] }),
      fromPort: number({ min: -1, max: 65535 }),
      toPort: number({ min: -1, max: 65535 }),
      cidrIpv4: text(),
      cidrIpv6: text({ pattern: /^[0-9a-fA-F:]+\/\d{1,3}$/ }),
      prefixListId: text({ pattern: /^pl-/ }),
      referencedSecurityGroupId: text({ pattern: /^(\d+\/)?sg-/ }),
      description: text(groupText),
      tags: tags(),
    },
    check(inputs) {
      const given = sources.filter((source) => inputs[source] !== undefined);
      const failures =
        given.length === 1 ? [] : [{ property: given[1] ?? sources[0], reason: "name one source" }];
      if (inputs.cidrIpv4 && inputs.cidrIpv4 !== unknown && !isNetwork(inputs.cidrIpv4)) {
        failures.push({ property: "cidrIpv4", reason: `${inputs.cidrIpv4} is no network` });
      }
      if (inputs.ipProtocol === "-1" && inputs.fromPort !== undefined) {
        failures.push({ property: "fromPort", reason: "is not taken with all protocols" });
      }
      if (["tcp", "udp"].includes(inputs.ipProtocol) && !(inputs.fromPort <= inputs.toPort)) {
        failures.push({ property: "toPort", reason: "give fromPort and toPort, in this order" });
      }
      return failures;
    },
    async create(inputs) {
      const request = {
        GroupId: inputs.securityGroupId,
        IpPermissions: [permission(inputs)],
        TagSpecifications: tagged("security-group-rule", inputs.tags),
      };
      const { SecurityGroupRules: [rule] = [] } = ingress
        ? await clients.ec2().authorizeSecurityGroupIngress(request)
        : await clients.ec2().authorizeSecurityGroupEgress(request);
      const id = rule.SecurityGroupRuleId!;
      const arn = ec2Arn(rule.GroupOwnerId, "security-group-rule", id);
      return { id, outputs: { arn, securityGroupRuleId: id } };
    },
    async update(update) {
      const { id, news } = update;
      if (update.changed("ipProtocol", "fromPort", "toPort", "description", ...sources)) {
        await clients.ec2().modifySecurityGroupRules({
          GroupId: news.securityGroupId,
          SecurityGroupRules: [
            {
              SecurityGroupRuleId: id,
              SecurityGroupRule: {
                IpProtocol: news.ipProtocol,
                FromPort: news.fromPort,
                ToPort: news.toPort,
                CidrIpv4: news.cidrIpv4,
                CidrIpv6: news.cidrIpv6,
                PrefixListId: news.prefixListId,
                ReferencedGroupId: news.referencedSecurityGroupId,
                Description: news.description,
              },
            },
          ],
        });
      }
      await retag(update, id);
    },
    async exists(id) {
      return found(
        clients
          .ec2()
          .describeSecurityGroupRules({ SecurityGroupRuleIds: [id] })
          .then(({ SecurityGroupRules }) => SecurityGroupRules),
      );
    },
    async delete(id, { securityGroupId }) {
      const request = { GroupId: securityGroupId, SecurityGroupRuleIds: [id] };
      await gone(
        ingress
          ? clients.ec2().revokeSecurityGroupIngress(request)
          : clients.ec2().revokeSecurityGroupEgress(request),
      );
    },
  });
}

function permission(inputs: Plain) {
  const { description: Description, referencedSecurityGroupId: GroupId } = inputs;
  return {
    IpProtocol: inputs.ipProtocol,
    FromPort: inputs.fromPort,
    ToPort: inputs.toPort,
    IpRanges: inputs.cidrIpv4 && [{ CidrIp: inputs.cidrIpv4, Description }],
    Ipv6Ranges: inputs.cidrIpv6 && [{ CidrIpv6: inputs.cidrIpv6, Description }],
    PrefixListIds: inputs.prefixListId && [{ PrefixListId: inputs.prefixListId, Description }],
    UserIdGroupPairs: GroupId && [{ GroupId, Description }],
  };
}

/** Whether it is an IPv4 network whose host bits are zero, as AWS wants it. */
function isNetwork(cidr: string): boolean {
  const [address, length] = cidr.split("/");
  if (!isIPv4(address) || !/^\d+$/.test(length ?? "") || Number(length) > 32) {
    return false;
  }
  const bits = address.split(".").reduce((all, part) => all * 256 + Number(part), 0);
  return bits % 2 ** (32 - Number(length)) === 0;
}

const vpcEndpoint = resource<pulumiEc2.VpcEndpointArgs>({
  inputs: {
    vpcId: text(fixed),
    serviceName: text(fixed),
    vpcEndpointType: text({ ...replaces, oneOf: ["Interface", "Gateway"] }),
    privateDnsEnabled: flag(),
    policy: json(),
    routeTableIds: set(text()),
    securityGroupIds: set(text()),
    subnetIds: set(text()),
    tags: tags(),
  },
  check({ vpcEndpointType: type = "Gateway", ...inputs }) {
    const excluded = type === "Gateway" ? ["subnetIds", "securityGroupIds"] : ["routeTableIds"];
    return excluded
      .filter((property) => inputs[property] !== undefined)
      .map((property) => ({ property, reason: `is not taken by an endpoint of type ${type}` }));
  },
  async create(inputs) {
    const { ServiceNames = [] } = await clients.ec2().describeVpcEndpointServices({});
    if (!ServiceNames.includes(inputs.serviceName)) {
      throw new Error(`InvalidServiceName: ${inputs.serviceName} does not exist`);
    }
    const { VpcEndpoint: made } = await clients.ec2().createVpcEndpoint({
      VpcId: inputs.vpcId,
      ServiceName: inputs.serviceName,
      VpcEndpointType: inputs.vpcEndpointType,
      PrivateDnsEnabled: inputs.privateDnsEnabled,
      PolicyDocument: inputs.policy,
      RouteTableIds: inputs.routeTableIds,
      SecurityGroupIds: inputs.securityGroupIds,
      SubnetIds: inputs.subnetIds,
      TagSpecifications: tagged("vpc-endpoint", inputs.tags),
    });
    const id = made!.VpcEndpointId!;
    return {
      id,
      outputs: {
        arn: ec2Arn(made!.OwnerId, "vpc-endpoint", id),
        dnsEntries: (made!.DnsEntries ?? []).map((entry) => ({
          dnsName: entry.DnsName,
          hostedZoneId: entry.HostedZoneId,
        })),
        networkInterfaceIds: made!.NetworkInterfaceIds ?? [],
        state: made!.State,
        ...(inputs.vpcEndpointType !== "Interface" && (await prefixList(inputs.serviceName))),
      },
    };
  },
  async update(update) {
    const { id, news, olds } = update;
    if (update.changed("policy", "routeTableIds", "subnetIds", "securityGroupIds")) {
      const difference = (name: string) => ({
        add: (news[name] ?? []).filter((each: string) => !olds[name]?.includes(each)),
        remove: (olds[name] ?? []).filter((each: string) => !news[name]?.includes(each)),
      });
      const [tables, subnets] = [difference("routeTableIds"), difference("subnetIds")];
      const groups = difference("securityGroupIds");
      await clients.ec2().modifyVpcEndpoint({
        VpcEndpointId: id,
        PolicyDocument: news.policy,
        AddRouteTableIds: tables.add,
        RemoveRouteTableIds: tables.remove,
        AddSubnetIds: subnets.add,
        RemoveSubnetIds: subnets.remove,
        AddSecurityGroupIds: groups.add,
        RemoveSecurityGroupIds: groups.remove,
      });
    }
    await retag(update, id);
  },
  async exists(id) {
    const { VpcEndpoints = [] } = await clients
      .ec2()
      .describeVpcEndpoints({ VpcEndpointIds: [id] });
    return VpcEndpoints.some(({ State }) => State?.toLowerCase() !== "deleted");
  },
  delete: async (id) => void (await clients.ec2().deleteVpcEndpoints({ VpcEndpointIds: [id] })),
});

async function prefixList(serviceName: string): Promise<object> {
  const { PrefixLists: [found] = [] } = await clients
    .ec2()
    .describeManagedPrefixLists({ Filters: [{ Name: "prefix-list-name", Values: [serviceName] }] });
  return { prefixListId: found?.PrefixListId };
}

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

async function getManagedPrefixList(inputs: Plain) {
  const { PrefixLists } = await clients.ec2().describeManagedPrefixLists({
    PrefixListIds: inputs.id && [inputs.id],
    Filters: filters(inputs, { "prefix-list-name": inputs.name }),
  });
  const prefixes = only(PrefixLists, "Managed Prefix List");
  return { id: prefixes.PrefixListId, arn: prefixes.PrefixListArn, name: prefixes.PrefixListName };
}

export default {
  resources: {
    "aws:ec2/securityGroup:SecurityGroup": securityGroup,
    "aws:ec2/vpcEndpoint:VpcEndpoint": vpcEndpoint,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupRule(true),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityGroupRule(false),
  },
  functions: {
    "aws:ec2/getVpc:getVpc": getVpc,
    "aws:ec2/getVpcs:getVpcs": getVpcs,
    "aws:ec2/getSubnet:getSubnet": getSubnet,
    "aws:ec2/getSubnets:getSubnets": getSubnets,
    "aws:ec2/getRouteTables:getRouteTables": getRouteTables,
    "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": getInstanceTypeOfferings,
    "aws:ec2/getManagedPrefixList:getManagedPrefixList": getManagedPrefixList,
  },
} satisfies Service;
