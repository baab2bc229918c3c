import { describe, expect, it } from "vitest";

import {
  checkInstanceType,
  instanceTypeWarnings,
  memoryForTasksMb,
  replicasPerInstance,
} from "../../../components/aws/instances/checkInstanceType";
import {
  hasGpus,
  isArm64,
  lookUpInstanceTypes,
} from "../../../components/aws/instances/instanceTypes";
import { functionError, instanceTypeAnswer, instanceTypes } from "../../support/instanceTypes";
import { startMocks } from "../../support/mocks";
import { refusals } from "../../support/refusals";

const small = { cpus: 1, memoryMb: 2048, gpus: 0 };

describe("what AWS says of instance types", () => {
  const token = "aws:ec2/getInstanceType:getInstanceType";

  it("is taken over, NVIDIA's GPUs alone", async () => {
    const amd = { count: 4, manufacturer: "AMD", memorySize: 8192, name: "Radeon Pro V520" };
    await startMocks({
      answers: {
        [token]: ({ instanceType }) => ({
          ...instanceTypeAnswer({ instanceType: "g5.12xlarge" }),
          ...(instanceType === "g4ad.16xlarge" ? { gpuses: [amd] } : {}),
        }),
      },
    });
    const types = {
      "g5.12xlarge": instanceTypes["g5.12xlarge"],
      "g4ad.16xlarge": { ...instanceTypes["g5.12xlarge"], gpus: 0 },
    };
    expect(await lookUpInstanceTypes(Object.keys(types))).toEqual({
      types,
      problems: [],
      warnings: [],
    });
  });

  it("has interfaces of the type as a whole where it names no cards", async () => {
    const answer = { ...instanceTypeAnswer({ instanceType: "g5.xlarge" }), networkCards: [] };
    await startMocks({ answers: { [token]: { ...answer, maximumNetworkInterfaces: 2 } } });
    const { types } = await lookUpInstanceTypes(["g5.xlarge"]);
    expect(types["g5.xlarge"]?.networkInterfaces).toBe(2);
  });

  it("is a problem where it has no such type, with the nearest of its family", async () => {
    await startMocks();
    const { problems } = await lookUpInstanceTypes(["g5.xlrage", "c7i.large", "u-6tb1.metal"]);
    const advice = "Use a type such as g5.xlarge, or c7i.xlarge without GPUs";
    const unknown = "AWS does not know it in this region";
    expect(problems).toEqual([
      {
        propertyPath: "instanceType",
        reason: `is "g5.xlrage": ${unknown} (do you mean g5.xlarge?). ${advice}`,
      },
      {
        propertyPath: "furtherInstanceTypes[1]",
        reason: `is "u-6tb1.metal": ${unknown}. ${advice}`,
      },
    ]);
  });

  it("is a warning where it says nothing", async () => {
    await startMocks({
      answers: {
        [token]: () => {
          throw functionError("UnauthorizedOperation: You are not authorized");
        },
      },
    });
    expect(await lookUpInstanceTypes(["g5.xlarge"])).toEqual({
      types: {},
      problems: [],
      warnings: [
        "instanceType is g5.xlarge, and AWS does not say what that has (UnauthorizedOperation: You are " +
          "not authorized): nobody has checked whether replicas fit on it.",
      ],
    });
  });
});

describe("the name of an instance type", () => {
  it("tells whether its processor is Graviton", () => {
    const types = ["c7g.large", "g5g.xlarge", "m7gd.large", "t4g.small", "a1.large", "g5.xlarge"];
    expect(types.map(isArm64)).toEqual([true, true, true, true, true, false]);
  });

  it("tells whether it has GPUs of NVIDIA", () => {
    const gpus = ["g4dn.xlarge", "g6e.xlarge", "gr6.4xlarge", "p5en.48xlarge", "p6-b200.48xlarge"];
    const others = ["c5.large", "m7a.large", "g4ad.xlarge", "inf2.xlarge", "t3.medium"];
    expect([...gpus, ...others].filter(hasGpus)).toEqual(gpus);
  });
});

describe("an instance type", () => {
  const check = (type: string, replica?: typeof small) =>
    checkInstanceType("instanceType", type, instanceTypes[type], replica);

  const refused: Record<string, [type: string, replica: Partial<typeof small>]> = {
    "an arm64 processor": ["c7g.xlarge", {}],
    "an arm64 processor with a GPU": ["g5g.xlarge", { gpus: 1 }],
    "an old GPU": ["p3.2xlarge", { gpus: 1 }],
    "no GPU": ["c7i.xlarge", { gpus: 1 }],
    "one GPU of two": ["g5.xlarge", { gpus: 2 }],
    "too few CPUs": ["c7i.xlarge", { cpus: 5 }],
    "too little memory": ["c7i.large", { memoryMb: 4096 }],
  };

  it("is refused for replicas that it is not made for", async () => {
    const text = await refusals(refused, ([type, replica]) =>
      check(type, { ...small, ...replica }),
    );
    await expect(text).toMatchFileSnapshot("snapshots/refused-instance-types.txt");
  });

  it.each<[string, Partial<typeof small>]>([
    ["c7i.xlarge", {}],
    ["g5.xlarge", { gpus: 1, cpus: 4, memoryMb: 14000 }],
    ["p5.48xlarge", { gpus: 8 }],
  ])("%s is taken for replicas with %j", (type, replica) => {
    expect(check(type, { ...small, ...replica })).toEqual([]);
  });

  it("is judged by itself where no replica is given", () => {
    expect(check("c7i.large")).toEqual([]);
    expect(check("c7g.xlarge")).toHaveLength(1);
  });

  it("is taken where AWS does not say what it has", () => {
    expect(check("m99.large", { ...small, gpus: 8 })).toEqual([]);
  });

  it("is refused for an arm64 processor that its name does not tell", () => {
    const facts = { ...instanceTypes["g5.xlarge"], x86: false };
    expect(checkInstanceType("instanceType", "p6e-gb200.36xlarge", facts)).toHaveLength(1);
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
  ])("ends with its %s", (_, type, cpus, memoryMb, gpus, replicas) => {
    expect(replicasPerInstance(instanceTypes[type], { cpus, memoryMb, gpus })).toBe(replicas);
  });

  it("leaves memory to the kernel and to the agent", () => {
    expect(memoryForTasksMb(instanceTypes["c7i.xlarge"])).toBe(Math.floor(8192 * 0.925) - 256);
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
    expect(instanceTypeWarnings(type, { ...small, gpus }, instanceTypes[type])).toEqual([
      expect.stringContaining(text) as string,
    ]);
  });

  it.each([
    ["c7i.xlarge", 0],
    ["g5.12xlarge", 1],
  ])("are none on %s with %d", (type, gpus) => {
    expect(instanceTypeWarnings(type, { ...small, gpus }, instanceTypes[type])).toEqual([]);
  });
});
