import type { LaunchTemplateArgs } from "@pulumi/aws/ec2";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { found, gone, keyValues, pascal, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { list, map, number, object, replaces, required, set, tags, text } from "../shapes";
import { ec2Arn, tagged } from "./ec2";

const trueOrFalse = text({ oneOf: ["true", "false"] });

/** Size of user data before it is base64. @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html */
const userDataLimit = 16384;

const launchTemplate = resource<LaunchTemplateArgs>({
  inputs: {
    name: text({ ...replaces, min: 3, max: 128, pattern: /^[a-zA-Z0-9().\-/_]+$/ }),
    imageId: text({ pattern: /^ami-[0-9a-f]+$/ }),
    instanceType: text(),
    ebsOptimized: trueOrFalse,
    userData: text({ pattern: /^[A-Za-z0-9+/]*={0,2}$/ }),
    vpcSecurityGroupIds: set(text()),
    iamInstanceProfile: object({ arn: text(required) }),
    metadataOptions: object({
      httpEndpoint: text({ oneOf: ["enabled", "disabled"] }),
      httpTokens: text({ oneOf: ["required", "optional"] }),
      httpPutResponseHopLimit: number({ min: 1, max: 64 }),
      instanceMetadataTags: text({ oneOf: ["enabled", "disabled"] }),
    }),
    blockDeviceMappings: list(
      object({
        deviceName: text(),
        ebs: object({
          deleteOnTermination: trueOrFalse,
          encrypted: trueOrFalse,
          kmsKeyId: text(),
          volumeSize: number({ min: 1, max: 65536 }),
          volumeType: text({ oneOf: ["gp3"] }),
        }),
      }),
    ),
    tagSpecifications: list(
      object({
        resourceType: text({ ...required, oneOf: ["instance", "volume", "network-interface"] }),
        tags: map(),
      }),
    ),
    tags: tags(),
  },
  autoname: "name",
  changing: ["latestVersion"],
  check({ userData }) {
    const size = Buffer.from(userData ?? "", "base64").length;
    return size > userDataLimit ? [{ property: "userData", reason: `has ${size} bytes` }] : [];
  },
  async create(inputs) {
    const { LaunchTemplate: made } = await clients.ec2().createLaunchTemplate({
      LaunchTemplateName: inputs.name,
      LaunchTemplateData: templateData(inputs),
      TagSpecifications: tagged("launch-template", inputs.tags),
    });
    const id = made!.LaunchTemplateId!;
    return {
      id,
      outputs: {
        arn: ec2Arn((await clients.sts().getCallerIdentity({})).Account, "launch-template", id),
        latestVersion: made!.LatestVersionNumber,
      },
    };
  },
  async update({ id, news }) {
    const { LaunchTemplateVersion: made } = await clients.ec2().createLaunchTemplateVersion({
      LaunchTemplateId: id,
      LaunchTemplateData: templateData(news),
    });
    return { latestVersion: made!.VersionNumber };
  },
  exists: (id) =>
    found(
      clients
        .ec2()
        .describeLaunchTemplates({ LaunchTemplateIds: [id] })
        .then(({ LaunchTemplates }) => LaunchTemplates),
    ),
  delete: (id) => gone(clients.ec2().deleteLaunchTemplate({ LaunchTemplateId: id })),
});

function templateData(inputs: Plain) {
  const bool = (value: string | undefined) => (value === undefined ? undefined : value === "true");
  return {
    ImageId: inputs.imageId,
    InstanceType: inputs.instanceType,
    EbsOptimized: bool(inputs.ebsOptimized),
    UserData: inputs.userData,
    SecurityGroupIds: inputs.vpcSecurityGroupIds,
    IamInstanceProfile: pascal(inputs.iamInstanceProfile),
    MetadataOptions: pascal(inputs.metadataOptions),
    BlockDeviceMappings: inputs.blockDeviceMappings?.map(({ deviceName, ebs }: Plain) => ({
      DeviceName: deviceName,
      Ebs: ebs && {
        ...pascal(ebs),
        DeleteOnTermination: bool(ebs.deleteOnTermination),
        Encrypted: bool(ebs.encrypted),
      },
    })),
    TagSpecifications: inputs.tagSpecifications?.map(({ resourceType, tags }: Plain) => ({
      ResourceType: resourceType,
      Tags: keyValues(tags),
    })),
  };
}

export default {
  resources: { "aws:ec2/launchTemplate:LaunchTemplate": launchTemplate },
} satisfies Service;
