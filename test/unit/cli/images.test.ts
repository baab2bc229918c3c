import { describe, expect, it } from "vitest";
import { chooseSource, isUnreachable, wantedImages } from "../../../cli/setup/images";
import { readYaml } from "../../support/stackConfig";

const wanted = {
  key: "baseImage",
  image: "tensorflow/serving:2.19.1",
  explicit: false,
  standIn: "local/serving:1",
  stoodIn: false,
};

describe("the source of an image", () => {
  it("is the engine where it has it, even after a stand-in", () => {
    expect(chooseSource({ ...wanted, stoodIn: true }, true, false)).toBe("present");
  });

  it("is its registry at first", () => {
    expect(chooseSource(wanted, false, false)).toBe("pull");
  });

  it("stays the stand-in of the last run", () => {
    expect(chooseSource({ ...wanted, stoodIn: true }, false, false)).toBe("stand-in");
  });

  it.each([
    ["a retry is asked for", { ...wanted, stoodIn: true }, true],
    ["the user named the image", { ...wanted, stoodIn: true, explicit: true }, false],
    ["there is no stand-in any more", { ...wanted, stoodIn: true, standIn: undefined }, false],
    ["it may not be used any more", { ...wanted, stoodIn: true, noStandIn: "of AWS" }, false],
  ])("is its registry again where %s", (_, image, retry) => {
    expect(chooseSource(image, false, retry)).toBe("pull");
  });
});

describe("a failed pull", () => {
  const messages = readYaml<Record<string, string[]>>("test/unit/cli/pullErrors.yaml");

  it.each(messages.unreachable)("means no way to the registry: %s", (message) => {
    expect(isUnreachable(message)).toBe(true);
  });

  it.each(messages.answered)("is an answer that no stand-in may hide: %s", (message) => {
    expect(isUnreachable(message)).toBe(false);
  });
});

describe("the images of a stack", () => {
  const settings: Record<string, unknown> = {
    baseImage: "tensorflow/serving:2.19.1",
    balancerImage: "company/haproxy:3",
    notebookImage: "jupyter:1",
    notebook: true,
  };
  const setting = (key: string) => settings[key];
  const explicit = (key: string) => (key === "balancerImage" ? "company/haproxy:3" : undefined);
  const standIns = { baseImage: "local/serving:1", balancerImage: "local/haproxy:1" };

  it("know who named them, what stands in for them and what stood in last", () => {
    const whyNone = (key: string) => (key === "balancerImage" ? undefined : "it is pushed");
    const last = (key: string) => (key === "baseImage" ? "local/serving:1" : "company/haproxy:3");

    expect(wantedImages({ setting, explicit, last }, standIns, whyNone)).toEqual([
      { ...wanted, stoodIn: true, noStandIn: "it is pushed" },
      {
        ...{ key: "balancerImage", image: "company/haproxy:3", explicit: true, stoodIn: false },
        standIn: "local/haproxy:1",
      },
      { key: "notebookImage", image: "jupyter:1", explicit: false, stoodIn: false },
    ]);
  });

  it.each([false, "false"])("leave the notebook out where notebook is %j", (notebook) => {
    const none = () => undefined;
    const given = (key: string) => (key === "notebook" ? notebook : settings[key]);
    const images = wantedImages({ setting: given, explicit, last: none }, standIns, none);

    expect(images.map(({ key }) => key)).toEqual(["baseImage", "balancerImage"]);
  });
});
