import * as ec2 from "@pulumi/aws/ec2";
import * as lb from "@pulumi/aws/lb";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";

import { lookUpNetwork, type NetworkQuestion } from "../../../components/aws/network/lookUpNetwork";
import { interfaceEndpoints } from "../../../components/aws/network/vpcEndpoints";
import { VpcNetwork } from "../../../components/aws/network/vpcNetwork";
import type { VpcNetworkArgs } from "../../../components/aws/network/vpcNetworkArgs";
import { functionError, instanceTypes } from "../../support/instanceTypes";
import { type Answer, isKnown, problemsOf, startMocks, unknown } from "../../support/mocks";
import { refusals } from "../../support/refusals";
import { renderedValues } from "../../support/rendered";
import { make, network as given } from "./awsComponents";

const defaultVpc = "vpc-0000000d";

/** Two VPCs: the default one with subnets in three zones, and one with some in the same zone. */
const zones: Record<string, [vpcId: string, zone: string]> = {
  "subnet-00000002": [defaultVpc, "eu-central-1b"],
  "subnet-00000001": [defaultVpc, "eu-central-1a"],
  "subnet-00000003": [defaultVpc, "eu-central-1c"],
  "subnet-0000000a": [given.vpcId, "eu-central-1a"],
  "subnet-0000000b": [given.vpcId, "eu-central-1b"],
  "subnet-0000000c": [given.vpcId, "eu-central-1b"],
  "subnet-0000000e": [given.vpcId, "eu-central-1d"],
};

let asked: Record<string, unknown>[];
let hasDefaultVpc: boolean;
let hasDns: boolean;

/** An error of a function as the engine hands it on. */
function failure(message: string): Error {
  return functionError(
    "invocation of aws:ec2/getVpc:getVpc returned an error: " +
      `invoking aws:ec2/getVpc:getVpc: 1 error occurred:\n\t* ${message}\n\n`,
  );
}

type Filter = { name: string; values: string[] };

