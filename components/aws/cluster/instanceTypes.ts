/** What an EC2 instance type has. */
export interface InstanceTypeFacts {
  vcpus: number;
  memoryMb: number;
  /** 0 for types without NVIDIA GPUs. */
  gpus: number;
  /** Memory of each GPU, in MiB; 0 without GPUs. */
  gpuMemoryMb: number;
  /** Network interfaces of the first network card. One is the instance's own, each task needs one. */
  networkInterfaces: number;
}

interface Family {
  gpuMemoryMb?: number;
  /** vCPUs, memory in GiB, network interfaces and GPUs, by size. */
  sizes: Record<string, number[]>;
}

/**
 * x86 families that suit TensorFlow Serving, as `aws ec2 describe-instance-types` says of them in
 * us-east-1 (read from the copy in moto 5.2.5). Left out are metal sizes.
 *
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/ac.html
 */
const gpuFamilies: Record<string, Family> = {
  g4dn: {
    gpuMemoryMb: 16384,
    sizes: {
      xlarge: [4, 16, 3, 1],
      "2xlarge": [8, 32, 3, 1],
      "4xlarge": [16, 64, 3, 1],
      "8xlarge": [32, 128, 4, 1],
      "12xlarge": [48, 192, 8, 4],
      "16xlarge": [64, 256, 4, 1],
    },
  },
  g5: {
    gpuMemoryMb: 22888,
    sizes: {
      xlarge: [4, 16, 4, 1],
      "2xlarge": [8, 32, 4, 1],
      "4xlarge": [16, 64, 8, 1],
      "8xlarge": [32, 128, 8, 1],
      "12xlarge": [48, 192, 15, 4],
      "16xlarge": [64, 256, 8, 1],
      "24xlarge": [96, 384, 15, 4],
      "48xlarge": [192, 768, 7, 8],
    },
  },
  g6: {
    gpuMemoryMb: 22888,
    sizes: {
      xlarge: [4, 16, 4, 1],
      "2xlarge": [8, 32, 4, 1],
      "4xlarge": [16, 64, 8, 1],
      "8xlarge": [32, 128, 8, 1],
      "12xlarge": [48, 192, 8, 4],
      "16xlarge": [64, 256, 15, 1],
      "24xlarge": [96, 384, 15, 4],
      "48xlarge": [192, 768, 15, 8],
    },
  },
  g6e: {
    gpuMemoryMb: 45776,
    sizes: {
      xlarge: [4, 32, 4, 1],
      "2xlarge": [8, 64, 4, 1],
      "4xlarge": [16, 128, 8, 1],
      "8xlarge": [32, 256, 8, 1],
      "12xlarge": [48, 384, 10, 4],
      "16xlarge": [64, 512, 15, 1],
      "24xlarge": [96, 768, 10, 4],
      "48xlarge": [192, 1536, 10, 8],
    },
  },
  gr6: { gpuMemoryMb: 22888, sizes: { "4xlarge": [16, 128, 8, 1], "8xlarge": [32, 256, 8, 1] } },
  p4d: { gpuMemoryMb: 40960, sizes: { "24xlarge": [96, 1152, 15, 8] } },
  p4de: { gpuMemoryMb: 81920, sizes: { "24xlarge": [96, 1152, 15, 8] } },
  p5: { gpuMemoryMb: 81920, sizes: { "4xlarge": [16, 256, 4, 1], "48xlarge": [192, 2048, 2, 8] } },
};

const burstable: Family = {
  sizes: {
    medium: [2, 4, 3, 0],
    large: [2, 8, 3, 0],
    xlarge: [4, 16, 4, 0],
    "2xlarge": [8, 32, 4, 0],
  },
};

const upTo24 = ["", "2", "4", "8", "12", "16", "24"];
const families = new Map<string, Family>(
  Object.entries({
    ...gpuFamilies,
    t3: burstable,
    t3a: burstable,
    c6i: ofOneShape(2, [...upTo24, "32"]),
    c7i: ofOneShape(2, [...upTo24, "48"]),
    m6i: ofOneShape(4, [...upTo24, "32"]),
    m7i: ofOneShape(4, [...upTo24, "48"]),
    r6i: ofOneShape(8, [...upTo24, "32"]),
    r7i: ofOneShape(8, [...upTo24, "48"]),
  }),
);

/** A family whose sizes differ in scale only: `large`, and `xlarge` times each number. */
function ofOneShape(gibPerVcpu: number, sizes: string[]): Family {
  const rows = sizes.map((size): [string, number[]] => {
    const vcpus = 4 * Number(size || 1);
    const networkInterfaces = vcpus >= 64 ? 15 : vcpus >= 16 ? 8 : 4;
    return [`${size}xlarge`, [vcpus, vcpus * gibPerVcpu, networkInterfaces, 0]];
  });
  return { sizes: { large: [2, 2 * gibPerVcpu, 3, 0], ...Object.fromEntries(rows) } };
}

/** What is known of an instance type; undefined for one that is not in the table. */
export function instanceTypeFacts(instanceType: string): InstanceTypeFacts | undefined {
  const [familyName, size] = instanceType.split(".");
  const family = families.get(familyName);
  const row = new Map(Object.entries(family?.sizes ?? {})).get(size);
  if (!row) {
    return undefined;
  }
  const [vcpus, memoryGib, networkInterfaces, gpus] = row;
  const gpuMemoryMb = family?.gpuMemoryMb ?? 0;
  return { vcpus, memoryMb: memoryGib * 1024, gpus, gpuMemoryMb, networkInterfaces };
}

/** Every instance type in the table. */
export function instanceTypeNames(): string[] {
  return [...families].flatMap(([family, { sizes }]) =>
    Object.keys(sizes).map((size) => `${family}.${size}`),
  );
}

/** The families in the table; those with GPUs first. */
export function instanceFamilies(): string[] {
  return [...families.keys()];
}

/** Whether the type has a Graviton (arm64) processor: a `g` after the generation, or a1. */
export function isArm64(instanceType: string): boolean {
  return /^([a-z]+\d+g[a-z]*|a1)\./.test(instanceType);
}
