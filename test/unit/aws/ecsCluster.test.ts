import * as ec2 from "@pulumi/aws/ec2";
import * as aws from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { ContainerInsights, EcsCluster, type EcsClusterArgs } from "../../../components";
import { noteNewerAmi, otherKindOfAmi } from "../../../components/aws/cluster/instanceAmi";
import { instancePolicy } from "../../../components/aws/cluster/instanceRole";
import { subnetsThatOffer } from "../../../components/aws/instances/instanceZones";
import {
  problemsOf,
  project,
  promiseOf,
  type Recording,
  type Registration,
  settle,
  stack,
  startMocks,
  unknown,
  urn,
} from "../../support/mocks";

const component = "tfserving:index:EcsCluster";
const cluster = "aws:ecs/cluster:Cluster";
const capacityProvider = "aws:ecs/capacityProvider:CapacityProvider";
const association = "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders";
const group = "aws:autoscaling/group:Group";
const template = "aws:ec2/launchTemplate:LaunchTemplate";
const securityGroup = "aws:ec2/securityGroup:SecurityGroup";
const egressRule = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";
const role = "aws:iam/role:Role";
const rolePolicy = "aws:iam/rolePolicy:RolePolicy";
const profile = "aws:iam/instanceProfile:InstanceProfile";
const accountArn = "arn:aws:ecs:eu-central-1:123456789012";

const required: EcsClusterArgs = {
  vpcId: "vpc-1",
  subnetIds: ["subnet-1", "subnet-2"],
  instanceType: "g5.xlarge",
};

let asked: string[];
let zones: Record<string, string>;
let offered: string[];
let recording: Recording;

async function start(preview = false): Promise<void> {
  asked = [];
  zones = { "subnet-1": "eu-central-1a", "subnet-2": "eu-central-1b" };
  offered = ["eu-central-1b", "eu-central-1a"];
  recording = await startMocks({
    preview,
    answers: {
      "aws:ec2/getSubnet:getSubnet": ({ id }) => ({ id, availabilityZone: zones[id as string] }),
      "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": ({ locationType, filters }) => {
        expect(locationType).toBe("availability-zone");
        asked.push(...(filters as { values: string[] }[])[0].values);
        return { locations: offered };
      },
      "aws:ssm/getParameter:getParameter": ({ name }: Record<string, unknown>) => {
        asked.push(name as string);
        return { insecureValue: "ami-recommended", value: "secret" };
      },
    },
  });
}

beforeEach(() => start());

afterEach(() => {
  vi.restoreAllMocks();
});

async function create(args: Partial<EcsClusterArgs> = {}, name = "gpu"): Promise<EcsCluster> {
  const provider = new aws.Provider("aws", { region: "eu-central-1" });
  const created = new EcsCluster(name, { ...required, ...args }, { providers: [provider] });
  await settle();
  return created;
}

type Inputs = Record<string, unknown>;

function inputsOf(type: string, name?: string): Inputs {
  return recording.find(type, name).inputs;
}

function children(): Registration[] {
  return recording.resources.filter(({ parent }) => parent === urn(component, "gpu"));
}

function tagsOf(part: string): Record<string, string> {
  return { "tfserving:component": part, "tfserving:stack": `${project}/${stack}` };
}

function userData(): string {
  return Buffer.from(inputsOf(template).userData as string, "base64").toString();
}

