import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import { nearestName } from "@tf-model-serving/core/internal/arguments/nearestName";
import { Problem } from "@tf-model-serving/core/internal/arguments/problem";
import { textLike } from "@tf-model-serving/core/internal/arguments/schema";
import { awsWords } from "../awsWords";

/** What AWS says that an EC2 instance type has. */
export interface InstanceTypeFacts {
  vcpus: number;
  memoryMb: number;
  /** NVIDIA GPUs; 0 for none. */
  gpus: number;
  /** Network interfaces of the first network card. One is the instance's own, each task needs one. */
  networkInterfaces: number;
  /** Whether its processor runs TensorFlow Serving's images. */
  x86: boolean;
}

/** Facts of instance types, by name. What is missing is not known, and nothing is held against it. */
export type InstanceTypes = Readonly<Partial<Record<string, InstanceTypeFacts>>>;

/** What AWS said of the instance types of a cluster. */
export interface InstanceTypesAnswer {
  types: InstanceTypes;
  /** Types that AWS does not have. */
  problems: Problem[];
  /** Types of which AWS did not say what they have. */
  warnings: string[];
}

/** The name of an instance type; which ones there are is up to AWS. */
export function instanceTypeName() {
  return textLike(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, "use an instance type such as g5.xlarge");
}

/**
 * Asks AWS what instance types have. It never rejects: a type that AWS says nothing of is used as it
 * is, with a warning.
 *
 * @param instanceTypes - `instanceType` of a cluster, then its `furtherInstanceTypes`
 */
export async function lookUpInstanceTypes(
  instanceTypes: string[],
  opts?: pulumi.InvokeOptions,
): Promise<InstanceTypesAnswer> {
  const answers = await Promise.all(
    instanceTypes.map((instanceType, index) =>
      lookUp(
        instanceType,
        index === 0 ? "instanceType" : `furtherInstanceTypes[${index - 1}]`,
        opts,
      ),
    ),
  );
  return {
    types: Object.assign({}, ...answers.map(({ types }) => types)) as InstanceTypes,
    problems: answers.flatMap(({ problems }) => problems),
    warnings: answers.flatMap(({ warnings }) => warnings),
  };
}

async function lookUp(
  instanceType: string,
  propertyPath: string,
  opts?: pulumi.InvokeOptions,
): Promise<InstanceTypesAnswer> {
  const nothing = { types: {}, problems: [], warnings: [] };
  try {
    const facts = factsOf(await ec2.getInstanceType({ instanceType }, opts));
    return { ...nothing, types: { [instanceType]: facts } };
  } catch (error) {
    const message = awsWords(error);
    if (/InvalidInstanceType|no matching EC2 Instance Type/i.test(message)) {
      const near = nearestName(instanceType, await sizesOf(instanceType, opts));
      const reason =
        `is "${instanceType}": AWS does not know it in this region` +
        `${near ? ` (do you mean ${near}?)` : ""}. Use a type such as g5.xlarge, or c7i.xlarge without GPUs`;
      return { ...nothing, problems: [{ propertyPath, reason }] };
    }
    const warning =
      `${propertyPath} is ${instanceType}, and AWS does not say what that has (${message}): ` +
      "nobody has checked whether replicas fit on it.";
    return { ...nothing, warnings: [warning] };
  }
}

/** Types of the same family; none where AWS has no such family. */
async function sizesOf(instanceType: string, opts?: pulumi.InvokeOptions): Promise<string[]> {
  const values = [instanceType.replace(/\..*$/, ".*")];
  try {
    const filters = [{ name: "instance-type", values }];
    return (await ec2.getInstanceTypes({ filters }, opts)).instanceTypes;
  } catch {
    return [];
  }
}

function factsOf(type: ec2.GetInstanceTypeResult): InstanceTypeFacts {
  const nvidia = type.gpuses.filter(({ manufacturer }) => /^nvidia$/i.test(manufacturer));
  return {
    vcpus: type.defaultVcpus,
    memoryMb: type.memorySize,
    gpus: nvidia.reduce((sum, { count }) => sum + count, 0),
    networkInterfaces: type.networkCards[0]?.maximumInterfaces ?? type.maximumNetworkInterfaces,
    x86: type.supportedArchitectures.includes("x86_64"),
  };
}

/** GPUs of an instance. Where AWS does not say how many, 1 stands for one or more. */
export function gpusOf(instanceType: string, parent: pulumi.Resource): pulumi.Output<number> {
  const answer = lookUpInstanceTypes([instanceType], { parent });
  return pulumi
    .output(answer)
    .apply(({ types }) => types[instanceType]?.gpus ?? (hasGpus(instanceType) ? 1 : 0));
}

/**
 * Whether a type has NVIDIA GPUs by its name: families g and p, but g4ad with AMD's. It decides what
 * is installed on the instances, so it must not depend on whether AWS can be asked.
 *
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
 */
export function hasGpus(instanceType: string): boolean {
  return /^[gp]r?\d/.test(instanceType) && !instanceType.startsWith("g4ad.");
}

/** Whether the type has a Graviton (arm64) processor: a `g` after the generation, or a1. */
export function isArm64(instanceType: string): boolean {
  return /^([a-z]+\d+g[a-z]*|a1)\./.test(instanceType);
}
