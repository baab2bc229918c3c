// What the engine deletes on AWS before its successor is there. Pulumi's provider for AWS cannot be
// asked here, so this is what it would say of what is declared: see test/providers/README.md.
import { describe, expect, it, vi } from "vitest";
import { GpuHost } from "@tf-model-serving/aws";
import * as engine from "../../../components/core/engine/sshDockerHost/engineAnswers";
import * as files from "../../../components/core/engine/sshDockerHost/sshFiles";
import { region } from "../../support/awsMocks";
import { declaredWith, everyTarget } from "../../support/everyTarget";
import { type Registration, settle, startMocks } from "../../support/mocks";
import { readStackFile } from "../../support/stackConfig";

/** A resource by what shows in a table. */
type Name = string;

/** By what is declared: what goes before its successor comes, each with what takes its outputs. */
const deletedFirst: Record<string, Record<Name, Name[]>> = {
  "target ecs": {
    // A zone has room for one.
    "MountTarget notebook-subnet-0000000a": [],
    "MountTarget notebook-subnet-0000000b": [],
    // The provider's own word. A new repository or role would replace them, and no release has one.
    "LifecyclePolicy tf-serving-dev": [],
  },
  "target ecs, as in Pulumi.prod.yaml": {
    // A load balancer has one.
    "WebAclAssociation serving": [],
    "LifecyclePolicy tf-serving-dev": [],
    "RolePolicyAttachment serving-instance-CloudWatchAgentServerPolicy": [],
  },
  "a GPU host": {
    // Two of them would want the same volume and address.
    "Instance gpu": [
      "EipAssociation gpu",
      "MetricAlarm gpu-idle",
      "RandomId gpu-machine-id",
      "Role gpu-schedule",
      "RolePolicy gpu-schedule",
      "Schedule gpu-stop",
      "VolumeAttachment gpu-data",
      "docker gpu",
    ],
    "VolumeAttachment gpu-data": [],
  },
};

const production = readStackFile("Pulumi.prod.yaml");
const webAclArn = `arn:aws:wafv2:${region}:123456789012:regional/webacl/edge/1a2b3c4d`;
const policy = "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy";

const declared: Record<string, () => Promise<Registration[]>> = {
  "target ecs": () => declaredWith(everyTarget.ecs),
  "target ecs, as in Pulumi.prod.yaml": () =>
    declaredWith({
      ...production,
      awsNetwork: { endpoints: true },
      awsEndpoint: { ...(production.awsEndpoint as object), webAclArn },
      awsCluster: { ...(production.awsCluster as object), instancePolicyArns: [policy] },
    }),
  "a GPU host": declareHost,
};

describe.each(Object.keys(deletedFirst))("with %s", (what) => {
  it("what is deleted first is known, and no release depends on it", async () => {
    const resources = await declared[what]();
    const found: Record<Name, Name[]> = {};
    for (const resource of resources.filter(({ type }) => type.startsWith("aws:"))) {
      if (isDeletedFirst(resource)) {
        found[nameOf(resource)] = takersOf(resource, resources).map(nameOf).sort();
      }
    }
    expect(found).toEqual(deletedFirst[what]);
  });
});

async function declareHost(): Promise<Registration[]> {
  vi.spyOn(engine, "engineAnswers").mockResolvedValue();
  vi.spyOn(files, "writeSshFiles").mockReturnValue();
  const { resources } = await startMocks({
    answers: {
      "aws:ec2/getSubnet:getSubnet": () => ({ vpcId: "vpc-1", availabilityZone: `${region}a` }),
      "aws:ssm/getParameter:getParameter": () => ({ insecureValue: "ami-1" }),
    },
  });
  new GpuHost("gpu", {
    subnetId: "subnet-1",
    instanceType: "g5.xlarge",
    public: true,
    sshCidrs: ["192.0.2.0/24"],
    idleStopMinutes: 60,
    stopSchedule: "cron(0 20 ? * MON-FRI *)",
  });
  await settle();
  return resources;
}

/**
 * Types that the provider always deletes first.
 *
 * @see https://github.com/pulumi/pulumi-aws/blob/master/provider/resource_overrides.go
 */
const alwaysFirst = [
  "aws:apigateway/integration:Integration",
  "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
  "aws:ec2/securityGroupRule:SecurityGroupRule",
  "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
  "aws:ecr/lifecyclePolicy:LifecyclePolicy",
  "aws:efs/mountTarget:MountTarget",
  "aws:iam/accountAlias:AccountAlias",
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
  "aws:iam/policyAttachment:PolicyAttachment",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment",
];

/** The input that the provider makes up where a program leaves it out; of all other types, `name`. */
const nameInputs: Record<string, string | undefined> = {
  "aws:ec2/keyPair:KeyPair": "keyName",
  "aws:efs/fileSystem:FileSystem": "creationToken",
  "aws:s3/bucket:Bucket": "bucket",
  // A domain's name, which no provider can make up.
  "aws:route53/record:Record": undefined,
};

/** By the program's own word, else by the provider's: a name that the program gives is in use. */
function isDeletedFirst({ type, inputs, deleteBeforeReplace }: Registration): boolean {
  const nameInput = type in nameInputs ? nameInputs[type] : "name";
  const isNamed = nameInput !== undefined && nameInput in inputs;
  return deleteBeforeReplace ?? (alwaysFirst.includes(type) || isNamed);
}

/** Whoever the engine deletes with it, where the input that it takes can only be replaced. */
function takersOf({ urn }: Registration, all: Registration[]): Registration[] {
  return all.filter(({ propertyDependencies }) =>
    Object.values(propertyDependencies).some((from) => from.includes(urn)),
  );
}

function nameOf({ type, name }: Registration): Name {
  return `${type.split(":").at(-1)} ${name}`;
}
