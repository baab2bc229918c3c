import * as ec2 from "@pulumi/aws/ec2";
import * as lb from "@pulumi/aws/lb";
import * as aws from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";

import { lookUpNetwork, type NetworkQuestion } from "../../../components/aws/network/lookUpNetwork";
import { interfaceEndpoints } from "../../../components/aws/network/vpcEndpoints";
import { VpcNetwork } from "../../../components/aws/network/vpcNetwork";
import type { VpcNetworkArgs } from "../../../components/aws/network/vpcNetworkArgs";
import { instanceTypes } from "../../support/instanceTypes";
import {
  isKnown,
  problemsOf,
  project,
  promiseOf,
  type Recording,
  settle,
  stack,
  startMocks,
  unknown,
  urn,
} from "../../support/mocks";

const component = "tfserving:index:VpcNetwork";
const endpoint = "aws:ec2/vpcEndpoint:VpcEndpoint";
const securityGroup = "aws:ec2/securityGroup:SecurityGroup";
const ingressRule = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const tags = {
  "tfserving:component": "endpoint",
  "tfserving:stack": `${project}/${stack}`,
};

const defaultVpc = "vpc-0000000d";
const given = { vpcId: "vpc-0000000a", subnetIds: ["subnet-0000000a", "subnet-0000000b"] };

/** Two VPCs: the default one with subnets in three zones, and one with two in the same zone. */
const zones: Record<string, [vpcId: string, zone: string]> = {
  "subnet-00000002": [defaultVpc, "eu-central-1b"],
  "subnet-00000001": [defaultVpc, "eu-central-1a"],
  "subnet-00000003": [defaultVpc, "eu-central-1c"],
  "subnet-0000000a": [given.vpcId, "eu-central-1a"],
  "subnet-0000000b": [given.vpcId, "eu-central-1b"],
  "subnet-0000000c": [given.vpcId, "eu-central-1b"],
};

let recording: Recording;
let calls: [name: string, inputs: Record<string, unknown>][];
let hasDefaultVpc: boolean;
let hasDns: boolean;

/** An error of a function as the engine hands it on. */
function failure(message: string): Error {
  const details =
    "invocation of aws:ec2/getVpc:getVpc returned an error: " +
    `invoking aws:ec2/getVpc:getVpc: 1 error occurred:\n\t* ${message}\n\n`;
  return Object.assign(new Error(details), { details });
}

type Filter = { name: string; values: string[] };

const answers: Record<string, (inputs: Record<string, unknown>) => object> = {
  "aws:ec2/getVpc:getVpc": (inputs) => {
    calls.push(["getVpc", inputs]);
    const id = (inputs.id as string | undefined) ?? defaultVpc;
    if (![given.vpcId, ...(hasDefaultVpc ? [defaultVpc] : [])].includes(id)) {
      throw failure("no matching EC2 VPC found");
    }
    return {
      id,
      cidrBlock: "10.0.0.0/16",
      cidrBlockAssociations: [
        { cidrBlock: "100.64.0.0/16", state: "associated" },
        { cidrBlock: "10.0.0.0/16", state: "associated" },
        { cidrBlock: "10.9.0.0/16", state: "disassociated" },
      ],
      mainRouteTableId: "rtb-main",
      enableDnsSupport: true,
      enableDnsHostnames: hasDns,
    };
  },
  "aws:ec2/getSubnets:getSubnets": ({ filters }) => {
    const wanted = (name: string) => (filters as Filter[]).find((f) => f.name === name)?.values;
    const ids = Object.keys(zones).filter(
      (id) =>
        (wanted("subnet-id")?.includes(id) ?? true) &&
        (wanted("vpc-id")?.includes(zones[id][0]) ?? true),
    );
    return { ids };
  },
  "aws:ec2/getSubnet:getSubnet": ({ id }) => ({
    id,
    vpcId: zones[id as string][0],
    availabilityZone: zones[id as string][1],
  }),
  "aws:ec2/getRouteTables:getRouteTables": (inputs) => {
    calls.push(["getRouteTables", inputs]);
    const [{ values }] = inputs.filters as Filter[];
    return { ids: values[0] === "subnet-0000000a" ? ["rtb-a"] : [] };
  },
  "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": () => ({
    locations: ["eu-central-1c", "eu-central-1b"],
  }),
};

async function start(preview = false): Promise<void> {
  recording = await startMocks({ answers, preview });
}

beforeEach(async () => {
  calls = [];
  hasDefaultVpc = true;
  hasDns = true;
  await start();
});

