import { describe, expect, it } from "vitest";

import { checkBaseImage } from "../../../components/core/tfserving/baseImage";
import { refusals } from "../../support/refusals";

const digest = `sha256:${"0".repeat(64)}`;

const problemsOf = ([image, gpus]: [string, string?]) =>
  checkBaseImage(image, { gpus, propertyPath: "baseImage" });

describe("a base image", () => {
  it.each<[string, string | undefined]>([
    ["tensorflow/serving:2.19.1", undefined],
    ["tensorflow/serving", undefined],
    [`tensorflow/serving@${digest}`, undefined],
    [`tensorflow/serving@${digest}`, "all"],
    ["tensorflow/serving:2.19.1-gpu", "all"],
    ["tensorflow/serving:latest-devel-gpu", "device=0"],
    ["registry.example.com/mirror/serving:latest-gpu", "all"],
    ["team/own:v5", "all"],
    ["team/own:v5-gpu", "all"],
    ["team/gpu-less:v5", undefined],
  ])("%s goes with GPUs %s", (image, gpus) => {
    expect(problemsOf([image, gpus])).toEqual([]);
  });

  it("that does not go with the GPUs is refused, with one that does", async () => {
    const said = await refusals<[string, string?]>(
      {
        "an image for GPUs without any": ["tensorflow/serving:2.19.1-gpu"],
        "another's image for GPUs without any": ["team/own:v5-gpu", ""],
        "an image without GPU support": ["tensorflow/serving:2.19.1", "all"],
        "one without a tag": ["tensorflow/serving", "all"],
        "one by a tag and a digest": [`mirror/serving:2.19.1@${digest}`, "all"],
        capitals: ["Tensorflow/serving:2.19.1"],
        nothing: [""],
      },
      problemsOf,
    );
    await expect(said).toMatchFileSnapshot("snapshots/refused-base-images.txt");
  });
});
