import { describe, expect, it } from "vitest";

import { checkBaseImage } from "../../../components/tfserving/baseImage";

const digest = `sha256:${"0".repeat(64)}`;

const reasonsOf = (image: string, gpus?: string) =>
  checkBaseImage(image, { gpus, propertyPath: "baseImage" }).map(({ propertyPath, reason }) => {
    expect(propertyPath).toBe("baseImage");
    return reason;
  });

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
    expect(reasonsOf(image, gpus)).toEqual([]);
  });

  it.each<[string, string | undefined, string]>([
    [
      "tensorflow/serving:2.19.1-gpu",
      undefined,
      'is "tensorflow/serving:2.19.1-gpu", an image for GPUs, but no GPUs are given; set gpus or ' +
        'use "tensorflow/serving:2.19.1"',
    ],
    ["team/own:v5-gpu", "", 'use "team/own:v5"'],
    [
      "tensorflow/serving:2.19.1",
      "all",
      'but gpus is "all"; leave gpus out or use the tag "2.19.1-gpu"',
    ],
    ["tensorflow/serving", "all", 'use the tag "latest-gpu"'],
    [`mirror/serving:2.19.1@${digest}`, "all", 'use the tag "2.19.1-gpu"'],
    ["Tensorflow/serving:2.19.1", undefined, '"Tensorflow" has capitals'],
    ["", undefined, "is empty"],
  ])("%s does not go with GPUs %s", (image, gpus, reason) => {
    const reasons = reasonsOf(image, gpus);
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toContain(reason);
  });
});
