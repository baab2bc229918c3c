import type * as pulumiEc2 from "@pulumi/aws/ec2";

import { clients } from "../clients";
import { resource } from "../resourceType";
import type { Service } from "../resourceType";
import { fixed, flag, replaces, set, tags, text } from "../shapes";
import { ec2Arn, tagged } from "./ec2";

const vpcEndpoint = resource<pulumiEc2.VpcEndpointArgs>({
  inputs: {
    vpcId: text(fixed),
    serviceName: text(fixed),
    vpcEndpointType: text({ ...replaces, oneOf: ["Interface", "Gateway"] }),
    privateDnsEnabled: flag(),
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
      },
    };
  },
  async exists(id) {
    const { VpcEndpoints = [] } = await clients
      .ec2()
      .describeVpcEndpoints({ VpcEndpointIds: [id] });
    return VpcEndpoints.some(({ State }) => State?.toLowerCase() !== "deleted");
  },
  delete: async (id) => void (await clients.ec2().deleteVpcEndpoints({ VpcEndpointIds: [id] })),
});

export default { resources: { "aws:ec2/vpcEndpoint:VpcEndpoint": vpcEndpoint } } satisfies Service;
