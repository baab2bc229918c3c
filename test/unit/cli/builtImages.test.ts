import Docker from "dockerode";
import { describe, expect, it } from "vitest";
import { builtImages, unusedImages } from "../../../cli/targets/docker/images";
import { json, startScriptedEngine } from "../../support/scriptedEngine";

const imageType = "docker:index/remoteImage:RemoteImage";
const remoteImage = (name: string, build?: object) => ({
  urn: `urn::${name}`,
  type: imageType,
  inputs: { name, ...(build ? { build } : {}) },
});
const outputs = (release: string, previousRelease: string) => ({
  urn: "urn::stack",
  type: "pulumi:pulumi:Stack",
  outputs: { release: { image: release }, previousRelease: { image: previousRelease } },
});
const digest = `registry.example.com/tf_serving@sha256:${"a".repeat(64)}`;
const deployment = {
  resources: [
    outputs("tf_serving:new", "tf_serving:old"),
    remoteImage("haproxy:3.2"),
    remoteImage("tf_serving_runtime:1", { context: "runtime" }),
    remoteImage("tf_serving:new", { context: "model" }),
  ],
};

/** An engine with these images by name with their layers, and containers of these images. */
async function engineWith(images: Record<string, string>, running: string[]): Promise<Docker> {
  const inspected = Object.entries(images).map(([name, layers]) => [
    `/images/${name}/json`,
    json({ Id: name, RootFS: { Layers: layers.split(" ") } }),
  ]);
  const { host } = await startScriptedEngine({
    ...Object.fromEntries(inspected),
    "/containers/json": json(running.map((Image) => ({ Image }))),
  });
  const { hostname, port } = new URL(host);
  return new Docker({ host: hostname, port, protocol: "http" });
}

describe("the images that a stack built", () => {
  const all = ["tf_serving_runtime:1", "tf_serving:new", "tf_serving:old"];

  it("are the layer on a notebook's image too, and not that image", () => {
    const resources = ["notebook", "notebook-base"].map((name) => ({
      ...remoteImage(name),
      urn: `urn:pulumi:dev::p::tfserving:index:NotebookImage$${imageType}::${name}`,
    }));
    expect(builtImages({ resources })).toEqual(["notebook"]);
  });

  it("are those that it runs, those below them and the one of the release before", () => {
    expect(builtImages(deployment)).toEqual(all);
    expect(builtImages({ resources: [outputs(digest, digest)] })).toEqual([]);
    expect(builtImages({})).toEqual([]);
  });

  const layers = {
    "tf_serving_runtime:1": "sha256:a sha256:b",
    "tf_serving:new": "sha256:a sha256:b sha256:c",
    "tf_serving:old": "sha256:a sha256:b sha256:cd",
  };
  it.each<[string, Record<string, string>, string[], string[]]>([
    ["with nothing else on the engine", layers, [], all],
    [
      "without what another stack runs, and what that was built on",
      { ...layers, "tf_serving:other": "sha256:a sha256:b sha256:e" },
      ["tf_serving:other"],
      ["tf_serving:new", "tf_serving:old"],
    ],
    ["without one that another stack runs too", layers, ["tf_serving:new"], ["tf_serving:old"]],
    ["without one that is gone", { "tf_serving:new": "sha256:a" }, [], ["tf_serving:new"]],
    ["beside images of others", { ...layers, "haproxy:3.2": "sha256:x" }, ["haproxy:3.2"], all],
  ])("can be removed %s", async (_, images, running, expected) => {
    expect(await unusedImages(await engineWith(images, running), deployment, [])).toEqual(expected);
  });

  it("stay where another stack on record runs them", async () => {
    const engine = await engineWith(layers, []);
    const other = { resources: [remoteImage("tf_serving_runtime:1", { context: "runtime" })] };
    expect(await unusedImages(engine, deployment, [other])).toEqual([
      "tf_serving:new",
      "tf_serving:old",
    ]);
  });
});
