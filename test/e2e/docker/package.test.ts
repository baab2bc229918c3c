import { execFileSync } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { modelStatus } from "../../../cli/predict/service";
import { pinnedVersion } from "../../../cli/setup/pulumiHome";
import { root } from "../../../cli/setup/folders";
import { containers, inspect, objects } from "../../support/docker";
import { homeWithStandIns } from "../../support/homeWithStandIns";
import { createStack, TestStack } from "../../support/stack";

const example = path.join(root, "examples/own-model");

describe("another project that adds the components as a package", () => {
  let home: string;
  let stack: TestStack;
  let outputs: Record<string, { value: unknown }>;

  beforeAll(async () => {
    home = homeWithStandIns();
    vi.stubEnv("PULUMI_HOME", home);
    const bin = path.join(home, "versions", pinnedVersion(), "bin");
    execFileSync(path.join(bin, "pulumi"), ["install"], {
      cwd: example,
      stdio: "pipe",
      env: { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH}` },
    });
    stack = await createStack(
      "package",
      { modelFolder: "../../model/classifier", modelName: "my_model" },
      example,
    );
    outputs = (await stack.stack.up()).outputs;
  });
  afterAll(async () => {
    await stack?.remove();
    vi.unstubAllEnvs();
    fs.rmSync(home, { recursive: true, force: true });
  });

  test("serves the model", async () => {
    const [version] = await modelStatus(String(outputs.restUrl.value), "dev");
    expect(version).toMatchObject({ version: outputs.modelVersion.value, state: "AVAILABLE" });
  });

  test("passes typed server options on", () => {
    const replicas = containers(stack.label, "replica");
    expect(replicas).toHaveLength(2);
    for (const id of replicas) {
      const { Env } = inspect(id).Config;
      const batching = Env.find((line) => line.startsWith("TFS_FILE_batching_parameters_file="));
      expect(batching).toMatch(/max_batch_size \{ value: 8 \}/);
    }
  });

  test("changes nothing in a second update", async () => {
    const { summary } = await stack.stack.up();
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
  });

  test("is refused as a whole when its arguments cannot work", async () => {
    await stack.stack.setConfig("own-model:modelName", { value: "nobody" });
    await expect(stack.stack.preview()).rejects.toThrow(/nobody/);
    await stack.stack.setConfig("own-model:modelName", { value: "my_model" });
  });

  test("leaves nothing when it is destroyed", async () => {
    await stack.stack.destroy();
    expect(objects(stack.label)).toEqual([]);
  });
});