describe("the children of a cluster", () => {
  it("have stable names, and the provider of the cluster", async () => {
    await create();
    expect(
      children()
        .map(({ type, name }) => `${type} ${name}`)
        .sort(),
    ).toEqual([
      `${group} gpu-instances`,
      `${template} gpu-instance`,
      `${securityGroup} gpu-instance`,
      `${capacityProvider} capacity-gpu`,
      `${cluster} gpu`,
      `${association} gpu`,
      `${profile} gpu-instance`,
      `${role} gpu-instance`,
      `${rolePolicy} gpu-instance`,
      `${egressRule} gpu-instance-0.0.0.0/0`,
    ]);
    expect(recording.calls.map(({ token }) => token.replace(/.*:/, "")).sort()).toEqual([
      "getInstanceType",
      "getInstanceTypeOfferings",
      "getParameter",
      "getSubnet",
      "getSubnet",
    ]);
    for (const { provider } of [...children(), ...recording.calls]) {
      expect(provider).toBe(urn("pulumi:providers:aws", "aws"));
    }
  });

  it("have exact inputs: the cluster and its capacity provider", async () => {
    await create();
    expect(inputsOf(cluster)).toEqual({
      settings: [{ name: "containerInsights", value: "enabled" }],
      tags: tagsOf("cluster"),
    });
    expect(inputsOf(capacityProvider)).toEqual({
      autoScalingGroupProvider: {
        autoScalingGroupArn: "arn:aws:autoscaling:eu-central-1:123456789012:group/gpu-instances",
        managedScaling: { status: "ENABLED", targetCapacity: 100 },
        managedTerminationProtection: "ENABLED",
        managedDraining: "ENABLED",
      },
      tags: tagsOf("cluster"),
    });
    expect(inputsOf(association)).toEqual({
      clusterName: "gpu-1a2b3c4",
      capacityProviders: ["capacity-gpu-1a2b3c4"],
      defaultCapacityProviderStrategies: [{ capacityProvider: "capacity-gpu-1a2b3c4", weight: 1 }],
    });
  });

  it("have exact inputs: the launch template", async () => {
    await create();
    expect(inputsOf(template)).toEqual({
      imageId: "ami-recommended",
      instanceType: "g5.xlarge",
      iamInstanceProfile: {
        arn: "arn:aws:iam:eu-central-1:123456789012:instanceProfile/gpu-instance",
      },
      vpcSecurityGroupIds: ["gpu-instance-id"],
      ebsOptimized: "true",
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
        instanceMetadataTags: "disabled",
      },
      blockDeviceMappings: [
        {
          deviceName: "/dev/xvda",
          ebs: {
            volumeType: "gp3",
            volumeSize: 100,
            encrypted: "true",
            deleteOnTermination: "true",
          },
        },
      ],
      userData: expect.any(String) as string,
      tagSpecifications: [
        { resourceType: "volume", tags: tagsOf("instance") },
        { resourceType: "network-interface", tags: tagsOf("instance") },
      ],
      tags: tagsOf("instance"),
    });
  });

  it("have exact inputs: the Auto Scaling group", async () => {
    await create();
    const pace = { minHealthyPercentage: 100, maxHealthyPercentage: 110 };
    expect(inputsOf(group)).toEqual({
      vpcZoneIdentifiers: ["subnet-1", "subnet-2"],
      minSize: 0,
      maxSize: 4,
      desiredCapacity: 0,
      waitForCapacityTimeout: "0",
      ignoreFailedScalingActivities: true,
      mixedInstancesPolicy: {
        launchTemplate: {
          launchTemplateSpecification: { launchTemplateId: "gpu-instance-id", version: "3" },
          overrides: [{ instanceType: "g5.xlarge" }],
        },
        instancesDistribution: {
          onDemandAllocationStrategy: "prioritized",
          onDemandBaseCapacity: 0,
          onDemandPercentageAboveBaseCapacity: 100,
          spotAllocationStrategy: "price-capacity-optimized",
        },
      },
      capacityRebalance: false,
      protectFromScaleIn: true,
      instanceMaintenancePolicy: pace,
      instanceRefresh: {
        strategy: "Rolling",
        preferences: {
          ...pace,
          scaleInProtectedInstances: "Refresh",
          skipMatching: true,
        },
      },
      forceDelete: true,
      tags: [
        { key: "AmazonECSManaged", value: "true", propagateAtLaunch: true },
        { key: "tfserving:component", value: "instance", propagateAtLaunch: true },
        { key: "tfserving:stack", value: `${project}/${stack}`, propagateAtLaunch: true },
      ],
    });
    expect(recording.find(group).dependencies).toContain(
      urn(rolePolicy, "gpu-instance", component),
    );
  });

  it("leave the number of instances to ECS once they are there", async () => {
    await create();
    expect(recording.find(group).ignoreChanges).toEqual(["desiredCapacity"]);
  });

  it("open no port, and let HTTPS out", async () => {
    await create();
    expect(inputsOf(securityGroup)).toEqual({
      description: "Instances of an ECS cluster",
      vpcId: "vpc-1",
      tags: tagsOf("instance"),
    });
    expect(recording.resources.filter(({ type }) => type.includes("IngressRule"))).toEqual([]);
    expect(inputsOf(egressRule)).toEqual({
      securityGroupId: "gpu-instance-id",
      description: "HTTPS to AWS services",
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      cidrIpv4: "0.0.0.0/0",
      tags: tagsOf("instance"),
    });
  });

  it("carry the caller's tags, every one that can", async () => {
    await create({ tags: { team: "vision", "tfserving:stack": "forged" } });
    const untaggable = [association, rolePolicy, group];
    for (const { type, inputs } of children().filter(({ type }) => !untaggable.includes(type))) {
      expect(inputs.tags, type).toMatchObject({
        team: "vision",
        "tfserving:stack": `${project}/${stack}`,
      });
    }
    expect(inputsOf(group).tags).toContainEqual({
      key: "team",
      value: "vision",
      propagateAtLaunch: true,
    });
  });
});

