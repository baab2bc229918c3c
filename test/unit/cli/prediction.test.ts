import { describe, expect, it } from "vitest";
import { pixels, servesSample } from "../../../commands/lib/pictures.mjs";
import {
  bestClass,
  predictionLine,
  reachableUrl,
  requireUrl,
} from "../../../commands/lib/prediction.mjs";

const local = "unix:///var/run/docker.sock";
const remote = "ssh://team@gpu.example:2222";

describe("a prediction", () => {
  it("is the class of the highest probability", () => {
    expect(bestClass([0.1, 0.7, 0.2])).toEqual({ index: 1, confidence: 0.7 });
  });

  it("is printed with two decimals", () => {
    expect(predictionLine("Nassarius speciosus", 0.966)).toBe(
      "predicted class= Nassarius speciosus with confidence level of 0.97",
    );
  });
});

describe("a picture", () => {
  it("is rows of pixels of red, green and blue, without alpha", () => {
    const data = Uint8Array.from([1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 255, 10, 11, 12, 0]);

    expect(pixels({ width: 2, height: 2, data })).toEqual([
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      [
        [7, 8, 9],
        [10, 11, 12],
      ],
    ]);
  });
});

describe("the held-out pictures", () => {
  const settings = (modelFolder: string, modelName: string) => (key: string) =>
    ({ modelFolder, modelName })[key];

  it.each([
    ["model/classifier", "my_model", true],
    ["./model/classifier/", "my_model", true],
    ["model/classifier", "other", false],
    ["other/classifier", "my_model", false],
  ])("fit %s with %s: %s", (modelFolder, modelName, fits) => {
    expect(servesSample(settings(modelFolder, modelName))).toBe(fits);
  });
});

describe("the address of the service", () => {
  const url = (address: string) => `http://${address}:8501/v1/models/m`;

  it.each([
    ["127.0.0.1", local, "127.0.0.1"],
    ["0.0.0.0", local, "127.0.0.1"],
    ["192.0.2.7", local, "192.0.2.7"],
    ["0.0.0.0", remote, "gpu.example"],
    ["192.0.2.7", remote, "192.0.2.7"],
    ["127.0.0.1", "tcp://127.0.0.1:2375", "127.0.0.1"],
  ])("published on %s of %s is %s", (published, host, expected) => {
    expect(reachableUrl(url(published), host)).toBe(url(expected));
  });

  it("is none from here on the loopback address of another machine", () => {
    expect(reachableUrl(url("127.0.0.1"), remote)).toBeUndefined();
  });

  it("comes with the way to forward it", () => {
    expect(() => requireUrl(url("127.0.0.1"), remote)).toThrow(
      expect.objectContaining({
        advice: expect.stringContaining("ssh -L 8501:127.0.0.1:8501 team@gpu.example"),
      }),
    );
  });
});
