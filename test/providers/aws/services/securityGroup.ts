import type * as pulumiEc2 from "@pulumi/aws/ec2";
import type * as pulumiVpc from "@pulumi/aws/vpc";
import { isIPv4 } from "net";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { found, gone, resource } from "../resourceType";
import type { ResourceType, Service } from "../resourceType";
import { fixed, flag, list, number, object, replaces, required, tags, text } from "../shapes";
import { unknown } from "../../host/provider";
import { ec2Arn, retag, tagged } from "./ec2";

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

export default {
  resources: {
    "aws:ec2/securityGroup:SecurityGroup": securityGroup,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": securityGroupRule(true),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": securityGroupRule(false),
  },
} satisfies Service;