async function create(args?: VpcNetworkArgs): Promise<VpcNetwork> {
  const provider = new aws.Provider("aws", { region: "eu-central-1" });
  const network = new VpcNetwork("network", args, { providers: [provider] });
  await settle();
  return network;
}

function ask(question: NetworkQuestion = {}) {
  return lookUpNetwork(question);
}

describe("a network", () => {
  it("is the default VPC with its default subnets, sorted", async () => {
    const { vpcId, subnetIds, cidrBlock } = await create();
    expect(await promiseOf(pulumi.output({ vpcId, subnetIds, cidrBlock }))).toEqual({
      vpcId: defaultVpc,
      subnetIds: ["subnet-00000001", "subnet-00000002", "subnet-00000003"],
      cidrBlock: "10.0.0.0/16",
    });
    expect(calls).toEqual([["getVpc", { default: true }]]);
    expect(recording.resources.filter(({ type }) => type.startsWith("aws:"))).toEqual([]);
  });

  it("is the given VPC with the given subnets", async () => {
    const { vpcId, subnetIds } = await create(given);
    expect(await promiseOf(pulumi.output({ vpcId, subnetIds }))).toEqual(given);
    expect(calls).toEqual([["getVpc", { id: given.vpcId }]]);
  });

  it("may be one that the same update creates", async () => {
    await start(true);
    const later = pulumi.output(pulumi.unknown as string);
    const network = await create({ vpcId: later, subnetIds: [later, later], endpoints: true });
    expect(await isKnown(network.vpcId)).toBe(false);
    expect(recording.find(endpoint, "network-s3").inputs.routeTableIds).toBe(unknown);
  });
});

it("asks the provider that it was given", async () => {
  await create({ endpoints: true });
  const tokens = new Set(recording.calls.map(({ token }) => token.replace(/.*:/, "")));
  expect([...tokens].sort()).toEqual([
    "getPartition",
    "getRegion",
    "getRouteTables",
    "getSubnets",
    "getVpc",
  ]);
  for (const { token, provider } of recording.calls) {
    expect(provider, token).toBe(urn("pulumi:providers:aws", "aws"));
  }
});