const answers: Record<string, Answer> = {
  "aws:ec2/getVpc:getVpc": (inputs) => {
    asked.push(inputs);
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
  "aws:ec2/getSubnet:getSubnet": ({ id }) => {
    const [vpcId, availabilityZone] = zones[id as string];
    return { id, vpcId, availabilityZone };
  },
  "aws:ec2/getRouteTables:getRouteTables": ({ filters }) => {
    const [{ values }] = filters as Filter[];
    return { ids: values[0] === "subnet-0000000a" ? ["rtb-a"] : [] };
  },
  "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": {
    locations: ["eu-central-1c", "eu-central-1b"],
  },
};

beforeEach(() => {
  asked = [];
  hasDefaultVpc = true;
  hasDns = true;
});

function create(args?: VpcNetworkArgs, { preview = false, more = {} } = {}) {
  const options = { preview, answers: { ...answers, ...more } };
  return make(() => new VpcNetwork("network", args), {}, options);
}

describe("a network", () => {
  it.each<[string, VpcNetworkArgs | undefined, object]>([
    ["network-default", undefined, { default: true }],
    ["network-given", given, { id: given.vpcId }],
    [
      "network-endpoints",
      { ...given, endpoints: true, secondaryCidrs: ["100.64.0.0/16"] },
      { id: given.vpcId },
    ],
  ])("has the resources and outputs of %s.yaml", async (file, args, question) => {
    const { text } = await create(args);
    await expect(await text()).toMatchFileSnapshot(`snapshots/${file}.yaml`);
    expect(asked).toEqual([question]);
  });

  it("may be one that the same update creates", async () => {
    const later = pulumi.output(pulumi.unknown as string);
    const args = { vpcId: later, subnetIds: [later, later], endpoints: true };
    const { component, find } = await create(args, { preview: true });
    expect(await isKnown(component.vpcId)).toBe(false);
    expect(find("VpcEndpoint", "network-s3").inputs.routeTableIds).toBe(unknown);
  });
});

describe("the endpoints of a network", () => {
  it.each([
    ["com.amazonaws.cn-north-1.logs", "logs"],
    ["cn.com.amazonaws.cn-north-1.ecr.api", "ecr-api"],
  ])("in a partition with names of its own are what AWS calls them: %s", async (known, name) => {
    const there = [known, "com.amazonaws.cn-north-1.s3"];
    const more: Record<string, Answer> = {
      "aws:index/getPartition:getPartition": { reverseDnsPrefix: "cn.com.amazonaws" },
      "aws:index/getRegion:getRegion": { region: "cn-north-1" },
      "aws:ec2/getVpcEndpointService:getVpcEndpointService": ({ filters, serviceType }) => {
        const { values } = (filters as Filter[])[0];
        const found = values.find((value) => there.includes(value)) ?? "another";
        return { serviceName: `${found}, ${serviceType as string}` };
      },
    };
    const { find } = await create({ ...given, endpoints: true }, { more });
    const serviceName = (of: string) => find("VpcEndpoint", `network-${of}`).inputs.serviceName;
    expect(serviceName(name)).toBe(`${known}, Interface`);
    expect(serviceName("s3")).toBe("com.amazonaws.cn-north-1.s3, Gateway");
  });

  it("are there before what is in the network, and go after it", async () => {
    const { all, find } = await make(
      () => {
        const network = new VpcNetwork("network", { ...given, endpoints: true });
        new ec2.SecurityGroup("inside", { vpcId: network.vpcId });
        new lb.LoadBalancer("inside", { subnets: network.subnetIds });
        return network;
      },
      {},
      { answers, preview: true },
    );
    const endpoints = [...all("VpcEndpoint"), ...all("SecurityGroupIngressRule")];
    expect(endpoints).toHaveLength(interfaceEndpoints.length + 2);
    for (const kind of ["SecurityGroup", "LoadBalancer"]) {
      const { dependencies, inputs } = find(kind, "inside");
      expect(dependencies).toEqual(expect.arrayContaining(endpoints.map(({ urn }) => urn)));
      expect(Object.values(inputs)).not.toContain(unknown);
    }
  });
});

describe("a network is refused", () => {
  const refused: Record<string, { vpcId?: string; subnetIds?: string[] }> = {
    "without subnets": { vpcId: given.vpcId },
    "without VPC": { subnetIds: given.subnetIds },
    "with a VPC's name": { ...given, vpcId: "main" },
    "with a subnet's name": { ...given, subnetIds: ["subnet-0000000a", "private"] },
    "with one subnet": { ...given, subnetIds: ["subnet-0000000a"] },
    "with a subnet twice": { ...given, subnetIds: ["subnet-0000000a", "subnet-0000000a"] },
  };

  it("for what a look-up says too, without asking AWS", async () => {
    await startMocks({ answers });
    const problems = (args: VpcNetworkArgs) => problemsOf(() => new VpcNetwork("network", args));
    const text = await refusals(refused, problems);
    await expect(text).toMatchFileSnapshot("snapshots/refused-networks.txt");
    expect(await refusals(refused, async (args) => (await lookUpNetwork(args)).problems)).toBe(
      text,
    );
    expect(asked).toEqual([]);
  });

  it("with an address block that is none", () => {
    const problems = problemsOf(() => new VpcNetwork("network", { secondaryCidrs: ["100.64.0"] }));
    expect(problems.map(({ propertyPath }) => propertyPath)).toEqual(["secondaryCidrs[0]"]);
  });
});

describe("looking a network up", () => {
  const type = { instanceTypes: ["p5.48xlarge"] };

  beforeEach(async () => {
    await startMocks({ answers });
  });

  it("finds the default VPC or a given one, with facts about types on offer", async () => {
    const found = {
      "the default VPC": await lookUpNetwork({}),
      "a given VPC": await lookUpNetwork(given),
    };
    await expect(renderedValues(found)).toMatchFileSnapshot("snapshots/networks.yaml");
    const answer = await lookUpNetwork({ ...given, ...type });
    expect(answer.problems).toEqual([]);
    expect(answer.instanceTypes).toEqual({ "p5.48xlarge": instanceTypes["p5.48xlarge"] });
  });

  it("reports what does not fit, and what to do", async () => {
    const [a, b] = given.subnetIds;
    const questions: Record<string, NetworkQuestion> = {
      "a VPC that is not there": { ...given, vpcId: "vpc-0000000f" },
      "a subnet that is not there": { ...given, subnetIds: [a, "subnet-000000ff"] },
      "a subnet of another VPC": { ...given, subnetIds: [a, "subnet-00000002"] },
      "one zone only": { ...given, subnetIds: [b, "subnet-0000000c"] },
      "two subnets in a zone": { ...given, subnetIds: [a, b, "subnet-0000000c"] },
      "zones without the type": { ...given, ...type, subnetIds: [a, "subnet-0000000e"] },
      "a type that AWS does not have": { ...given, instanceTypes: ["c5.xlarge", "p5.48xlrage"] },
    };
    const text = await refusals(questions, async (args) => (await lookUpNetwork(args)).problems);
    await expect(text).toMatchFileSnapshot("snapshots/unusable-networks.txt");
  });

  it("reports that there is no default VPC, and how to make one", async () => {
    hasDefaultVpc = false;
    const reason = expect.stringContaining("aws ec2 create-default-vpc") as string;
    const { facts, problems } = await lookUpNetwork({});
    expect(facts).toBeUndefined();
    expect(problems).toEqual([{ propertyPath: "vpcId", reason }]);
  });

  it("reports a VPC without names where endpoints are wanted, and only there", async () => {
    hasDns = false;
    expect((await lookUpNetwork(given)).problems).toEqual([]);
    expect((await lookUpNetwork({ ...given, endpoints: true })).problems).toEqual([
      { propertyPath: "endpoints", reason: expect.stringContaining(given.vpcId) as string },
    ]);
  });

  it.each([
    ["Missing region information", "region", "or set AWS_REGION (Missing region information)"],
    ["No valid credential sources", "vpcId", "cannot be looked up: No valid credential sources"],
  ])("reports what AWS's provider says: %s", async (message, propertyPath, said) => {
    const getVpc = () => {
      throw failure(message);
    };
    await startMocks({ answers: { "aws:ec2/getVpc:getVpc": getVpc } });
    const { problems } = await lookUpNetwork({});
    const reason = expect.stringContaining(said) as string;
    expect(problems).toEqual([{ propertyPath, reason }]);
  });
});
