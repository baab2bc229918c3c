import type { LaunchTemplateArgs } from "@pulumi/aws/ec2";

import { clients } from "../clients";
import type { Plain } from "../../host/provider";
import { found, gone, keyValues, pascal, resource } from "../resourceType";
import type { Service } from "../resourceType";
import { flag, list, map, number, object, replaces, required, set, tags, text } from "../shapes";
import { ec2Arn, retag, tagged } from "./ec2";

const trueOrFalse = text({ oneOf: ["true", "false"] });

export const volumeType = text({ oneOf: ["gp2", "gp3", "io1", "io2", "st1", "sc1", "standard"] });

export const metadataOptions = object({
  httpEndpoint: text({ oneOf: ["enabled", "disabled"] }),
  httpTokens: text({ oneOf: ["required", "optional"] }),
  httpPutResponseHopLimit: number({ min: 1, max: 64 }),
  httpProtocolIpv6: text({ oneOf: ["enabled", "disabled"] }),
  instanceMetadataTags: text({ oneOf: ["enabled", "disabled"] }),
});

/** Size of user data before it is base64. @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html */
export const userDataLimit = 16384;

const launchTemplate = resource<LaunchTemplateArgs>({
  inputs: {
    name: text({ ...replaces, min: 3, max: 128, pattern: /^[a-zA-Z0-9().\-/_]+$/ }),
    description: text({ max: 255 }),
    imageId: text({ pattern: /^(ami-[0-9a-f]+|resolve:ssm:.+)$/ }),
    instanceType: text(),
    keyName: text(),
    ebsOptimized: trueOrFalse,
    userData: text({ pattern: /^[A-Za-z0-9+/]*={0,2}$/ }),
    updateDefaultVersion: flag(),
    vpcSecurityGroupIds: set(text()),
    iamInstanceProfile: object({ arn: text(), name: text() }),
    metadataOptions,
    monitoring: object({ enabled: flag() }),
    instanceInitiatedShutdownBehavior: text({ oneOf: ["stop", "terminate"] }),
    blockDeviceMappings: list(
      object({
        deviceName: text(),
        ebs: object({
          deleteOnTermination: trueOrFalse,
          encrypted: trueOrFalse,
          iops: number({ min: 100, max: 256000 }),
          kmsKeyId: text(),
          throughput: number({ min: 125, max: 2000 }),
          volumeSize: number({ min: 1, max: 65536 }),
          volumeType,
        }),
      }),
    ),
    networkInterfaces: list(
      object({
        associatePublicIpAddress: trueOrFalse,
        deleteOnTermination: trueOrFalse,
        deviceIndex: number({ min: 0 }),
        securityGroups: set(text()),
        subnetId: text(),
      }),
    ),
    tagSpecifications: list(
      object({
        resourceType: text({
          ...required,
          oneOf: ["instance", "volume", "network-interface", "spot-instances-request"],
        }),
        tags: map(),
      }),
    ),
    tags: tags(),
  },
  autoname: "name",
  changing: ["latestVersion", "defaultVersion"],
  check({ userData, vpcSecurityGroupIds, networkInterfaces }) {
    const size = Buffer.from(userData ?? "", "base64").length;
    return [
      size > userDataLimit ? [{ property: "userData", reason: `has ${size} bytes` }] : [],
      vpcSecurityGroupIds && networkInterfaces
        ? [{ property: "vpcSecurityGroupIds", reason: "excludes networkInterfaces" }]
        : [],
    ].flat();
  },
  async create(inputs) {
    await needInstanceProfile(inputs.iamInstanceProfile?.name);
    const { LaunchTemplate: made } = await clients.ec2().createLaunchTemplate({
      LaunchTemplateName: inputs.name,
      VersionDescription: inputs.description,
      LaunchTemplateData: templateData(inputs),
      TagSpecifications: tagged("launch-template", inputs.tags),
    });
    const id = made!.LaunchTemplateId!;
    return {
      id,
      outputs: {
        arn: ec2Arn(await account(), "launch-template", id),
        latestVersion: made!.LatestVersionNumber,
        defaultVersion: made!.DefaultVersionNumber,
      },
    };
  },
  async update(update) {
    const { id, news, state } = update;
    const data = Object.keys(launchTemplate.inputs).filter(
      (key) => !["tags", "updateDefaultVersion"].includes(key),
    );
    await retag(update, id);
    if (!update.changed(...data)) {
      return { latestVersion: state.latestVersion, defaultVersion: state.defaultVersion };
    }
    await needInstanceProfile(news.iamInstanceProfile?.name);
    const { LaunchTemplateVersion: made } = await clients.ec2().createLaunchTemplateVersion({
      LaunchTemplateId: id,
      VersionDescription: news.description,
      LaunchTemplateData: templateData(news),
    });
    const latestVersion = made!.VersionNumber!;
    if (news.updateDefaultVersion) {
      await clients
        .ec2()
        .modifyLaunchTemplate({ LaunchTemplateId: id, DefaultVersion: String(latestVersion) });
    }
    const defaultVersion = news.updateDefaultVersion ? latestVersion : state.defaultVersion;
    return { latestVersion, defaultVersion };
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

/** AWS refuses a launch of an instance with a profile that is not there. */
export async function needInstanceProfile(name: string | undefined): Promise<void> {
  if (name && !(await found(clients.iam().getInstanceProfile({ InstanceProfileName: name })))) {
    throw new Error(`The instance profile ${name} does not exist`);
  }
}

async function account(): Promise<string | undefined> {
  return (await clients.sts().getCallerIdentity({})).Account;
}

function templateData(inputs: Plain) {
  const bool = (value: string | undefined) => (value === undefined ? undefined : value === "true");
  return {
    ImageId: inputs.imageId,
    InstanceType: inputs.instanceType,
    KeyName: inputs.keyName,
    EbsOptimized: bool(inputs.ebsOptimized),
    UserData: inputs.userData,
    SecurityGroupIds: inputs.vpcSecurityGroupIds,
    IamInstanceProfile: pascal(inputs.iamInstanceProfile),
    MetadataOptions: pascal(inputs.metadataOptions),
    Monitoring: pascal(inputs.monitoring),
    InstanceInitiatedShutdownBehavior: inputs.instanceInitiatedShutdownBehavior,
    BlockDeviceMappings: inputs.blockDeviceMappings?.map(({ deviceName, ebs }: Plain) => ({
      DeviceName: deviceName,
      Ebs: ebs && {
        ...pascal(ebs),
        DeleteOnTermination: bool(ebs.deleteOnTermination),
        Encrypted: bool(ebs.encrypted),
      },
    })),
    NetworkInterfaces: inputs.networkInterfaces?.map((each: Plain) => ({
      AssociatePublicIpAddress: bool(each.associatePublicIpAddress),
      DeleteOnTermination: bool(each.deleteOnTermination),
      DeviceIndex: each.deviceIndex ?? 0,
      Groups: each.securityGroups,
      SubnetId: each.subnetId,
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
