import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { builtImages, unusedImages } from "../../../commands/lib/builtImages.mjs";
import { temporaryFolder } from "../../support/modelFolder";

const remoteImage = (name: string, build?: object) => ({
  urn: `urn::${name}`,
  type: "docker:index/remoteImage:RemoteImage",
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

/** Puts a `docker` in front of the system's: its images by name with their layers, its containers' images. */
function fakeDocker(images: Record<string, string>, running: string[]): void {
  const folder = temporaryFolder();
  const script = `#!${process.execPath}
const args = process.argv.slice(2);
const images = ${JSON.stringify(images)};
const layers = images[args.at(-1)];
if (args.includes("ps")) console.log(${JSON.stringify(running.join("\n"))});
else if (layers) console.log(layers);
else process.exitCode = 1;
`;
  fs.writeFileSync(path.join(folder, "docker"), script, { mode: 0o755 });
  vi.stubEnv("PATH", `${folder}${path.delimiter}${process.env.PATH}`);
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the images that a stack built", () => {
  it("are those that it runs, those below them and the one of the release before", () => {
    expect(builtImages(deployment)).toEqual([
      "tf_serving_runtime:1",
      "tf_serving:new",
      "tf_serving:old",
    ]);
    expect(builtImages({ resources: [outputs(digest, digest)] })).toEqual([]);
    expect(builtImages({})).toEqual([]);
  });

  const layers = {
    "tf_serving_runtime:1": "sha256:a sha256:b",
    "tf_serving:new": "sha256:a sha256:b sha256:c",
    "tf_serving:old": "sha256:a sha256:b sha256:cd",
  };
  const workspace = {
    host: "unix:///var/run/docker.sock",
    backend: { own: false, url: "s3://bucket", because: "" },
    project: { name: "tfserving" },
    name: "dev",
  } as unknown as Parameters<typeof unusedImages>[0];

  it.each<[string, Record<string, string>, string[], string[]]>([
    [
      "with nothing else on the engine",
      layers,
      [],
      ["tf_serving_runtime:1", "tf_serving:new", "tf_serving:old"],
    ],
    [
      "without what another stack runs, and what that was built on",
      { ...layers, "tf_serving:other": "sha256:a sha256:b sha256:e" },
      ["tf_serving:other"],
      ["tf_serving:new", "tf_serving:old"],
    ],
    ["without one that another stack runs too", layers, ["tf_serving:new"], ["tf_serving:old"]],
    [
      "without one that is gone",
      { "tf_serving:new": layers["tf_serving:new"] },
      [],
      ["tf_serving:new"],
    ],
    [
      "beside images of others",
      { ...layers, "haproxy:3.2": "sha256:x" },
      ["haproxy:3.2"],
      ["tf_serving_runtime:1", "tf_serving:new", "tf_serving:old"],
    ],
  ])("can be removed %s", async (_, images, running, expected) => {
    fakeDocker(images, running);
    expect(await unusedImages(workspace, deployment)).toEqual(expected);
  });
});
