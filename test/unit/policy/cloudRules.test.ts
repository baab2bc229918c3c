import { describe } from "vitest";

import { unknown } from "../../../policy/rule";
import { aws, checkPolicies, dockerContainer, kubernetesService } from "../../support/policies";

describe("encryption", () => {
  const listener = (props: object) => aws("lb/listener", props);
  const own = { encryption: { customerKeys: true } };
  const efs = { efsVolumeConfiguration: { fileSystemId: "fs-1" } };
  checkPolicies([
    ["takes an encrypted disk", aws("ebs/volume", { encrypted: true }), {}],
    [
      "takes a disk of which a preview does not know it",
      aws("ebs/volume", { encrypted: unknown }),
      {},
    ],
    ["takes a template without disks of its own", aws("ec2/launchTemplate", {}), {}],
    ["takes HTTPS", listener({ protocol: "HTTPS", certificateArn: unknown }), {}],
    [
      "takes a redirect to HTTPS",
      listener({
        protocol: "HTTP",
        defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS" } }],
      }),
      {},
    ],
    [
      "refuses a disk",
      aws("ebs/volume", {}),
      {},
      "Volume it is not encrypted. Set encrypted: true.",
    ],
    [
      "refuses a template's disk",
      aws("ec2/launchTemplate", {
        blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { volumeSize: 9 } }],
      }),
      {},
      "LaunchTemplate it: /dev/xvda is not encrypted. Set ebs.encrypted: true.",
    ],
    [
      "refuses an instance's root volume",
      aws("ec2/instance", {}),
      {},
      "Instance it: the root volume is not encrypted",
    ],
    ["refuses a file system", aws("efs/fileSystem", {}), {}, "FileSystem it is not encrypted"],
    [
      "refuses a mount in clear text",
      aws("ecs/taskDefinition", { volumes: [{ name: "notebooks", ...efs }] }),
      {},
      "TaskDefinition it: volume notebooks speaks to its file system in clear text",
    ],
    ["refuses a topic", aws("sns/topic", {}), {}, "Topic it is not encrypted. Set kmsMasterKeyId."],
    [
      "refuses HTTP",
      listener({ protocol: "HTTP", defaultActions: [{ type: "fixed-response" }] }),
      {},
      "Listener it takes requests in clear text, over HTTP. Set protocol: HTTPS",
    ],
    ["takes keys of AWS", aws("ecr/repository", {}), {}],
    [
      "refuses keys of AWS where the config says so",
      aws("ecr/repository", {}),
      own,
      "Repository it is encrypted with a key of AWS. Set encryptionConfigurations[0].kmsKey.",
    ],
    [
      "refuses logs with a key of AWS there",
      aws("cloudwatch/logGroup", {}),
      own,
      "LogGroup it is encrypted with a key of AWS. Set kmsKeyId.",
    ],
    ["takes a key that is not known yet", aws("cloudwatch/logGroup", { kmsKeyId: unknown }), own],
  ]);
});

describe("required-tags", () => {
  const wants = (settings: object) => ({ "required-tags": settings });
  const bucket = (props: object, provider?: object) => aws("s3/bucket", props, provider);
  checkPolicies([
    ["demands nothing by itself", bucket({}), {}],
    [
      "takes a resource's own tag",
      bucket({ tags: { team: "reef" } }),
      wants({ awsTags: ["team"] }),
    ],
    [
      "takes a tag of the provider",
      bucket({}, { defaultTags: { tags: { team: "reef" } } }),
      wants({ awsTags: ["team"] }),
    ],
    [
      "takes tags of a group, which are a list",
      aws("autoscaling/group", { tags: [{ key: "team", value: "reef" }] }),
      wants({ awsTags: ["team"] }),
    ],
    ["takes tags that are not known yet", bucket({ tags: unknown }), wants({ awsTags: ["team"] })],
    ["takes what has no tags on AWS", aws("iam/rolePolicy", {}), wants({ awsTags: ["team"] })],
    [
      "refuses a missing tag",
      bucket({ tags: { name: "a" } }),
      wants({ awsTags: ["team", "name", "cost-centre"] }),
      "Bucket it has no tag team, cost-centre. Set them on the resource.",
    ],
    [
      "refuses a missing label of Docker",
      dockerContainer({ labels: [{ label: "a", value: "b" }] }),
      wants({ dockerLabels: ["team"] }),
      "Container it has no label team. Set it on the resource.",
    ],
    [
      "refuses a missing label of Kubernetes",
      kubernetesService({}),
      wants({ kubernetesLabels: ["team"] }),
      "Service it has no label team",
    ],
  ]);
});

describe("monthly-budget", () => {
  const instance = (instanceType: string, region = "us-east-1") =>
    aws("ec2/instance", { instanceType, rootBlockDevice: { encrypted: true } }, { region });
  const group = aws("autoscaling/group", {
    ...{ minSize: 1, maxSize: 4 },
    mixedInstancesPolicy: { launchTemplate: { overrides: [{ instanceType: "g5.xlarge" }] } },
  });
  const wants = (settings: object) => ({ "monthly-budget": settings });
  checkPolicies([
    ["sets no limit by itself", instance("g5.48xlarge"), {}],
    ["takes what is below it", instance("g5.xlarge"), wants({ usdPerMonth: { dev: 735 } })],
    [
      "refuses what is above it",
      instance("g5.xlarge"),
      wants({ usdPerMonth: { dev: 733 } }),
      "Stack dev costs 734 USD a month for instances (it: 1 g5.xlarge) at prices of us-east-1 of 2026-07-20, and its budget is 733.",
    ],
    [
      "goes by the stack's own budget first",
      instance("g5.xlarge"),
      wants({ usdPerMonth: { "*": 1, dev: 800 } }),
    ],
    [
      "has one for all other stacks",
      instance("g5.xlarge"),
      wants({ usdPerMonth: { "*": 100, prod: 800 } }),
      "its budget is 100",
    ],
    ["counts what a group starts with", group, wants({ usdPerMonth: { dev: 800 } })],
    [
      "counts all that it may have where the config says so",
      group,
      wants({ usdPerMonth: { dev: 800 }, atMostInstances: true }),
      "Stack dev costs 2938 USD",
    ],
    [
      "says which region the list has not",
      instance("g5.xlarge", "eu-central-1"),
      wants({ usdPerMonth: { dev: 1 } }),
      "(the list has none of eu-central-1)",
    ],
    [
      "takes a price of the config",
      instance("g5.xlarge"),
      wants({ usdPerMonth: { dev: 80 }, usdPerHour: { "g5.xlarge": 0.1 } }),
    ],
    [
      "refuses a type without a price",
      instance("z9.huge"),
      wants({ usdPerMonth: { dev: 1 } }),
      "Stack dev has a budget of 1 USD and instances without a price (it: 1 z9.huge). Add the price",
    ],
  ]);
});
