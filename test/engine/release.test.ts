import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { containers, docker } from "../support/docker";
import { describeLoad, LoadResult, startLoad } from "../support/load";
import { grpcPrediction, restPrediction, SampleModel, sampleModel } from "../support/sampleModel";
import { configure, createStack, TestStack } from "../support/stack";

// Light enough for two cores that also start replicas: what counts is that nothing is lost.
const perSecond = 4;

const strategies = [
  { strategy: "blueGreen", port: 18551, replicas: "3" },
  { strategy: "rolling", port: 18553, replicas: "2" },
  { strategy: "blueGreen", port: 18555, replicas: "1" },
];

describe.each(strategies)("a $strategy release of $replicas under load", (release) => {
  const { strategy, port, replicas } = release;
  let stack: TestStack;
  let model: SampleModel;
  let config: Record<string, unknown>;

  beforeAll(async () => {
    model = sampleModel(100);
    config = {
      ...{ restPort: String(port), grpcPort: String(port + 1), notebook: "false" },
      ...{ modelFolder: model.folder, replicas, strategy },
    };
    stack = await createStack(`release-${port}`, config);
    await stack.stack.up();
  });
  afterAll(async () => {
    await stack?.remove();
    model?.remove();
  });

  test("of a new model version loses no request", async () => {
    const before = containers(stack.label, "replica");
    model.add(200);
    const [rest, grpc] = await underLoad(() => stack.stack.up());

    expect(containers(stack.label, "replica")).toHaveLength(before.length);
    expect(containers(stack.label, "replica").filter((id) => before.includes(id))).toEqual([]);
    expect(rest.failed, describeLoad(rest)).toBe(0);
    expect(grpc.failed, describeLoad(grpc)).toBe(0);
    expect(Object.keys(grpc.phases.during.versions).sort()).toEqual(["100", "200"]);
    expect(Object.keys(grpc.phases.after.versions)).toEqual(["200"]);
  });

  test("of another flag and base image loses no request", async () => {
    const before = containers(stack.label);
    const base = `tfserving-test/serving:${port}`;
    docker("tag", inject("images").baseImage, base);
    const server = { restApiTimeoutMs: 20_000 };
    await configure(stack.stack, { ...config, baseImage: base, server });
    const [rest, grpc] = await underLoad(() => stack.stack.up());
    docker("rmi", base);

    const [balancer] = containers(stack.label, "balancer");
    expect(before).toContain(balancer);
    expect(containers(stack.label, "replica").filter((id) => before.includes(id))).toEqual([]);
    expect(rest.failed, describeLoad(rest)).toBe(0);
    expect(grpc.failed, describeLoad(grpc)).toBe(0);
  });

  async function underLoad(update: () => Promise<unknown>): Promise<LoadResult[]> {
    const targets = [restPrediction(port), grpcPrediction(port + 1)];
    const loads = targets.map((target) => startLoad({ target, perSecond, phase: "before" }));
    await Promise.all(loads.map((load) => load.more(20)));
    loads.forEach((load) => load.mark("during"));
    await update();
    loads.forEach((load) => load.mark("after"));
    await Promise.all(loads.map((load) => load.more(20)));
    return Promise.all(loads.map((load) => load.stop()));
  }
});
