import { execFileSync } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { containers } from "../../support/docker";
import { describeLoad, Load, startLoad } from "../../support/load";
import { spoilVariables } from "../../support/modelFolder";
import { restPrediction, SampleModel, sampleModel } from "../../support/sampleModel";
import { configure, createStack, TestStack } from "../../support/stack";

const port = 18561;
const hangingBase = "tfserving-test/hanging:1";

describe("a release that cannot work", () => {
  let stack: TestStack;
  let model: SampleModel;
  let good: Record<string, unknown>;
  let serving: string[];
  let load: Load;

  beforeAll(async () => {
    buildHangingBase();
    model = sampleModel(100);
    good = {
      ...{ restPort: port, grpcPort: 0, notebook: false, replicas: 2 },
      modelFolder: model.folder,
    };
    stack = await createStack("failed-release", good);
    await stack.stack.up();
    serving = containers(stack.label, "replica");
    load = startLoad({ target: restPrediction(port), perSecond: 2, maxSeconds: 900 });
  });
  afterAll(async () => {
    await load?.stop();
    await stack?.remove();
    model?.remove();
  });

  const releases: [string, RegExp, () => Record<string, unknown>][] = [
    ["a SavedModel that does not load", /replica 1 ended .*hecksum does not match/s, spoiltModel],
    ["a warm-up that fails", /replica 1 ended .*tf_serving_warmup_requests/s, brokenWarmup],
    ["a replica that never gets ready", /replica 1 is not ready 8 s .*hanging/s, hangingServer],
    ["an image that cannot be built", /tfserving-test\/no-such-base/, () => base("no-such-base:1")],
    ["an image that cannot be pushed", /127\.0\.0\.1:1\b/, () => ({ registry: "127.0.0.1:1" })],
  ];

  test.each(releases)(
    "for %s fails with the reason and leaves what serves alone",
    async (_name, reason, change) => {
      await configure(stack.stack, { ...good, ...change() });
      await expect(stack.stack.up()).rejects.toThrow(reason);
      expect(containers(stack.label, "replica")).toEqual(serving);
    },
  );

  test("is followed by a good one without any repair, and no request was lost", async () => {
    fs.rmSync(path.join(model.folder, "my_model/200"), { recursive: true });
    fs.rmSync(path.join(model.folder, "my_model/300"), { recursive: true });
    model.add(400);
    await configure(stack.stack, good);
    const { outputs } = await stack.stack.up();
    expect(outputs.modelVersion.value).toBe("400");
    const replicas = containers(stack.label, "replica");
    expect(replicas).toHaveLength(2);
    expect(replicas.filter((id) => serving.includes(id))).toEqual([]);

    const result = await load.stop();
    expect(result.total).toBeGreaterThan(50);
    expect(result.failed, describeLoad(result)).toBe(0);
  });

  function spoiltModel(): Record<string, unknown> {
    spoilVariables(model.add(200));
    return {};
  }

  function brokenWarmup(): Record<string, unknown> {
    const extra = path.join(model.add(300), "assets.extra");
    fs.mkdirSync(extra, { recursive: true });
    fs.writeFileSync(path.join(extra, "tf_serving_warmup_requests"), "no TFRecord at all");
    return { modelVersion: "300" };
  }

  function hangingServer(): Record<string, unknown> {
    return { modelVersion: "100", baseImage: hangingBase, startTimeoutSeconds: 8 };
  }

  function base(image: string): Record<string, unknown> {
    return { modelVersion: "100", baseImage: `tfserving-test/${image}` };
  }
});

/** A base image whose server starts and never listens. */
function buildHangingBase(): void {
  const server = "#!/bin/sh\\necho hanging\\nexec sleep 3600\\n";
  const dockerfile = [
    `FROM ${inject("images").baseImage}`,
    `RUN printf '${server}' > /usr/bin/tensorflow_model_server`,
  ].join("\n");
  execFileSync("docker", ["build", "--quiet", "--tag", hangingBase, "-"], {
    input: dockerfile,
    stdio: "pipe",
  });
}