describe("the role of the instances", () => {
  it("is taken by EC2 only, and has one policy", async () => {
    await create();
    expect(JSON.parse(inputsOf(role).assumeRolePolicy as string)).toEqual({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" },
      ],
    });
    expect(inputsOf(rolePolicy).role).toBe("gpu-instance-1a2b3c4");
    expect(inputsOf(profile).role).toBe("gpu-instance-1a2b3c4");
    expect(inputsOf(rolePolicy).policy).toBe(instancePolicy(`${accountArn}:cluster/gpu`));
  });

  it("is held to its cluster, but for actions that know no resource", () => {
    expect(statements().map(({ Sid, Resource }) => [Sid, Resource])).toEqual([
      ["JoinCluster", `${accountArn}:cluster/gpu`],
      ["ReportToCluster", `${accountArn}:container-instance/gpu/*`],
      ["FindEndpoint", "*"],
      ["SessionManager", "*"],
    ]);
  });

  it("has no action with a wildcard, and none on images, secrets or parameters", () => {
    for (const action of statements().flatMap(({ Action }) => Action)) {
      expect(action).not.toMatch(/\*|^(ecr|s3|secretsmanager|kms|ssm:Get)/);
    }
  });

  function statements(): { Sid: string; Action: string | string[]; Resource: string }[] {
    return JSON.parse(instancePolicy(`${accountArn}:cluster/gpu`)).Statement;
  }

  it("gets further policies by their ARN", async () => {
    const policyArn = "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy";
    await create({ instancePolicyArns: [policyArn] });
    const { name, inputs } = recording.find("aws:iam/rolePolicyAttachment:RolePolicyAttachment");
    expect([name, inputs]).toEqual([
      "gpu-instance-CloudWatchAgentServerPolicy",
      { role: "gpu-instance-1a2b3c4", policyArn },
    ]);
  });

  it("has a name that AWS takes, however long the component's is", async () => {
    await create({}, "g".repeat(80));
    const roleRegistration = recording.find(role);
    expect(roleRegistration.name.length + "-1a2b3c4".length).toBeLessThanOrEqual(64);
  });
});

describe("the first start of an instance", () => {
  it("joins the cluster, keeps tasks from its role, and closes SSH", async () => {
    await create();
    expect(userData().split("\n")).toEqual([
      "#!/bin/bash",
      "set -eu",
      "cat >> /etc/ecs/ecs.config <<'END'",
      "ECS_CLUSTER=gpu-1a2b3c4",
      "ECS_AWSVPC_BLOCK_IMDS=true",
      "ECS_DISABLE_PRIVILEGED=true",
      "ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE=true",
      "ECS_ENABLE_SPOT_INSTANCE_DRAINING=true",
      "ECS_RESERVED_MEMORY=256",
      "ECS_TASK_PIDS_LIMIT=4096",
      "ECS_ENABLE_GPU_SUPPORT=true",
      "END",
      "systemctl disable --now sshd.service || true",
      "",
    ]);
  });

  it("asks for no GPU on a type without one", async () => {
    await create({ instanceType: "c7i.xlarge" });
    expect(userData()).not.toContain("GPU");
  });
});

