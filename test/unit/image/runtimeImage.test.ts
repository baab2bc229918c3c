import * as docker from "@pulumi/docker";
import { beforeEach, describe, expect, it } from "vitest";

import { RuntimeImage, RuntimeImageArgs } from "@tf-model-serving/core";
import { engine } from "../../support/fakeEngine";
import { problemsOf, promiseOf, type Recording, settle, startMocks } from "../../support/mocks";
import { rendered } from "../../support/rendered";

const remoteImage = "docker:index/remoteImage:RemoteImage";

let recording: Recording;

beforeEach(async () => {
  recording = await startMocks();
});

function create(args: RuntimeImageArgs = {}): RuntimeImage {
  const provider = new docker.Provider("docker", { host: engine.host });
  return new RuntimeImage("runtime", args, { provider });
}

describe("a runtime image", () => {
  it("is the base image with the supervisor, and without a model", async () => {
    const { imageName, imageId } = create({ repository: "registry.example.com/runtime" });
    await settle();
    const { inputs } = recording.find(remoteImage, "runtime");
    const text = rendered(recording.resources, "docker").replace(
      /(?<=[:/])[0-9a-f]{12}\b/g,
      "HASH",
    );
    await expect(text).toMatchFileSnapshot("snapshots/runtime-image.yaml");
    expect(await promiseOf(imageName)).toBe(inputs.name);
    expect(await promiseOf(imageId)).toBe(`sha256:id-of-${String(inputs.name)}`);
  });

  it.each<[string, RuntimeImageArgs, string]>([
    ["what is no image", { baseImage: "No Image" }, "baseImage"],
    ["GPUs without a GPU base image", { gpus: "all" }, "baseImage"],
    ["a repository with a tag", { repository: "runtime:1" }, "repository"],
  ])("refuses %s", (_, args, propertyPath) => {
    expect(problemsOf(() => create(args))).toEqual([expect.objectContaining({ propertyPath })]);
  });
});
