import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it, vi } from "vitest";
import program from "../../../index";
import { planServingImage } from "@tf-model-serving/core";
import { hashOfData, readHeldOutData } from "../../../components/core/evaluation/heldOutData";
import { readSettings } from "../../../program/config/settings";
import type { Recording } from "../../support/mocks";
import * as around from "../../support/runProgram";
import { enterSmallProject } from "../../support/smallProject";
import { defaults } from "../../support/stackConfig";

const registry = "registry.example.com:5000";
const data = "held_out.jsonl";
const evaluate = { data, metric: "accuracy", atLeast: 0.9 };

/** What makes a stack of each target, and the resource whose replacement is a release. */
const targets: Record<string, { settings: Record<string, unknown>; released: [string, string] }> = {
  docker: {
    settings: {},
    released: ["docker:index/container:Container", "serving-replica-1"],
  },
  swarm: {
    settings: { target: "swarm", registry },
    released: ["docker:index/service:Service", "serving-replica"],
  },
  ecs: {
    settings: { target: "ecs", awsCluster: { instanceType: "c7i.xlarge" } },
    released: ["aws:ecs/taskDefinition:TaskDefinition", "serving"],
  },
  kubernetes: {
    settings: { target: "kubernetes", registry },
    released: ["kubernetes:apps/v1:Deployment", "serving-replica"],
  },
};
const pushes = ["docker:index/registryImage:RegistryImage", "docker:index/tag:Tag"];

let said: string[];

beforeEach(() => {
  enterSmallProject();
  fs.writeFileSync(data, '{"instance": 1, "label": 0}\n{"instance": 2, "label": 0}\n');
  said = [];
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
  vi.spyOn(pulumi.log, "info").mockImplementation(async (text) => void said.push(text));
});

/** The model of the small project as an earlier update has found it. */
function record(value: number, target = "docker") {
  const { modelFolder, modelName, baseImage } = defaults as Record<string, string>;
  const isPushed = targets[target].settings.registry !== undefined;
  const repository = isPushed ? `${registry}/tf_serving` : "tf_serving";
  const { tag } = planServingImage({ modelFolder, modelName, baseImage, repository });
  const asked = { signatureName: "serving_default", output: "" };
  return {
    ...{ image: `${repository}:${tag}`, metric: "accuracy", value, examples: 2 },
    ...{ data: hashOfData(readHeldOutData(data), asked), release: "before" },
  };
}

/** Runs an update that fails: what Node.js ends the program with. */
async function failing(
  settings: Record<string, unknown>,
  surroundings: around.Surroundings,
): Promise<{ reasons: string[]; recording: Recording }> {
  const reasons: string[] = [];
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", (reason) => reasons.push((reason as Error).message));
  try {
    const recording = await around.surround(settings, surroundings);
    await program();
    await vi.waitFor(() => expect(reasons).not.toEqual([]), 20_000);
    return { reasons, recording };
  } finally {
    process.removeAllListeners("unhandledRejection");
    others.forEach((listener) => process.on("unhandledRejection", listener));
  }
}

const has = ({ resources }: Recording, type: string, name?: string) =>
  resources.some((one) => one.type === type && (name === undefined || one.name === name));

describe.each(Object.entries(targets))(
  "the gate on target %s",
  (target, { settings, released }) => {
    it("keeps a model that is not good enough out of the registry and of every replica", async () => {
      const recorded = { evaluation: record(0.5, target) };
      const { reasons, recording } = await failing({ ...settings, evaluate }, { recorded });
      expect(reasons[0]).toMatch(
        /^The model in \S+ is not good enough, and is not released: accuracy is 0.5 on 2 examples, and atLeast asks for 0.9\. What was served before is served on\./,
      );
      expect(has(recording, "docker:index/remoteImage:RemoteImage", "serving")).toBe(true);
      expect(has(recording, ...released)).toBe(false);
      expect(pushes.filter((type) => has(recording, type))).toEqual([]);
    });

    it("lets one pass that is on record as good, without asking it", async () => {
      const evaluation = record(0.95, target);
      const [, imageTag] = evaluation.image.split(/:(?=\w+$)/);
      const imageIds = [{ imageTag, imageDigest: `sha256:${"a".repeat(64)}` }];
      const { outputs, recording } = await around.runProgram(
        { ...settings, evaluate },
        { recorded: { evaluation }, aws: { "aws:ecr/getImages:getImages": { imageIds } } },
      );
      expect(has(recording, ...released)).toBe(true);
      expect(said).toEqual([]);
      const { image, evaluation: found } = await around.valuesOf(outputs);
      expect(found).toMatchObject({ ...evaluation, release: image });
    });

    it("says in a preview what will be asked, and shows nothing as changed by that", async () => {
      const before = { ...record(0.93, target), image: "other" };
      const { recording } = await around.runProgram(
        { ...settings, evaluate: { ...evaluate, notWorseThanServed: true } },
        { preview: true, recorded: { evaluation: before, release: { image: "other" } } },
      );
      expect(said).toEqual([
        expect.stringMatching(
          /^up asks \S*tf_serving:\w+ for 2 examples: accuracy is to be at least 0.9, not worse than 0.93, which what serves has$/,
        ),
      ]);
      expect(has(recording, ...released)).toBe(true);
    });
  },
);