describe("the AMI", () => {
  it.each([
    ["g5.xlarge", "/aws/service/ecs/optimized-ami/amazon-linux-2023/gpu/recommended/image_id"],
    ["c7i.xlarge", "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"],
  ])("for %s is the one under %s", async (instanceType, parameter) => {
    const { amiId } = await create({ instanceType });
    expect(asked).toContain(parameter);
    expect(inputsOf(template).imageId).toBe("ami-recommended");
    expect(await promiseOf(amiId)).toBe("ami-recommended");
  });

  it("that is pinned is not looked up", async () => {
    await create({ amiId: "ami-0a1b2c3d4e5f67890" });
    expect(asked).toEqual(["g5.xlarge"]);
    expect(recording.find(template)).toMatchObject({
      inputs: { imageId: "ami-0a1b2c3d4e5f67890" },
      ignoreChanges: [],
      hooks: {},
    });
  });

  it("that a cluster has is kept, until another one is named", async () => {
    await create();
    expect(recording.find(template).ignoreChanges).toEqual(["imageId"]);
  });

  it("that AWS recommends by now is named where it is another one", async () => {
    const info = vi.spyOn(pulumi.log, "info").mockResolvedValue();
    const parent = new pulumi.ComponentResource("tests:index:Parent", "parent");
    const kept = new ec2.LaunchTemplate("kept", { imageId: "ami-kept" });
    noteNewerAmi(kept, { imageId: pulumi.output("ami-kept"), options: {} }, parent);
    noteNewerAmi(kept, { imageId: pulumi.output("ami-newer"), options: {} }, parent);
    await settle();
    await vi.waitFor(() => expect(info).toHaveBeenCalled());
    expect(info.mock.calls.map(([message]) => message)).toEqual([
      expect.stringMatching(/keep ami-kept\. AWS recommends ami-newer now: set amiId/),
    ]);
  });

  const gpu = { imageId: "ami-1", instanceType: "g5.xlarge" };

  it("is not kept for a type that needs another kind", async () => {
    await create();
    expect(recording.find(template).hooks).toEqual({ beforeUpdate: [expect.any(String)] });
    expect(otherKindOfAmi(gpu, { ...gpu, instanceType: "c7i.xlarge" }, "ami-2")).toBe(
      "instanceType goes from g5.xlarge to c7i.xlarge, and the instances keep their AMI, ami-1, " +
        "which is for types with GPUs: set amiId to ami-2",
    );
  });

  it.each([
    ["for a type of the same kind", { ...gpu, instanceType: "g6.xlarge" }],
    ["where another one comes with the type", { imageId: "ami-2", instanceType: "c7i.xlarge" }],
  ])("may stay %s", (_, news) => {
    expect(otherKindOfAmi(gpu, news, "ami-2")).toBeUndefined();
  });
});

describe("the subnets of the instances", () => {
  it("are those in zones that offer one of the types, and the others are named", async () => {
    const info = vi.spyOn(pulumi.log, "info").mockResolvedValue();
    offered = ["eu-central-1c", "eu-central-1b"];
    await create({ furtherInstanceTypes: ["g6.xlarge"] });
    expect(inputsOf(group).vpcZoneIdentifiers).toEqual(["subnet-2"]);
    expect(asked).toEqual(expect.arrayContaining(["g5.xlarge", "g6.xlarge"]));
    expect(info.mock.calls.map(([message]) => message)).toEqual([
      "No instance starts in subnet-1 (eu-central-1a): AWS does not offer g5.xlarge, g6.xlarge there",
    ]);
  });

  it("are not there where no zone offers a type", async () => {
    offered = ["eu-central-1c"];
    const parent = new pulumi.ComponentResource("tests:index:Parent", "parent");
    const found = subnetsThatOffer(["subnet-1", "subnet-2"], ["g5.xlarge"], parent);
    await expect(found).rejects.toThrow(
      'instanceType is "g5.xlarge", which AWS does not offer in eu-central-1a, eu-central-1b: ' +
        "use subnets in eu-central-1c, or another type",
    );
  });
});

