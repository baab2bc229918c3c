import type { InstanceTypeFacts } from "@tf-model-serving/aws";

/**
 * Instance types that tests use, with what `aws ec2 describe-instance-types` says of them: vCPUs,
 * memory in GiB, network interfaces of the first card, and GPUs.
 */
const rows: Record<string, number[]> = {
  "c5.xlarge": [4, 8, 4, 0],
  "c6i.xlarge": [4, 8, 4, 0],
  "c7g.xlarge": [4, 8, 4, 0],
  "c7i.large": [2, 4, 3, 0],
  "c7i.xlarge": [4, 8, 4, 0],
  "c7i.2xlarge": [8, 16, 4, 0],
  "c7i.4xlarge": [16, 32, 8, 0],
  "g4dn.xlarge": [4, 16, 3, 1],
  "g5.xlarge": [4, 16, 4, 1],
  "g5.2xlarge": [8, 32, 4, 1],
  "g5.12xlarge": [48, 192, 15, 4],
  "g5.48xlarge": [192, 768, 7, 8],
  "g6.xlarge": [4, 16, 4, 1],
  "m7i.xlarge": [4, 16, 4, 0],
  "p5.48xlarge": [192, 2048, 2, 8],
};

/** What the components make of the answers below. */
export const instanceTypes: Record<string, InstanceTypeFacts> = Object.fromEntries(
  Object.entries(rows).map(([type, [vcpus, memoryGib, networkInterfaces, gpus]]) => [
    type,
    { vcpus, memoryMb: memoryGib * 1024, gpus, networkInterfaces, x86: type !== "c7g.xlarge" },
  ]),
);

/** What AWS answers of one of them, as the provider hands it on; it refuses any other. */
export function instanceTypeAnswer({ instanceType }: Record<string, unknown>): object {
  const facts = instanceTypes[instanceType as string];
  if (!facts) {
    throw functionError(
      `reading EC2 Instance Type (${String(instanceType)}): operation error EC2: DescribeInstanceTypes, ` +
        `api error InvalidInstanceType: The following supplied instance types do not exist: [${String(instanceType)}]`,
    );
  }
  return {
    defaultVcpus: facts.vcpus,
    memorySize: facts.memoryMb,
    gpuses:
      facts.gpus > 0
        ? [{ count: facts.gpus, manufacturer: "NVIDIA", memorySize: 22888, name: "A10G" }]
        : [],
    networkCards: [{ index: 0, maximumInterfaces: facts.networkInterfaces }],
    maximumNetworkInterfaces: facts.networkInterfaces,
    supportedArchitectures: [facts.x86 ? "x86_64" : "arm64"],
  };
}

/** An error of a provider's function as the engine hands it on. */
export function functionError(details: string): Error {
  return Object.assign(new Error(details), { details });
}

/** The names of a family's types. */
export function familyAnswer({ filters }: Record<string, unknown>): object {
  const [pattern] = (filters as { values: string[] }[])[0].values;
  const names = Object.keys(rows).filter((name) => name.startsWith(pattern.replace("*", "")));
  return { instanceTypes: names };
}