describe("the output evaluation", () => {
  it("has what was found of the release before beside it", async () => {
    const before = { ...record(0.93), image: "older", release: "older" };
    const known = { ...record(0.95), release: "" };
    const recorded = { evaluation: { ...before, canary: known } };
    const { outputs } = await around.runProgram({ evaluate }, { recorded });
    const { evaluation } = await around.valuesOf(outputs);
    expect(evaluation).toMatchObject({ value: 0.95, previous: before });
  });

  it("goes back with a rollback, which nobody judges", async () => {
    const image = `${registry}/tf_serving@sha256:${"a".repeat(64)}`;
    const previous = { ...record(0.5), release: image };
    const recorded = { evaluation: { ...record(0.95), previous } };
    const { outputs } = await around.runProgram({ registry, image, evaluate }, { recorded });
    const { evaluation } = await around.valuesOf(outputs);
    expect(evaluation).toMatchObject({ value: 0.5, release: image, previous: { value: 0.95 } });
  });

  it("is not there without a gate", async () => {
    expect((await around.runProgram()).outputs).not.toHaveProperty("evaluation");
  });

  it("has the canary's, which is asked as well", async () => {
    const { reasons } = await failing(
      { evaluate, modelFolder: "two/models", modelVersion: "12", canaryVersion: "3" },
      {},
    );
    // The engine of these tests has no images.
    expect(reasons.join("\n")).toMatch(
      /^The model in tf_serving:\w+ could not be evaluated, and is not released: the image is not on the Docker Engine/,
    );
    await vi.waitFor(() => expect(new Set(reasons).size).toBe(2));
  });
});

describe("the key evaluate", () => {
  it.each<[string, object, object]>([
    ["numbers as texts", { atLeast: "0.9", timeoutSeconds: "60" }, { timeoutSeconds: 60 }],
    ["true for no worse at all", { notWorseThanServed: true }, { notWorseBy: 0 }],
    ["false for no comparison", { notWorseThanServed: false }, { notWorseBy: undefined }],
    ["0 as true", { notWorseThanServed: 0 }, { notWorseBy: 0 }],
    ["by how much worse", { notWorseThanServed: "0.01" }, { notWorseBy: 0.01 }],
  ])("takes %s", async (_, given, expected) => {
    await around.surround({ evaluate: { ...evaluate, ...given } });
    const { args, problems } = await readSettings();
    expect(problems).toEqual([]);
    expect({ ...args.evaluation }).toMatchObject({ ...evaluate, ...expected });
  });

  it("is refused by its own names", async () => {
    const wrong = { ...evaluate, atLeast: 95, notWorseThanServed: "yes", metrics: "f1" };
    expect(await around.refusalOf({ evaluate: wrong })).toEqual([
      'evaluate.notWorseThanServed: is "yes": use true, or by how much it may be worse, such as 0.01',
      expect.stringMatching(/^evaluate\.metrics: is unknown; did you mean "metric"\?$/),
      "evaluate.atLeast: is 95: use a number from 0 to 1",
    ]);
    const worse = { ...evaluate, data: "gone.json", notWorseThanServed: 3 };
    expect(await around.refusalOf({ evaluate: worse })).toEqual([
      expect.stringContaining('evaluate.data: is "gone.json", and there is no such file'),
      expect.stringContaining("evaluate.notWorseThanServed: is 3, and accuracy is 1 at most"),
    ]);
  });

  it("is refused where the image that is built has no model", async () => {
    const volume = { modelVersion: "7", kubernetesModelVolume: { claimName: "models" } };
    const [line] = await around.refusalOf({ ...targets.kubernetes.settings, ...volume, evaluate });
    expect(line).toMatch(/^evaluate: is set, which excludes kubernetesModelVolume/);
  });
});
