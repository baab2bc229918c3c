import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";

import { EcsCluster, type EcsClusterArgs } from "@tf-model-serving/aws";
import { noteNewerAmi, otherKindOfAmi } from "../../../components/aws/cluster/instanceAmi";
import { instancePolicy } from "../../../components/aws/cluster/instanceRole";
import { subnetsThatOffer } from "../../../components/aws/instances/instanceZones";
import { region } from "../../support/awsMocks";
import { problemsOf, promiseOf, settle, startMocks, unknown } from "../../support/mocks";
import {
  answers,
  cluster,
  clusterArgs,
  make,
  neededFor,
  network,
  statements,
} from "./awsComponents";
import { everything, settings } from "./awsSettings";

type Args = Partial<EcsClusterArgs>;

const offerings = "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings";
const [first, second] = network.subnetIds;

function userData({ inputs }: { inputs: Record<string, unknown> }): string {
  return Buffer.from(inputs.userData as string, "base64").toString();
}

describe("a cluster", () => {
  it.each<[string, Args]>([
    ["cluster", {}],
    ["cluster-everything", everything<Args>(settings.cluster)],
  ])("has the resources and outputs of %s.yaml", async (file, args) => {
    const { text } = await make(cluster, args);
    await expect(await text()).toMatchFileSnapshot(`snapshots/${file}.yaml`);
  });

  it("has instances that join it, keep tasks from their role, and close SSH", async () => {
    const { find } = await make(cluster);
    await expect(userData(find("LaunchTemplate"))).toMatchFileSnapshot("snapshots/instance.sh");
  });

  it("asks for no GPU on a type without one", async () => {
    const { find } = await make(cluster, { instanceType: "c7i.xlarge" });
    expect(userData(find("LaunchTemplate"))).not.toContain("GPU");
  });

  it("leaves the number of instances to ECS once the fewest are there", async () => {
    const { find } = await make(cluster, { minInstances: 2 });
    const { inputs, ignoreChanges } = find("Group");
    expect(inputs).toMatchObject({ minSize: 2, desiredCapacity: 2 });
    expect(ignoreChanges).toEqual(["desiredCapacity"]);
  });

  it("opens no port", async () => {
    expect((await make(cluster)).all("SecurityGroupIngressRule")).toEqual([]);
  });

  it("lets instances read no image, bucket, secret or parameter", () => {
    const policy = instancePolicy("arn:aws:ecs:eu-central-1:123456789012:cluster/gpu");
    const actions = statements(policy).flatMap(({ Action }) => Action);
    for (const action of actions) {
      expect(action).not.toMatch(/^(ecr|s3|secretsmanager|kms|ssm:Get)/);
    }
  });

  it("has a role with a name that AWS takes, however long the component's is", async () => {
    const { find } = await make(() => new EcsCluster("g".repeat(80), clusterArgs));
    expect(find("Role").name.length + "-1a2b3c4".length).toBeLessThanOrEqual(64);
  });

  it("says how many GPUs an instance has", async () => {
    const { component } = await make(cluster, { instanceType: "g5.12xlarge" });
    expect(await promiseOf(component.gpusPerInstance)).toBe(4);
  });

  it("gives its capacity provider away only when the cluster has it", async () => {
    const { component, find } = await make(cluster);
    const needed = await neededFor(component.capacityProviderName);
    expect(needed).toContain(find("ClusterCapacityProviders").urn);
  });

  it("can be previewed when nothing is there yet", async () => {
    const vpcId = pulumi.output(pulumi.unknown as string);
    const { find } = await make(cluster, { vpcId }, { preview: true });
    expect(find("LaunchTemplate").inputs.userData).toBe(unknown);
    expect(find("RolePolicy").inputs.policy).toBe(unknown);
    expect(find("CapacityProvider").inputs.autoScalingGroupProvider).toMatchObject({
      autoScalingGroupArn: unknown,
    });
  });

  it("refuses bad arguments before there is a resource", async () => {
    const { resources } = await startMocks();
    const problems = problemsOf(() => cluster({ instanceType: "g5g.xlarge", spotPercent: 101 }));
    const paths = problems.map(({ propertyPath }) => propertyPath);
    expect(paths).toEqual(["spotPercent", "instanceType"]);
    await settle();
    expect(resources).toEqual([]);
  });
});

