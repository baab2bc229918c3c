import { describe, expect, it } from "vitest";

import { clients } from "../../providers/aws/clients";
import { defaultNetwork, make, provider, withAwsServer } from "./testProvider";

withAwsServer();

const token = "aws:autoscaling/group:Group";
const noWait = { waitForCapacityTimeout: "0", ignoreFailedScalingActivities: true };

/** A group in all zones, as its inputs are. */
async function groupOf(instanceType: string, more: object) {
  const { subnetIds } = await defaultNetwork();
  const { Images = [] } = await clients.ec2().describeImages({ Owners: ["amazon"] });
  const template = await make("aws:ec2/launchTemplate:LaunchTemplate", {
    imageId: Images[0].ImageId,
    instanceType,
  });
  return {
    minSize: 1,
    maxSize: 4,
    vpcZoneIdentifiers: subnetIds,
    tags: [{ key: "AmazonECSManaged", value: "true", propagateAtLaunch: true }],
    mixedInstancesPolicy: {
      launchTemplate: {
        launchTemplateSpecification: { launchTemplateId: template.id, version: "1" },
        overrides: [{ instanceType }],
      },
    },
    ...more,
  };
}

describe("a group", () => {
  it("ends at the first launch that fails, unless told not to wait", async () => {
    await expect(make(token, await groupOf("gr6.4xlarge", {}))).rejects.toThrow(
      /Your requested instance type \(gr6.4xlarge\) is not supported .* \(eu-central-1c\)/,
    );
    await make(token, await groupOf("gr6.4xlarge", noWait));
  });

  it.each([
    ["waits for an exact size when that changes", {}, /want exactly 2 healthy .*, have 3/],
    ["does not, when told so", noWait, undefined],
  ])("%s", async (_, more, error) => {
    const inputs = await groupOf("c7i.xlarge", more);
    const { urn, id, state, inputs: olds } = await make(token, inputs);
    const desired = { AutoScalingGroupName: id, DesiredCapacity: 3 };
    // As ECS does, when tasks need more.
    await clients.autoScaling().setDesiredCapacity(desired);

    const update = provider.update(urn, id, state, olds, { ...olds, minSize: 2 });

    await (error ? expect(update).rejects.toThrow(error) : update);
  });
});
