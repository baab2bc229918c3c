import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { beforeEach, expect, it, vi } from "vitest";
import { savedModel } from "../../support/modelFolder";
import { promiseOf } from "../../support/mocks";
import { s3Holds } from "../../support/remoteFiles";
import { refusalOf, runProgram } from "../../support/runProgram";
import { enterSmallProject } from "../../support/smallProject";

const modelSource = "s3://models/flowers";
const targets: Record<string, Record<string, unknown>> = {
  docker: {},
  ecs: { target: "ecs", awsCluster: { instanceType: "c7i.xlarge" } },
  kubernetes: { target: "kubernetes", registry: "registry.example.com:5000" },
};
const both = {
  "3/saved_model.pb": savedModel("serving_default"),
  "12/saved_model.pb": savedModel("serving_default", "top_five"),
};

beforeEach(() => {
  enterSmallProject();
  vi.stubEnv("TFSERVING_CACHE", fs.realpathSync("."));
  vi.spyOn(pulumi.log, "warn").mockResolvedValue();
});

it.each(Object.keys(targets))("on %s a stack serves its source, and tells it", async (target) => {
  s3Holds(both);
  const { outputs } = await runProgram(
    { ...targets[target], modelSource },
    { preview: target === "ecs" },
  );
  expect(await promiseOf(pulumi.output(outputs.modelVersion))).toBe("12");
  expect(outputs.modelSource).toBe(modelSource);
  expect(outputs.modelRevision).toMatch(/^[0-9a-f]{64}$/);
});

it("a canary comes from the same source", async () => {
  const resolve = s3Holds(both);
  const versions = { modelVersion: "12", canaryVersion: "3" };
  const { recording } = await runProgram({ modelSource, ...versions });
  const contexts = ["serving", "canary"].map(
    (name) =>
      (
        recording.find("docker:index/remoteImage:RemoteImage", name).inputs.build as {
          context: string;
        }
      ).context,
  );
  expect(contexts).toEqual([
    expect.stringMatching(/\/my_model\/12$/),
    expect.stringMatching(/\/my_model\/3$/),
  ]);
  expect(resolve).toHaveBeenCalledTimes(1);
});

it("an image that is pinned needs no source", async () => {
  const resolve = s3Holds(both);
  const pin = `registry.example.com/tf_serving@sha256:${"a".repeat(64)}`;
  const { outputs } = await runProgram({ modelSource, image: pin });
  expect(resolve).not.toHaveBeenCalled();
  expect(outputs).not.toHaveProperty("modelSource");
});

it("what is wrong with a source is told beside the rest", async () => {
  s3Holds({ "12/saved_model.pb": "?" });
  const text = String(await refusalOf({ modelSource, replicas: 0 }));
  expect(text).toMatch(/modelSource: .*\/my_model\/12\/saved_model\.pb is truncated/);
  expect(text).toMatch(/replicas: /);
  s3Holds({ "readme.md": "" });
  expect(String(await refusalOf({ modelSource, replicas: 0 }))).toMatch(
    /modelSource: is "s3:\/\/models\/flowers": it holds no SavedModel.*replicas: /s,
  );
});