describe("the AMI", () => {
  it.each([
    ["g5.xlarge", "/aws/service/ecs/optimized-ami/amazon-linux-2023/gpu/recommended/image_id"],
    ["c7i.xlarge", "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"],
  ])("for %s is the one under %s, and is kept", async (instanceType, parameter) => {
    const { component, find } = await make(cluster, { instanceType });
    const { inputs, ignoreChanges, hooks } = find("LaunchTemplate");
    expect(inputs.imageId).toBe(`ami-of-${parameter}`);
    expect(await promiseOf(component.amiId)).toBe(`ami-of-${parameter}`);
    expect(ignoreChanges).toEqual(["imageId"]);
    expect(hooks).toEqual({ beforeUpdate: [expect.any(String)] });
  });

  it("that is pinned is not looked up", async () => {
    const { find, recording } = await make(cluster, { amiId: "ami-0a1b2c3d4e5f67890" });
    expect(recording.calls.map(({ token }) => token).join()).not.toContain("getParameter");
    expect(find("LaunchTemplate")).toMatchObject({
      inputs: { imageId: "ami-0a1b2c3d4e5f67890" },
      ignoreChanges: [],
      hooks: {},
    });
  });

  it("that AWS recommends by now is named where it is another one", async () => {
    const info = vi.spyOn(pulumi.log, "info").mockResolvedValue();
    await startMocks();
    const parent = new pulumi.ComponentResource("tests:index:Parent", "parent");
    const kept = new ec2.LaunchTemplate("kept", { imageId: "ami-kept" });
    noteNewerAmi(kept, { imageId: pulumi.output("ami-kept"), options: {} }, parent);
    noteNewerAmi(kept, { imageId: pulumi.output("ami-newer"), options: {} }, parent);
    await settle();
    await vi.waitFor(() => expect(info).toHaveBeenCalled());
    expect(info.mock.calls.map(([message]) => message)).toEqual([
      expect.stringMatching(/keep ami-kept\. AWS recommends ami-newer now: set amiId/),
    ]);
  });

  const gpu = { imageId: "ami-1", instanceType: "g5.xlarge" };

  it("is not kept for a type that needs another kind", () => {
    expect(otherKindOfAmi(gpu, { ...gpu, instanceType: "c7i.xlarge" }, "ami-2")).toBe(
      "instanceType goes from g5.xlarge to c7i.xlarge, and the instances keep their AMI, ami-1, " +
        "which is for types with GPUs: set amiId to ami-2",
    );
  });

  it.each([
    ["for a type of the same kind", { ...gpu, instanceType: "g6.xlarge" }],
    ["where another one comes with the type", { imageId: "ami-2", instanceType: "c7i.xlarge" }],
  ])("may stay %s", (_, news) => {
    expect(otherKindOfAmi(gpu, news, "ami-2")).toBeUndefined();
  });
});

describe("the subnets of the instances", () => {
  it("are those in zones that offer one of the types, and the others are named", async () => {
    const info = vi.spyOn(pulumi.log, "info").mockResolvedValue();
    const asked = vi.fn(() => ({ locations: [`${region}c`, `${region}b`] }));
    const args = { furtherInstanceTypes: ["g6.xlarge"] };
    const { find } = await make(cluster, args, { answers: { [offerings]: asked } });
    expect(asked).toHaveBeenCalledWith({
      locationType: "availability-zone",
      filters: [{ name: "instance-type", values: ["g5.xlarge", "g6.xlarge"] }],
    });
    expect(find("Group").inputs.vpcZoneIdentifiers).toEqual([second]);
    expect(info.mock.calls.map(([message]) => message)).toEqual([
      `No instance starts in ${first} (eu-central-1a): AWS does not offer g5.xlarge, g6.xlarge there`,
    ]);
  });

  it("are not there where no zone offers a type", async () => {
    await startMocks({ answers: { ...answers, [offerings]: { locations: [`${region}c`] } } });
    const parent = new pulumi.ComponentResource("tests:index:Parent", "parent");
    await expect(subnetsThatOffer([first, second], ["g5.xlarge"], parent)).rejects.toThrow(
      'instanceType is "g5.xlarge", which AWS does not offer in eu-central-1a, eu-central-1b: ' +
        "use subnets in eu-central-1c, or another type",
    );
  });
});
