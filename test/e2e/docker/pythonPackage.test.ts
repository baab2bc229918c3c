import * as fs from "fs";
import * as path from "path";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { predict } from "../../../cli/predict/service";
import { runAirgap } from "../../../cli/setup/airgap";
import { root } from "../../../cli/setup/folders";
import { pinnedVersion } from "../../../cli/setup/pulumiHome";
import { addPackage } from "../../support/addPackage";
import { bareHome } from "../../support/bareHome";
import { consumerOf } from "../../support/consumer";
import { containers, objects } from "../../support/docker";
import { pythonPackages } from "../../support/pythonPackages";
import { restPrediction } from "../../support/sampleModel";
import { configure, createStack, type TestStack } from "../../support/stack";

const restPort = 18590;
const good = {
  ...{ modelFolder: path.join(root, "model/classifier"), modelName: "my_model" },
  ...{ replicas: 2, restPort },
};

describe("a program in Python that adds the package", () => {
  const { folder, remove } = consumerOf("python-package");
  const home = bareHome("docker", "random");
  let stack: TestStack;
  let outputs: Record<string, { value: unknown }>;

  beforeAll(async () => {
    const uv = await pythonPackages("uv", path.join(root, "test/support/uv/requirements.txt"));
    const built = await runAirgap("toolchain/build", ["language-python"], { env: process.env });
    expect(built).toBe(0);
    vi.stubEnv("PULUMI_HOME", home);
    const bin = path.join(home, "versions", pinnedVersion(), "bin");
    const env = { PATH: [path.join(uv, "bin"), bin, process.env.PATH].join(path.delimiter) };
    await addPackage(inject("plugins"), folder, { ...process.env, ...env });
    stack = await createStack("python", good, folder, env);
    outputs = (await stack.stack.up()).outputs;
  });
  afterAll(async () => {
    await stack?.remove();
    vi.unstubAllEnvs();
    fs.rmSync(home, { recursive: true, force: true });
    remove();
  });

  test("serves the model", async () => {
    const { body } = restPrediction(restPort);
    const predictions = await predict(String(outputs.restUrl.value), JSON.parse(String(body)), "");
    expect(predictions).toHaveLength(1);
    expect(containers(stack.label, "replica")).toHaveLength(2);
  });

  test("changes nothing in a second update", async () => {
    const { summary } = await stack.stack.up();
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
  });

  test("is told of all arguments of a component that cannot work, in one message", async () => {
    const message = await refusal({ replicas: 0, restPort: 70000 });
    expect(message).toMatch(/property replicas with value '\{0\}' has a problem: .*from 1 to 256/);
    expect(message).toMatch(/property restPort with value '\{70000\}' has a problem: .*to 65535/);
  });

  test("is told of a model that is not there", async () => {
    expect(await refusal({ modelName: "nobody" })).toContain('has no folder "nobody"');
  });

  test("leaves nothing when it is destroyed", async () => {
    await stack.stack.destroy();
    expect(objects(stack.label)).toEqual([]);
  });

  /** What a preview says with these settings, which it refuses. */
  async function refusal(config: Record<string, unknown>): Promise<string> {
    await configure(stack.stack, { ...good, ...config });
    const message = await stack.stack.preview().then(
      () => "nothing",
      (error: unknown) => String(error),
    );
    await configure(stack.stack, good);
    return message;
  }
});