describe("the endpoints of a network", () => {
  it("are one for each service, in every subnet, with private names", async () => {
    await create({ ...given, endpoints: true });
    expect(interfaceEndpoints).toEqual([
      "ecr.api",
      "ecr.dkr",
      "ecs",
      "ecs-agent",
      "ecs-telemetry",
      "logs",
      "secretsmanager",
      "ssm",
      "ssmmessages",
      "ec2messages",
    ]);
    for (const service of interfaceEndpoints) {
      const { inputs } = recording.find(endpoint, `network-${service.replace(".", "-")}`);
      expect(inputs).toEqual({
        vpcId: given.vpcId,
        serviceName: `com.amazonaws.eu-central-1.${service}`,
        vpcEndpointType: "Interface",
        subnetIds: given.subnetIds,
        securityGroupIds: ["network-endpoints-id"],
        privateDnsEnabled: true,
        tags,
      });
    }
  });

  it("include S3, on the subnets' route tables, the main one for those without", async () => {
    await create({ ...given, endpoints: true });
    expect(recording.find(endpoint, "network-s3").inputs).toEqual({
      vpcId: given.vpcId,
      serviceName: "com.amazonaws.eu-central-1.s3",
      vpcEndpointType: "Gateway",
      routeTableIds: ["rtb-a", "rtb-main"],
      tags,
    });
  });

  it("take HTTPS from the VPC and nothing else", async () => {
    await create({ ...given, endpoints: true, tags: { team: "vision" } });
    const tagged = { ...tags, team: "vision" };
    expect(recording.find(securityGroup).inputs).toEqual({
      description: "VPC endpoints",
      vpcId: given.vpcId,
      tags: tagged,
    });
    expect(recording.find(ingressRule).inputs).toEqual({
      securityGroupId: "network-endpoints-id",
      description: "HTTPS from the VPC",
      ipProtocol: "tcp",
      fromPort: 443,
      toPort: 443,
      cidrIpv4: "10.0.0.0/16",
      tags: tagged,
    });
  });

  it("take HTTPS from every address block of the VPC", async () => {
    await create({ ...given, endpoints: true, secondaryCidrs: ["100.64.0.0/16"] });
    const rules = recording.resources.filter(({ type }) => type === ingressRule);
    expect(rules.map(({ name, inputs }) => [name, inputs.cidrIpv4]).sort()).toEqual([
      ["network-endpoints", "10.0.0.0/16"],
      ["network-endpoints-100.64.0.0-16", "100.64.0.0/16"],
    ]);
  });

  it.each([
    ["com.amazonaws.cn-north-1.logs", "logs"],
    ["cn.com.amazonaws.cn-north-1.ecr.api", "ecr-api"],
  ])("in a partition with names of its own are what AWS calls them: %s", async (known, name) => {
    const there = [known, "com.amazonaws.cn-north-1.s3"];
    recording = await startMocks({
      answers: {
        ...answers,
        "aws:index/getPartition:getPartition": { reverseDnsPrefix: "cn.com.amazonaws" },
        "aws:index/getRegion:getRegion": { region: "cn-north-1" },
        "aws:ec2/getVpcEndpointService:getVpcEndpointService": ({ filters, serviceType }) => {
          const { values } = (filters as Filter[])[0];
          const found = values.find((value) => there.includes(value)) ?? "another";
          return { serviceName: `${found}, ${serviceType as string}` };
        },
      },
    });
    await create({ ...given, endpoints: true });
    expect(recording.find(endpoint, `network-${name}`).inputs.serviceName).toBe(
      `${known}, Interface`,
    );
    expect(recording.find(endpoint, "network-s3").inputs.serviceName).toBe(
      "com.amazonaws.cn-north-1.s3, Gateway",
    );
  });

  it("are there before what is in the network, and go after it", async () => {
    await start(true);
    const network = new VpcNetwork("network", { ...given, endpoints: true });
    const { vpcId, subnetIds } = network;
    new ec2.SecurityGroup("inside", { vpcId });
    new lb.LoadBalancer("inside", { subnets: subnetIds });
    await settle();
    const made = recording.resources.filter(({ type }) => [endpoint, ingressRule].includes(type));
    expect(made).toHaveLength(interfaceEndpoints.length + 2);
    for (const type of [securityGroup, "aws:lb/loadBalancer:LoadBalancer"]) {
      const { dependencies, inputs } = recording.find(type, "inside");
      expect(dependencies).toEqual(expect.arrayContaining(made.map(({ urn }) => urn)));
      expect(Object.values(inputs)).not.toContain(unknown);
    }
  });

  it("belong to the network, and use its provider", async () => {
    await create({ ...given, endpoints: true });
    const children = recording.resources.filter(({ type }) => type.startsWith("aws:"));
    expect(children).toHaveLength(interfaceEndpoints.length + 3);
    for (const { parent, provider } of children) {
      expect(parent).toBe(urn(component, "network"));
      expect(provider).toBe(urn("pulumi:providers:aws", "aws"));
    }
  });
});

describe("a network is refused", () => {
  it("with an address block that is none", () => {
    expect(problemsOf(() => new VpcNetwork("network", { secondaryCidrs: ["100.64.0.0"] }))).toEqual(
      [
        {
          propertyPath: "secondaryCidrs[0]",
          reason: expect.stringContaining("100.64.0.0") as string,
        },
      ],
    );
  });

  it.each<[string, VpcNetworkArgs, string, string]>([
    ["without subnets", { vpcId: given.vpcId }, "subnetIds", "is missing, and vpcId is set"],
    ["without VPC", { subnetIds: given.subnetIds }, "vpcId", "is missing, and subnetIds is set"],
    ["with a VPC's name", { ...given, vpcId: "main" }, "vpcId", 'is "main": use an id such as'],
    [
      "with a subnet's name",
      { ...given, subnetIds: ["subnet-0000000a", "private"] },
      "subnetIds[1]",
      'is "private": use an id such as subnet-',
    ],
    ["with one subnet", { ...given, subnetIds: ["subnet-0000000a"] }, "subnetIds", "has 1 of at"],
    [
      "with a subnet twice",
      { ...given, subnetIds: ["subnet-0000000a", "subnet-0000000a"] },
      "subnetIds",
      "has subnet-0000000a twice",
    ],
  ])("%s", async (_, args, propertyPath, reason) => {
    const problem = { propertyPath, reason: expect.stringContaining(reason) as string };
    expect(problemsOf(() => new VpcNetwork("network", args))).toEqual([problem]);
    const plain = { vpcId: args.vpcId as string, subnetIds: args.subnetIds as string[] };
    expect((await ask(plain)).problems).toEqual([problem]);
    expect(calls).toEqual([]);
  });
});

