import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { notebookDefaults } from "@tf-model-serving/core";
import { type Recording } from "../../support/mocks";
import { refusalOf, runProgram, type Surroundings, valuesOf } from "../../support/runProgram";
import { enterSmallProject } from "../../support/smallProject";

const remoteImage = "docker:index/remoteImage:RemoteImage";
const registry = "registry.example.com:5000";
const kubernetes = { target: "kubernetes", registry };

beforeEach(() => {
  enterSmallProject();
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
});

function writeRequirements(): void {
  fs.writeFileSync("model/notebooks/requirements.txt", "pandas\n");
}

async function run(settings: Record<string, unknown>, surroundings?: Surroundings) {
  const { outputs, recording } = await runProgram(settings, surroundings);
  return { outputs: await valuesOf(outputs), layer: layerIn(recording), recording };
}

/** The image that is built, by its parent; undefined where there is none. */
function layerIn({ resources }: Recording): unknown {
  const base = resources.find(({ type, name }) => type === remoteImage && name === "notebook-base");
  return base?.inputs.name;
}

const podImage = (recording: Recording) => {
  const { spec } = recording.find("kubernetes:apps/v1:StatefulSet", "notebook").inputs;
  return (spec as { template: { spec: { containers: { image: string }[] } } }).template.spec
    .containers[0].image;
};

describe("the layer on the notebook's image", () => {
  it.each(["docker", "swarm"])("is there on %s without being asked for", async (target) => {
    expect((await run({ target })).layer).toBe(notebookDefaults.image);
  });

  it("is left out of a finished image", async () => {
    const { layer, recording } = await run({
      notebookRequirements: "none",
      notebookImage: "own:7",
    });
    expect(layer).toBeUndefined();
    expect(recording.find(remoteImage, "notebook").inputs.name).toBe("own:7");
  });

  it("is another one with the requirements in the notebooks' folder", async () => {
    const nameOf = async () =>
      (await run({})).recording.find("docker:index/container:Container", "notebook").inputs.image;
    const before = await nameOf();
    writeRequirements();
    expect(await nameOf()).not.toBe(before);
  });

  it("is refused with a file that is not there", async () => {
    expect(await refusalOf({ notebookRequirements: "lost.txt" })).toEqual([
      'notebookRequirements: is "lost.txt", which is no file: write it, or leave it out',
    ]);
  });

  it("is pushed for a cluster where there are requirements, and else not built", async () => {
    const bare = await run(kubernetes);
    expect(bare.layer).toBeUndefined();
    expect(podImage(bare.recording)).toBe(notebookDefaults.image);
    writeRequirements();
    const { outputs, recording } = await run(kubernetes);
    expect(podImage(recording)).toBe(`${registry}/tf_notebook@sha256:${"d".repeat(64)}`);
    expect(outputs.notebookImage).toBe(podImage(recording));
  });

  it("is that of the last update in a cluster where nothing is built", async () => {
    writeRequirements();
    const image = `${registry}/tf_serving@sha256:${"a".repeat(64)}`;
    const notebookImage = `${registry}/tf_notebook@sha256:${"b".repeat(64)}`;
    const { recording } = await run({ ...kubernetes, image }, { recorded: { notebookImage } });
    expect(podImage(recording)).toBe(notebookImage);
  });

  it("is pushed to a repository of its own on AWS, from which the notebook may pull", async () => {
    writeRequirements();
    const notebookRequirements = "model/notebooks/requirements.txt";
    const ecs = { target: "ecs", awsCluster: { instanceType: "c7i.xlarge" } };
    const { recording } = await runProgram({ ...ecs, notebookRequirements }, { preview: true });
    expect(layerIn(recording)).toBe(notebookDefaults.image);
    const repositories = recording.resources.filter(
      ({ type }) => type === "aws:ecr/repository:Repository",
    );
    expect(repositories.map(({ name }) => name)).toEqual([
      "tf-serving-dev",
      "tf-serving-dev-notebook",
    ]);
    const { sourceImage } = recording.find("docker:index/tag:Tag", "notebook").inputs;
    expect(sourceImage).toMatch(/^tf_notebook:[0-9a-f]{12}$/);
  });
});
