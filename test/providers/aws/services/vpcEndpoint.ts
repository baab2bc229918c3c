import type * as pulumiEc2 from "@pulumi/aws/ec2";

import { clients } from "../clients";
import { resource } from "../resourceType";
import type { Service } from "../resourceType";
import { fixed, flag, json, replaces, set, tags, text } from "../shapes";
import { ec2Arn, retag, tagged } from "./ec2";

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

export default {
  resources: {
    "aws:ec2/vpcEndpoint:VpcEndpoint": vpcEndpoint,
  },
} satisfies Service;
