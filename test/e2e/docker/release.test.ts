import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { balancerSaid, containers, docker } from "../../support/docker";
import { describeLoad, LoadResult, startLoad } from "../../support/load";
import {
  grpcPrediction,
  restPrediction,
  SampleModel,
  sampleModel,
} from "../../support/sampleModel";
import { configure, createStack, TestStack } from "../../support/stack";

// Light enough for two cores that also start replicas: what counts is that nothing is lost.
const perSecond = 4;

const newVersion = "a new model version";
const newSettings = "another flag and base image";
const strategies = [
  { strategy: "surge", port: 18551, replicas: "3", changes: [newVersion, newSettings] },
  { strategy: "inPlace", port: 18553, replicas: "2", changes: [newVersion] },
  { strategy: "surge", port: 18555, replicas: "1", changes: [newSettings] },
];

describe.each(strategies)("a $strategy release of $replicas under load", (release) => {
  const { strategy, port, replicas } = release;
  const otherBase = `tfserving-test/serving:${port}`;
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
    if (release.changes.includes(newSettings)) docker("rmi", otherBase);
  });

  test.each(release.changes)("of %s loses no request", async (change) => {
    const before = containers(stack.label);
    const versions = change === newVersion ? addVersion() : await changeSettings();
    const [rest, grpc] = await underLoad(() => stack.stack.up());

    const replicas = containers(stack.label, "replica");
    expect(replicas.filter((id) => before.includes(id))).toEqual([]);
    expect(replicas).toHaveLength(Number(release.replicas));
    expect(before).toContain(containers(stack.label, "balancer")[0]);
    for (const load of [rest, grpc]) {
      expect(load.failed, `${describeLoad(load)}\n${balancerSaid(stack.label)}`).toBe(0);
    }
    expect(Object.keys(grpc.phases.during.versions).sort()).toEqual(versions);
    expect(Object.keys(grpc.phases.after.versions)).toEqual(versions.slice(-1));
  });

  /** @returns the versions that answer during the release; the last one answers after it */
  function addVersion(): string[] {
    model.add(200);
    return ["100", "200"];
  }

  async function changeSettings(): Promise<string[]> {
    docker("tag", inject("images").baseImage, otherBase);
    const server = { restApiTimeoutMs: 20_000 };
    await configure(stack.stack, { ...config, baseImage: otherBase, server });
    return release.changes.includes(newVersion) ? ["200"] : ["100"];
  }

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
