import type * as pulumiEc2 from "@pulumi/aws/ec2";
import type * as pulumiVpc from "@pulumi/aws/vpc";
import { isIPv4 } from "net";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { found, gone, resource } from "../resourceType";
import type { ResourceType, Service } from "../resourceType";
import { fixed, number, replaces, required, tags, text } from "../shapes";
import { unknown } from "../../host/provider";
import { ec2Arn, tagged } from "./ec2";

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html */
const groupText = { max: 255, pattern: /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]*$/ };

const securityGroup = resource<pulumiEc2.SecurityGroupArgs>({
  inputs: {
    name: text({ ...replaces, max: 255, pattern: /^(?!sg-)[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]*$/ }),
    description: text({ ...replaces, ...groupText }),
    vpcId: text(replaces),
    tags: tags(),
  },
  autoname: "name",
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
    return { id: id!, outputs: { arn: ec2Arn(group.OwnerId, "security-group", id!) } };
  },
  exists: (id) => found(clients.ec2().describeSecurityGroups({ GroupIds: [id] })),
  delete: (id) => gone(clients.ec2().deleteSecurityGroup({ GroupId: id })),
});

const sources = ["cidrIpv4", "prefixListId", "referencedSecurityGroupId"];

type Rule = pulumiVpc.SecurityGroupIngressRuleArgs;

function securityGroupRule(ingress: boolean): ResourceType {
  return resource<Rule>({
    inputs: {
      securityGroupId: text(fixed),
      ipProtocol: text({ ...required, oneOf: ["tcp"] }),
      fromPort: number({ ...required, min: 0, max: 65535 }),
      toPort: number({ ...required, min: 0, max: 65535 }),
      cidrIpv4: text(),
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
      if (inputs.fromPort > inputs.toPort) {
        failures.push({ property: "toPort", reason: "is under fromPort" });
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
    exists: (id) =>
      found(
        clients
          .ec2()
          .describeSecurityGroupRules({ SecurityGroupRuleIds: [id] })
          .then(({ SecurityGroupRules }) => SecurityGroupRules),
      ),
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
