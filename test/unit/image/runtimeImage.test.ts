import * as docker from "@pulumi/docker";
import { beforeEach, describe, expect, it } from "vitest";

import { RuntimeImage, RuntimeImageArgs } from "../../../components";
import { engine } from "../../support/fakeEngine";
import { problemsOf, promiseOf, type Recording, settle, startMocks } from "../../support/mocks";

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
    const { inputs, parent } = recording.find(remoteImage, "runtime");
    expect(inputs).toEqual({
      name: expect.stringMatching(/^registry\.example\.com\/runtime:[0-9a-f]{12}$/),
      build: {
        useLegacyBuilder: true,
        platform: "linux/amd64",
        context: "components/image/runtime",
        dockerfile: "components/image/runtime/Dockerfile",
        buildArgs: { BASE_IMAGE: "tensorflow/serving:2.19.1" },
      },
      keepLocally: true,
    });
    expect(parent).toContain("tfserving:index:RuntimeImage::runtime");
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
