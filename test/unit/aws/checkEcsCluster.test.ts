import { describe, expect, it } from "vitest";

import { checkEcsCluster } from "../../../components/aws/cluster/checkEcsCluster";
import {
  type ContainerInsights,
  type EcsClusterArgs,
  resolveEcsClusterArgs,
} from "../../../components/aws/cluster/ecsClusterArgs";
import { instanceTypes } from "../../support/instanceTypes";
import { refusals } from "../../support/refusals";
import { clusterArgs } from "./awsComponents";

type Args = Partial<EcsClusterArgs>;

function check(args: Args, replica?: Parameters<typeof checkEcsCluster>[1]) {
  return checkEcsCluster(
    resolveEcsClusterArgs({ ...clusterArgs, ...args }),
    replica,
    instanceTypes,
  );
}

const refused: Record<string, Args> = {
  "a family alone": { instanceType: "g5" },
  "an arm64 type": { instanceType: "g5g.xlarge" },
  "a further family": { furtherInstanceTypes: ["g6.xlarge", "g9"] },
  "an unknown field": { instanceTypes: ["g5.xlarge"] } as object,
  "a text for a number": { maxInstances: "4" as never },
  "a text for a list": { egressCidrs: "10.0.0.0/8" as never },
  "GPUs and none": { furtherInstanceTypes: ["c7i.xlarge"] },
  "none and GPUs": { instanceType: "c7i.xlarge", furtherInstanceTypes: ["g5.xlarge"] },
  "a type twice": { furtherInstanceTypes: ["g6.xlarge", "g6.xlarge"] },
  "the first type again": { furtherInstanceTypes: ["g5.xlarge"] },
  "no instance at most": { maxInstances: 0 },
  "half an instance": { minInstances: 0.5 },
  "min over max": { minInstances: 5, maxInstances: 4 },
  "desired under min": { minInstances: 2, desiredInstances: 1 },
  "desired over max": { desiredInstances: 5 },
  "spot over all": { spotPercent: 101 },
  "a negative base": { onDemandBase: -1 },
  "an AMI's name": { amiId: "al2023" },
  "a small volume": { volumeGb: 29 },
  "unknown insights": { containerInsights: "some" as ContainerInsights },
  "no target": { targetCapacityPercent: 0 },
  "more than healthy": { minHealthyPercent: 101 },
  "no CIDR": { egressCidrs: ["10.0.0.0/33"] },
  "an address alone": { egressCidrs: ["10.0.0.1"] },
  "no way out": { egressCidrs: [] },
  "no prefix list": { egressPrefixListIds: ["s3"] },
  "a policy's name": { instancePolicyArns: ["CloudWatchAgentServerPolicy"] },
  "several at once": { instanceType: "x", volumeGb: 1, amiId: "x" },
};

describe("a cluster is refused", () => {
  it("for what the snapshot says", async () => {
    const text = await refusals(refused, (args) => check(args));
    await expect(text).toMatchFileSnapshot("snapshots/refused-clusters.txt");
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

it.each<[string, Args]>([
  ["its defaults", {}],
  ["spot instances of several types", { spotPercent: 100, furtherInstanceTypes: ["g6.xlarge"] }],
  ["a type that nobody has heard of", { instanceType: "g99.xlarge" }],
  ["no GPUs", { instanceType: "m7i.large", furtherInstanceTypes: ["m6i.large"] }],
  ["endpoints only", { egressCidrs: ["10.0.0.0/16"], egressPrefixListIds: ["pl-6da54004"] }],
])("a cluster is taken with %s", (_, args) => {
  expect(check(args)).toEqual([]);
});