describe("looking a network up", () => {
  it("finds the default VPC", async () => {
    expect(await ask()).toEqual({
      facts: {
        vpcId: defaultVpc,
        cidrBlocks: ["10.0.0.0/16", "100.64.0.0/16"],
        dns: true,
        subnets: [
          { id: "subnet-00000001", vpcId: defaultVpc, zone: "eu-central-1a" },
          { id: "subnet-00000002", vpcId: defaultVpc, zone: "eu-central-1b" },
          { id: "subnet-00000003", vpcId: defaultVpc, zone: "eu-central-1c" },
        ],
      },
      instanceTypes: {},
      warnings: [],
      problems: [],
    });
  });

  it("finds a given one", async () => {
    const { facts, problems } = await ask(given);
    expect(problems).toEqual([]);
    expect(facts?.subnets.map(({ id }) => id)).toEqual(given.subnetIds);
  });

  it.each<[string, NetworkQuestion, string, string]>([
    [
      "a VPC that is not there",
      { ...given, vpcId: "vpc-0000000f" },
      "vpcId",
      'is "vpc-0000000f", which AWS does not know in this region',
    ],
    [
      "a subnet that is not there",
      { ...given, subnetIds: ["subnet-0000000a", "subnet-000000ff"] },
      "subnetIds",
      "has subnet-000000ff, which AWS does not know here",
    ],
    [
      "a subnet of another VPC",
      { ...given, subnetIds: ["subnet-0000000a", "subnet-00000002"] },
      "subnetIds",
      `has subnet-00000002, a subnet of ${defaultVpc}: use subnets of ${given.vpcId}`,
    ],
    [
      "one zone only",
      { ...given, subnetIds: ["subnet-0000000b", "subnet-0000000c"] },
      "subnetIds",
      "lies in one availability zone (eu-central-1b): a load balancer needs subnets in two",
    ],
    [
      "two subnets in a zone",
      { ...given, subnetIds: ["subnet-0000000a", "subnet-0000000b", "subnet-0000000c"] },
      "subnetIds",
      "has two subnets in eu-central-1b",
    ],
  ])("reports %s", async (_, question, propertyPath, reason) => {
    expect((await ask(question)).problems).toEqual([
      { propertyPath, reason: expect.stringContaining(reason) as string },
    ]);
  });

  it("reports that there is no default VPC, and how to make one", async () => {
    hasDefaultVpc = false;
    expect(await ask()).toEqual({
      instanceTypes: {},
      warnings: [],
      problems: [
        {
          propertyPath: "vpcId",
          reason: expect.stringContaining("aws ec2 create-default-vpc") as string,
        },
      ],
    });
  });

  it("reports a VPC without names where endpoints are wanted, and only there", async () => {
    hasDns = false;
    expect((await ask(given)).problems).toEqual([]);
    expect((await ask({ ...given, endpoints: true })).problems).toEqual([
      { propertyPath: "endpoints", reason: expect.stringContaining(given.vpcId) as string },
    ]);
  });

  it("reports zones that do not offer the instance type", async () => {
    zones["subnet-0000000e"] = [given.vpcId, "eu-central-1d"];
    const subnetIds = ["subnet-0000000a", "subnet-0000000e"];
    const { problems } = await ask({ ...given, subnetIds, instanceTypes: ["p5.48xlarge"] });
    delete zones["subnet-0000000e"];
    expect(problems).toEqual([
      {
        propertyPath: "instanceType",
        reason:
          'is "p5.48xlarge", which AWS does not offer in eu-central-1a, eu-central-1d: ' +
          "use subnets in eu-central-1b, eu-central-1c, or another type",
      },
    ]);
    const answer = await ask({ ...given, instanceTypes: ["p5.48xlarge"] });
    expect(answer.problems).toEqual([]);
    expect(answer.instanceTypes).toEqual({ "p5.48xlarge": instanceTypes["p5.48xlarge"] });
  });

  it("reports a type that AWS does not have once", async () => {
    const { problems } = await ask({ ...given, instanceTypes: ["c5.xlarge", "p5.48xlrage"] });
    expect(problems).toEqual([
      {
        propertyPath: "furtherInstanceTypes[0]",
        reason: expect.stringContaining("do you mean p5.48xlarge?") as string,
      },
    ]);
  });

  it.each([
    ["Missing region information", "region", "or set AWS_REGION (Missing region information)"],
    [
      "No valid credential sources found",
      "vpcId",
      "cannot be looked up: No valid credential sources found",
    ],
  ])("reports what AWS's provider says: %s", async (message, propertyPath, reason) => {
    await startMocks({
      answers: {
        "aws:ec2/getVpc:getVpc": () => {
          throw failure(message);
        },
      },
    });
    const { problems } = await ask();
    expect(problems).toEqual([{ propertyPath, reason: expect.stringContaining(reason) as string }]);
  });
});