describe("an argument of a cluster", () => {
  function distribution(inputs: Inputs): Inputs {
    return (inputs.mixedInstancesPolicy as Record<string, Inputs>).instancesDistribution;
  }

  it.each<[string, Partial<EcsClusterArgs>, string, (inputs: Inputs) => unknown, unknown]>([
    [
      "spotPercent",
      { spotPercent: 70, onDemandBase: 1 },
      group,
      (inputs) => [distribution(inputs), inputs.capacityRebalance],
      [
        {
          onDemandAllocationStrategy: "prioritized",
          onDemandBaseCapacity: 1,
          onDemandPercentageAboveBaseCapacity: 30,
          spotAllocationStrategy: "price-capacity-optimized",
        },
        true,
      ],
    ],
    [
      "furtherInstanceTypes",
      { furtherInstanceTypes: ["g5.2xlarge", "g6.xlarge"] },
      group,
      (inputs) => (inputs.mixedInstancesPolicy as Record<string, Inputs>).launchTemplate.overrides,
      [
        { instanceType: "g5.xlarge" },
        { instanceType: "g5.2xlarge" },
        { instanceType: "g6.xlarge" },
      ],
    ],
    [
      "minInstances, which desiredInstances follow",
      { minInstances: 2 },
      group,
      ({ minSize, desiredCapacity }) => [minSize, desiredCapacity],
      [2, 2],
    ],
    [
      "desiredInstances",
      { minInstances: 1, desiredInstances: 3 },
      group,
      ({ minSize, desiredCapacity }) => [minSize, desiredCapacity],
      [1, 3],
    ],
    [
      "minHealthyPercent below 100: old ones go first",
      { minHealthyPercent: 50 },
      group,
      ({ instanceMaintenancePolicy }) => instanceMaintenancePolicy,
      { minHealthyPercentage: 50, maxHealthyPercentage: 100 },
    ],
    [
      "containerInsights",
      { containerInsights: ContainerInsights.Enhanced },
      cluster,
      ({ settings }) => settings,
      [{ name: "containerInsights", value: "enhanced" }],
    ],
    [
      "managedDraining and targetCapacityPercent",
      { managedDraining: false, targetCapacityPercent: 80 },
      capacityProvider,
      ({ autoScalingGroupProvider }) => autoScalingGroupProvider,
      expect.objectContaining({
        managedDraining: "DISABLED",
        managedScaling: { status: "ENABLED", targetCapacity: 80 },
      }),
    ],
    [
      "volumeGb and kmsKeyId",
      { volumeGb: 250, kmsKeyId: "key-arn" },
      template,
      ({ blockDeviceMappings }) => (blockDeviceMappings as { ebs: Inputs }[])[0].ebs,
      expect.objectContaining({ volumeSize: 250, kmsKeyId: "key-arn", encrypted: "true" }),
    ],
  ])("%s", async (_, args, type, read, value) => {
    await create(args);
    expect(read(inputsOf(type))).toEqual(value);
  });

  it("egress: each target has a rule of its own", async () => {
    await create({ egressCidrs: ["10.0.0.0/16"], egressPrefixListIds: ["pl-6da54004"] });
    const rules = recording.resources.filter(({ type }) => type === egressRule);
    expect(rules.map(({ name, inputs }) => [name, inputs.cidrIpv4, inputs.prefixListId])).toEqual([
      ["gpu-instance-10.0.0.0/16", "10.0.0.0/16", undefined],
      ["gpu-instance-pl-6da54004", undefined, "pl-6da54004"],
    ]);
  });
});

describe("a cluster", () => {
  it("says what services need of it", async () => {
    const created = await create({ instanceType: "g5.12xlarge" });
    const { clusterArn, clusterName, capacityProviderName } = created;
    const { instanceSecurityGroupId, autoScalingGroupName, gpusPerInstance } = created;
    const outputs = { clusterArn, clusterName, capacityProviderName };
    const further = { instanceSecurityGroupId, autoScalingGroupName, gpusPerInstance };
    expect(await promiseOf(pulumi.output({ ...outputs, ...further }))).toEqual({
      clusterArn: `${accountArn}:cluster/gpu`,
      clusterName: "gpu-1a2b3c4",
      capacityProviderName: "capacity-gpu-1a2b3c4",
      instanceSecurityGroupId: "gpu-instance-id",
      autoScalingGroupName: "gpu-instances-1a2b3c4",
      gpusPerInstance: 4,
    });
  });

  it("gives its capacity provider away only when the cluster has it", async () => {
    const { capacityProviderName } = await create();
    const needed = await (
      capacityProviderName as unknown as { allResources(): Promise<Set<pulumi.Resource>> }
    ).allResources();
    const types = [...needed].map(
      (resource) => (resource as { __pulumiType?: string }).__pulumiType,
    );
    expect(types).toContain(association);
  });

  it("can be previewed when nothing is there yet", async () => {
    await start(true);
    await create({ vpcId: pulumi.output(pulumi.unknown as string) });
    expect(inputsOf(template).userData).toBe(unknown);
    expect(inputsOf(rolePolicy).policy).toBe(unknown);
    expect(inputsOf(capacityProvider).autoScalingGroupProvider).toMatchObject({
      autoScalingGroupArn: unknown,
    });
  });

  it("refuses bad arguments before there is a resource", async () => {
    const problems = problemsOf(
      () => new EcsCluster("gpu", { ...required, instanceType: "g5g.xlarge", spotPercent: 101 }),
    );
    expect(problems.map(({ propertyPath }) => propertyPath)).toEqual([
      "spotPercent",
      "instanceType",
    ]);
    await settle();
    expect(recording.resources).toEqual([]);
  });
});
