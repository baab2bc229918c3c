import * as fs from "fs";
import * as path from "path";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { root } from "../../../cli/setup/folders";
import { pinnedVersion } from "../../../cli/setup/pulumiHome";
import { modelStatus } from "../../../cli/predict/service";
import { addPackage } from "../../support/addPackage";
import { bareHome } from "../../support/bareHome";
import { consumerOf, npmInstall } from "../../support/consumer";
import { containers, inspect, objects } from "../../support/docker";
import { createStack, type TestStack } from "../../support/stack";

const model = { modelFolder: path.join(root, "model/classifier"), modelName: "my_model" };
type Outputs = Record<string, { value: unknown }>;

async function served(url: unknown): Promise<string[]> {
  const versions = await modelStatus(String(url), "dev");
  return versions.map(({ state }) => state);
}

describe("a program that installs the package with npm", () => {
  const { folder, remove } = consumerOf("npm");
  let stack: TestStack;
  let outputs: Outputs;

  beforeAll(async () => {
    npmInstall(folder, inject("packages").core);
    stack = await createStack("npm", model, folder);
    ({ outputs } = await stack.stack.up());
  });
  afterAll(async () => {
    await stack?.remove();
    remove();
  });

  test("is of 15 lines at most", () => {
    const lines = fs.readFileSync(path.join(folder, "index.ts"), "utf8").trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(15);
  });

  test("serves the model", async () => {
    expect(await served(outputs.restUrl.value)).toEqual(["AVAILABLE"]);
  });

  test("changes nothing in a second update", async () => {
    const { summary } = await stack.stack.up();
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
  });

  test("has nothing of this repository but the components and what they read", () => {
    const installed = path.join(folder, "node_modules/@tf-model-serving/core");
    const code = /\.(js|d\.ts|js\.map)$|^node_modules$/;
    const found = fs.readdirSync(installed).filter((name) => !code.test(name));
    expect(found.sort()).toMatchInlineSnapshot(`
      [
        "LICENSE",
        "PulumiPlugin.yaml",
        "README.md",
        "arguments",
        "docker",
        "engine",
        "evaluation",
        "image",
        "modelSource",
        "package.json",
        "schema.json",
        "serving",
        "stack",
        "swarm",
        "tfserving",
      ]
    `);
    const sources = fs
      .readdirSync(installed, { recursive: true, encoding: "utf8" })
      .filter((file) => !file.startsWith("node_modules"))
      .filter((file) => /(?<!\.d)\.ts$|\.test\.|tsbuildinfo/.test(file));
    expect(sources).toEqual([]);
  });
});

describe("a component of another team's own", () => {
  const { folder, remove } = consumerOf("team-component");
  let stack: TestStack;

  beforeAll(async () => {
    npmInstall(folder, inject("packages").core);
    stack = await createStack("team", model, folder);
  });
  afterAll(async () => {
    await stack?.remove();
    remove();
  });

  test("is refused as a whole when an argument of one of its services cannot work", async () => {
    await stack.stack.setConfig("reef:coralsReplicas", { value: "0" });
    await expect(stack.stack.preview()).rejects.toThrow(/corals cannot .*replicas: is 0: use/s);
  });

  test("serves the models of two teams beside each other in one stack", async () => {
    await stack.stack.setConfig("reef:coralsReplicas", { value: "1" });
    const { outputs } = await stack.stack.up();
    const { flowers, corals } = outputs.urls.value;
    expect([await served(flowers), await served(corals)]).toEqual([["AVAILABLE"], ["AVAILABLE"]]);
    expect(containers(stack.label, "replica")).toHaveLength(3);
  });
});

describe("a program that adds the package", () => {
  const { folder, remove } = consumerOf("package-add");
  const home = bareHome("docker", "random");
  let stack: TestStack;
  let outputs: Outputs;

  beforeAll(async () => {
    vi.stubEnv("PULUMI_HOME", home);
    const bin = path.join(home, "versions", pinnedVersion(), "bin");
    const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH}` };
    await addPackage(inject("plugins"), folder, env);
    stack = await createStack("package", model, folder);
    ({ outputs } = await stack.stack.up());
  });
  afterAll(async () => {
    await stack?.remove();
    vi.unstubAllEnvs();
    fs.rmSync(home, { recursive: true, force: true });
    remove();
  });

  test("serves the model", async () => {
    expect(await served(outputs.restUrl.value)).toEqual(["AVAILABLE"]);
  });

  test("needs no plugin but the package's, and those of docker and random", () => {
    const plugins = fs.readdirSync(path.join(home, "plugins"));
    const names = plugins.map((name) => /^resource-(\w+)-v/.exec(name)?.[1]);
    expect([...new Set(names)].sort()).toEqual(["docker", "random", "tfserving"]);
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

  test("is refused with the property path when its arguments cannot work", async () => {
    await stack.stack.setConfig("flowers:modelName", { value: "nobody" });
    await expect(stack.stack.preview()).rejects.toThrow(/property modelFolder .*nobody/s);
    await stack.stack.setConfig("flowers:modelName", { value: "my_model" });
  });

  test("leaves nothing when it is destroyed", async () => {
    await stack.stack.destroy();
    expect(objects(stack.label)).toEqual([]);
  });
});
