import { expect, it, vi } from "vitest";

import * as answers from "../../../components/core/engine/sshDockerHost/engineAnswers";
import * as files from "../../../components/core/engine/sshDockerHost/sshFiles";
import { region } from "../../support/awsMocks";
import { promiseOf, settle, startMocks } from "../../support/mocks";
import { enterSmallProject } from "../../support/smallProject";
import { setConfig } from "../../support/stackConfig";

it("the example puts all that runs in Docker on the GPU instance, to live as long as it", async () => {
  vi.spyOn(answers, "engineAnswers").mockResolvedValue();
  vi.spyOn(files, "writeSshFiles").mockReturnValue();
  const recording = await startMocks({
    answers: {
      "aws:ec2/getSubnet:getSubnet": () => ({ vpcId: "vpc-1", availabilityZone: `${region}a` }),
      "aws:ssm/getParameter:getParameter": () => ({ insecureValue: "ami-1" }),
    },
  });
  enterSmallProject();
  setConfig({
    subnetId: "subnet-1",
    instanceType: "g5.xlarge",
    modelFolder: "model/classifier",
    modelName: "my_model",
    idleStopMinutes: 60,
  });
  const { restUrl } = await import("../../../examples/gpu-host/index.js");
  await settle();

  const inDocker = recording.resources.filter(({ type }) => type.startsWith("docker:"));
  const parts = inDocker.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);
  expect(parts).toEqual(
    expect.arrayContaining([
      "Container serving-replica-1",
      "Container serving-balancer",
      "Container notebook",
      "Network serving",
      "RemoteImage serving",
    ]),
  );
  for (const { name, provider, deletedWith, replaceWith } of inDocker) {
    expect(provider, name).toMatch(/pulumi:providers:docker::gpu$/);
    expect(deletedWith, name).toMatch(/::gpu-machine$/);
    expect(replaceWith, name).toEqual([deletedWith]);
  }
  const { inputs } = recording.find("docker:index/container:Container", "serving-replica-1");
  expect(inputs.gpus).toBe("all");
  expect(await promiseOf(restUrl)).toBe("http://127.0.0.1:8501/v1/models/my_model");
});
