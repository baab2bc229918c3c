import { describe, expect, it } from "vitest";

import {
  checkInstanceType,
  instanceTypeWarnings,
  memoryForTasksMb,
  replicasPerInstance,
} from "../../../components/aws/cluster/checkInstanceType";
import {
  instanceFamilies,
  type InstanceTypeFacts,
  instanceTypeFacts,
  instanceTypeNames,
  isArm64,
} from "../../../components/aws/cluster/instanceTypes";

const small = { cpus: 1, memoryMb: 2048, gpus: 0 };

function factsOf(instanceType: string): InstanceTypeFacts {
  const facts = instanceTypeFacts(instanceType);
  if (!facts) {
    throw new Error(`${instanceType} is not in the table`);
  }
  return facts;
}

describe("the table of instance types", () => {
  it.each([
    ["t3.medium", [2, 4096, 0, 0, 3]],
    ["c7i.large", [2, 4096, 0, 0, 3]],
    ["c7i.48xlarge", [192, 393216, 0, 0, 15]],
    ["m6i.8xlarge", [32, 131072, 0, 0, 8]],
    ["r7i.2xlarge", [8, 65536, 0, 0, 4]],
    ["g4dn.xlarge", [4, 16384, 1, 16384, 3]],
    ["g5.12xlarge", [48, 196608, 4, 22888, 15]],
    ["g6e.48xlarge", [192, 1572864, 8, 45776, 10]],
    ["p4d.24xlarge", [96, 1179648, 8, 40960, 15]],
  ])("knows %s", (type, [vcpus, memoryMb, gpus, gpuMemoryMb, networkInterfaces]) => {
    expect(instanceTypeFacts(type)).toEqual({
      vcpus,
      memoryMb,
      gpus,
      gpuMemoryMb,
      networkInterfaces,
    });
  });

  it.each(["g5", "g5.", "g5.huge", "constructor.name", "g5.constructor", ""])(
    "does not know %j",
    (type) => {
      expect(instanceTypeFacts(type)).toBeUndefined();
    },
  );

  it("has each type once, x86 only, with room for a task and GPUs that have memory", () => {
    const names = instanceTypeNames();
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(names.map((name) => name.split(".")[0]))).toEqual(new Set(instanceFamilies()));
    for (const name of names) {
      const facts = factsOf(name);
      expect(isArm64(name), name).toBe(false);
      expect(facts.networkInterfaces, name).toBeGreaterThan(1);
      expect(facts.gpus > 0, name).toBe(facts.gpuMemoryMb > 0);
    }
  });

  it("tells Graviton types by their name", () => {
    const types = ["c7g.large", "g5g.xlarge", "m7gd.large", "t4g.small", "a1.large", "g5.xlarge"];
    expect(types.map(isArm64)).toEqual([true, true, true, true, true, false]);
  });
});

describe("an instance type", () => {
  const needs = "each replica shall have";

  it.each<[string, Partial<typeof small>, string]>([
    ["g5.xlrage", {}, "(do you mean g5.xlarge?)"],
    ["u-6tb1.metal", {}, "Use a type of g4dn, g5, g6,"],
    ["c7g.xlarge", {}, "its processor is arm64"],
    ["g5g.xlarge", { gpus: 1 }, "its processor is arm64"],
    ["p3.2xlarge", { gpus: 1 }, "do not know its V100. Use g4dn or newer"],
    ["c7i.xlarge", { gpus: 1 }, `it has no GPU, and ${needs} 1`],
    ["g5.xlarge", { gpus: 2 }, `it has 1 GPUs, and ${needs} 2`],
    ["c7i.xlarge", { cpus: 5 }, `it has 4 vCPUs, and ${needs} 5`],
    ["c7i.large", { memoryMb: 4096 }, "of its 4096 MiB about 3532 are left for replicas"],
  ])("%s is refused for replicas with %j", (type, replica, reason) => {
    const problems = checkInstanceType("instanceType", type, { ...small, ...replica });
    expect(problems).toEqual([
      { propertyPath: "instanceType", reason: expect.stringContaining(reason) as string },
    ]);
    expect(problems[0].reason).toContain(`is "${type}": `);
  });

  it.each<[string, Partial<typeof small>]>([
    ["c7i.xlarge", {}],
    ["g5.xlarge", { gpus: 1, cpus: 4, memoryMb: 14000 }],
    ["p5.48xlarge", { gpus: 8 }],
  ])("%s is taken for replicas with %j", (type, replica) => {
    expect(checkInstanceType("instanceType", type, { ...small, ...replica })).toEqual([]);
  });

  it("is judged by itself where no replica is given", () => {
    expect(checkInstanceType("instanceType", "c7i.large")).toEqual([]);
    expect(checkInstanceType("instanceType", "c7g.large")).toHaveLength(1);
  });
});

describe("the room of an instance", () => {
  it.each([
    ["CPUs", "c7i.xlarge", 2, 1024, 0, 2],
    ["memory", "c7i.xlarge", 1, 3000, 0, 2],
    ["GPUs", "g5.12xlarge", 1, 2048, 1, 4],
    ["several GPUs each", "g5.12xlarge", 1, 2048, 3, 1],
    ["network interfaces", "c7i.xlarge", 0.5, 256, 0, 3],
    ["network interfaces before GPUs", "g5.48xlarge", 1, 2048, 1, 6],
    ["nothing", "c7i.large", 1, 4096, 0, 0],
    ["an unknown type", "x.large", 1, 1024, 0, 0],
  ])("ends with its %s", (_, type, cpus, memoryMb, gpus, replicas) => {
    expect(replicasPerInstance(type, cpus, memoryMb, gpus)).toBe(replicas);
  });

  it("leaves memory to the kernel and to the agent", () => {
    expect(memoryForTasksMb(factsOf("c7i.xlarge"))).toBe(Math.floor(8192 * 0.925) - 256);
  });
});

describe("GPUs that stay idle", () => {
  it.each([
    ["no replica asks for one", "g5.xlarge", 0, "whose GPUs (1) no replica uses"],
    [
      "network interfaces run out first",
      "g5.48xlarge",
      1,
      "whose GPUs are enough for 8 replicas and whose network interfaces for 6: 2 of 8 GPUs stay idle",
    ],
  ])("are named: %s", (_, type, gpus, text) => {
    expect(instanceTypeWarnings(type, { ...small, gpus })).toEqual([
      expect.stringContaining(text) as string,
    ]);
  });

  it.each([
    ["c7i.xlarge", 0],
    ["g5.12xlarge", 1],
  ])("are none on %s with %d", (type, gpus) => {
    expect(instanceTypeWarnings(type, { ...small, gpus })).toEqual([]);
  });
});
