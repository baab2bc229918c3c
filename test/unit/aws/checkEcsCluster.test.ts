import { describe, expect, it } from "vitest";

import { checkEcsCluster } from "../../../components/aws/cluster/checkEcsCluster";
import {
  type ContainerInsights,
  type EcsClusterArgs,
  resolveEcsClusterArgs,
} from "../../../components/aws/cluster/ecsClusterArgs";
import { instanceTypes } from "../../support/instanceTypes";

function check(args: Partial<EcsClusterArgs>, replica?: Parameters<typeof checkEcsCluster>[1]) {
  const required = { vpcId: "vpc-1", subnetIds: ["subnet-1"], instanceType: "g5.xlarge" };
  return checkEcsCluster(resolveEcsClusterArgs({ ...required, ...args }), replica, instanceTypes);
}

describe("a cluster is refused", () => {
  it.each<[string, string, Partial<EcsClusterArgs>, string]>([
    ["a family alone", "instanceType", { instanceType: "g5" }, "use an instance type such as g5"],
    ["an arm64 type", "instanceType", { instanceType: "g5g.xlarge" }, "arm64"],
    [
      "a further family",
      "furtherInstanceTypes[1]",
      { furtherInstanceTypes: ["g6.xlarge", "g9"] },
      'is "g9": use an instance type',
    ],
    [
      "an unknown field",
      "instanceTypes",
      { instanceTypes: ["g5.xlarge"] } as object,
      'did you mean "instanceType"?',
    ],
    ["a text for a number", "maxInstances", { maxInstances: "4" as never }, 'is "4": use a whole'],
    ["a text for a list", "egressCidrs", { egressCidrs: "10.0.0.0/8" as never }, "use a list"],
    [
      "GPUs and none",
      "furtherInstanceTypes[0]",
      { furtherInstanceTypes: ["c7i.xlarge"] },
      "which has no GPU, and instanceType is",
    ],
    [
      "none and GPUs",
      "furtherInstanceTypes[0]",
      { instanceType: "c7i.xlarge", furtherInstanceTypes: ["g5.xlarge"] },
      "use types without GPUs",
    ],
    [
      "a type twice",
      "furtherInstanceTypes[1]",
      { furtherInstanceTypes: ["g6.xlarge", "g6.xlarge"] },
      "name each type once",
    ],
    [
      "the first type again",
      "furtherInstanceTypes[0]",
      { furtherInstanceTypes: ["g5.xlarge"] },
      "name each type once",
    ],
    ["no instance at most", "maxInstances", { maxInstances: 0 }, "from 1 to 500"],
    ["half an instance", "minInstances", { minInstances: 0.5 }, "is 0.5"],
    [
      "min over max",
      "minInstances",
      { minInstances: 5, maxInstances: 4 },
      "is 5, and maxInstances is 4",
    ],
    [
      "desired under min",
      "desiredInstances",
      { minInstances: 2, desiredInstances: 1 },
      "use 2 (minInstances) to 4 (maxInstances)",
    ],
    ["desired over max", "desiredInstances", { desiredInstances: 5 }, "use 0 (minInstances) to 4"],
    ["spot over all", "spotPercent", { spotPercent: 101 }, "from 0 to 100"],
    ["a negative base", "onDemandBase", { onDemandBase: -1 }, "from 0 to 500"],
    ["an AMI's name", "amiId", { amiId: "al2023" }, "use an id such as ami-"],
    ["a small volume", "volumeGb", { volumeGb: 29 }, "from 30 to 16384"],
    [
      "unknown insights",
      "containerInsights",
      { containerInsights: "some" as ContainerInsights },
      "use enhanced, enabled or disabled",
    ],
    ["no target", "targetCapacityPercent", { targetCapacityPercent: 0 }, "from 1 to 100"],
    ["more than healthy", "minHealthyPercent", { minHealthyPercent: 101 }, "from 0 to 100"],
    [
      "no CIDR",
      "egressCidrs[0]",
      { egressCidrs: ["10.0.0.0/33"] },
      'is "10.0.0.0/33", which is no block',
    ],
    [
      "an address alone",
      "egressCidrs[0]",
      { egressCidrs: ["10.0.0.1"] },
      "write one like 10.0.0.0/8",
    ],
    ["no way out", "egressCidrs", { egressCidrs: [] }, "never join the cluster"],
    [
      "no prefix list",
      "egressPrefixListIds[0]",
      { egressPrefixListIds: ["s3"] },
      "use an id such as pl-",
    ],
    [
      "a policy's name",
      "instancePolicyArns[0]",
      { instancePolicyArns: ["CloudWatchAgentServerPolicy"] },
      "use an ARN such as",
    ],
  ])("for %s", (_, propertyPath, args, reason) => {
    expect(check(args)).toEqual([
      { propertyPath, reason: expect.stringContaining(reason) as string },
    ]);
  });

  it("for all problems at once", () => {
    const paths = check({ instanceType: "x", volumeGb: 1, amiId: "x" }).map((p) => p.propertyPath);
    expect(paths).toEqual(["instanceType", "amiId", "volumeGb"]);
  });

  it("where a replica fits on one type and not on the other", () => {
    const replica = { cpus: 6, memoryMb: 2048, gpus: 1 };
    const args = { instanceType: "g5.2xlarge", furtherInstanceTypes: ["g5.xlarge"] };
    expect(check(args, replica)).toEqual([
      {
        propertyPath: "furtherInstanceTypes[0]",
        reason: expect.stringContaining("it has 4 vCPUs") as string,
      },
    ]);
  });
});

describe("a cluster is taken", () => {
  it.each<[string, Partial<EcsClusterArgs>]>([
    ["with its defaults", {}],
    [
      "with spot instances of several types",
      { spotPercent: 100, furtherInstanceTypes: ["g6.xlarge"] },
    ],
    ["of a type that nobody has heard of", { instanceType: "g99.xlarge" }],
    ["without GPUs", { instanceType: "m7i.large", furtherInstanceTypes: ["m6i.large"] }],
    ["with endpoints only", { egressCidrs: ["10.0.0.0/16"], egressPrefixListIds: ["pl-6da54004"] }],
  ])("%s", (_, args) => {
    expect(check(args)).toEqual([]);
  });
});
