import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import { Problem } from "@tf-model-serving/core/internal/arguments/problem";
import { associatedBlocks } from "../cidrBlocks";
import { awsWords } from "../awsWords";
import { InstanceTypes, lookUpInstanceTypes } from "../instances/instanceTypes";
import { notOffered, zonesThatOffer } from "../instances/instanceZones";
import { checkVpcNetwork, fewestZones } from "./vpcNetworkArgs";

/** A subnet as AWS describes it. */
export interface SubnetFacts {
  id: string;
  vpcId: string;
  /** Availability zone, such as `eu-west-1a`. */
  zone: string;
}

/** A VPC and the subnets that shall be used of it, as AWS describes them. */
export interface NetworkFacts {
  vpcId: string;
  /** IPv4 blocks of the VPC, its first one first. */
  cidrBlocks: string[];
  /** Whether names resolve and hosts have some: VPC endpoints need both. */
  dns: boolean;
  /** Sorted by id. */
  subnets: SubnetFacts[];
}

/** What to look for, and what it shall be good for. */
export interface NetworkQuestion {
  /** @default - the region's default VPC */
  vpcId?: string;
  /** @default - the default subnets of the default VPC */
  subnetIds?: string[];
  /** Whether VPC endpoints shall be created. @default false */
  endpoints?: boolean;
  /**
   * Instance types of which one must be on offer in the subnets' zones: `instanceType` of a cluster,
   * then its `furtherInstanceTypes`. @default - not asked
   */
  instanceTypes?: string[];
}

/** What was found, and what is wrong with it. */
export interface NetworkAnswer {
  /** @default - there is no such network */
  facts?: NetworkFacts;
  /** What AWS says of the instance types. */
  instanceTypes: InstanceTypes;
  problems: Problem[];
  /** What AWS did not say. */
  warnings: string[];
}

/**
 * Asks AWS for the VPC, its subnets and the instance types before there is any resource, so that a
 * preview says what is missing. It never rejects: AWS's own errors are problems too.
 */
export async function lookUpNetwork(
  question: NetworkQuestion,
  opts?: pulumi.InvokeOptions,
): Promise<NetworkAnswer> {
  const nothing = { instanceTypes: {}, warnings: [] };
  const { instanceTypes = [], ...network } = question;
  const problems = checkVpcNetwork(network);
  if (problems.length > 0) {
    return { ...nothing, problems };
  }
  try {
    const [facts, instances, offered] = await Promise.all([
      readNetwork(question, opts),
      lookUpInstanceTypes(instanceTypes, opts),
      instanceTypes.length > 0 ? zonesThatOffer(instanceTypes, opts) : undefined,
    ]);
    // No zone offers a type that AWS does not have.
    const judged = instances.problems.length === 0 ? offered : undefined;
    return {
      facts,
      instanceTypes: instances.types,
      problems: [...checkNetwork(question, facts, judged), ...instances.problems],
      warnings: instances.warnings,
    };
  } catch (error) {
    return { ...nothing, problems: [explain(question, awsWords(error))] };
  }
}

async function readNetwork(
  { vpcId, subnetIds }: NetworkQuestion,
  opts?: pulumi.InvokeOptions,
): Promise<NetworkFacts> {
  const vpc = await ec2.getVpc(vpcId === undefined ? { default: true } : { id: vpcId }, opts);
  const { ids } = await ec2.getSubnets({ filters: subnetFilters(vpc.id, subnetIds) }, opts);
  const subnets = await Promise.all([...ids].sort().map((id) => ec2.getSubnet({ id }, opts)));
  return {
    vpcId: vpc.id,
    cidrBlocks: associatedBlocks(vpc),
    dns: vpc.enableDnsSupport && vpc.enableDnsHostnames,
    subnets: subnets.map((subnet) => ({
      id: subnet.id,
      vpcId: subnet.vpcId,
      zone: subnet.availabilityZone,
    })),
  };
}

/** How the subnets are found: by id, else those that AWS made for the default VPC. */
export function subnetFilters(vpcId: string, subnetIds?: string[]) {
  return subnetIds
    ? [{ name: "subnet-id", values: subnetIds }]
    : [
        { name: "vpc-id", values: [vpcId] },
        { name: "default-for-az", values: ["true"] },
      ];
}

/**
 * Everything wrong with a network that was found.
 *
 * @param offered - zones that offer the instance types. @default - not judged
 */
function checkNetwork(
  { vpcId, subnetIds, endpoints, instanceTypes = [] }: NetworkQuestion,
  facts: NetworkFacts,
  offered?: string[],
): Problem[] {
  const found = facts.subnets.map(({ id }) => id);
  const missing = (subnetIds ?? []).filter((id) => !found.includes(id));
  const foreign = facts.subnets.filter((subnet) => subnet.vpcId !== facts.vpcId);
  const zones = facts.subnets.map(({ zone }) => zone);
  const crowded = zones.find((zone, index) => zones.indexOf(zone) !== index);
  const path = subnetIds ? "subnetIds" : "vpcId";
  const refused =
    offered && zones.length > 0 ? notOffered(instanceTypes, zones, offered) : undefined;
  return [
    ...problem(missing.length > 0, path, `has ${missing.join(", ")}, which AWS does not know here`),
    ...foreign.map(({ id, vpcId: other }) => ({
      propertyPath: path,
      reason: `has ${id}, a subnet of ${other}: use subnets of ${facts.vpcId}`,
    })),
    ...problem(
      missing.length === 0 && new Set(zones).size < fewestZones,
      path,
      `${subnetIds ? "lies" : `is missing, and the default VPC ${facts.vpcId} has subnets`} in ` +
        `${zones.length === 0 ? "no availability zone" : `one availability zone (${zones[0]})`}: ` +
        "a load balancer needs subnets in two",
    ),
    ...problem(
      crowded !== undefined && new Set(zones).size >= fewestZones,
      path,
      `has two subnets in ${crowded}: a load balancer takes one in each availability zone`,
    ),
    ...problem(
      endpoints === true && !facts.dns,
      "endpoints",
      `is true, and ${vpcId ?? facts.vpcId} has no DNS host names: ` +
        "turn its attributes enableDnsSupport and enableDnsHostnames on",
    ),
    ...problem(refused !== undefined, "instanceType", refused ?? ""),
  ];
}

function problem(applies: boolean, propertyPath: string, reason: string): Problem[] {
  return applies ? [{ propertyPath, reason }] : [];
}

/** What to do about an error of the look-up itself. */
function explain({ vpcId }: NetworkQuestion, message: string): Problem {
  if (/no matching .*VPC|InvalidVpcID/i.test(message)) {
    return vpcId === undefined
      ? {
          propertyPath: "vpcId",
          reason:
            "is missing, and the region has no default VPC: set vpcId and subnetIds, " +
            "or make one with aws ec2 create-default-vpc",
        }
      : { propertyPath: "vpcId", reason: `is "${vpcId}", which AWS does not know in this region` };
  }
  if (/(missing|invalid|empty).{0,20}region/i.test(message)) {
    return {
      propertyPath: "region",
      reason: `is missing: run pulumi config set aws:region eu-west-1, or set AWS_REGION (${message})`,
    };
  }
  return { propertyPath: "vpcId", reason: `cannot be looked up: ${message}` };
}
