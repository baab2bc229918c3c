import * as fs from "fs";
import * as path from "path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { docker } from "../../support/docker";
import { SampleModel, sampleModel } from "../../support/sampleModel";
import { configure, createStack, TestStack } from "../../support/stack";
import { startTlsEngine, TlsEngine } from "../../support/tlsEngine";

const project = path.join(__dirname, "twoServices");

/** Plain `pulumi up`, on an engine that a Docker context with certificates names. */
describe("two services of one stack", () => {
  let engine: TlsEngine;
  let stack: TestStack;
  let models: Record<"first" | "second", SampleModel>;
  let outputs: Record<string, { value: unknown }>;

  beforeAll(async () => {
    engine = await startTlsEngine();
    models = { first: sampleModel(31), second: sampleModel(41) };
    stack = await createStack("two-services", {}, project, engine.env);
    await configure(stack.stack, {
      ...inject("images"),
      ...{ firstFolder: models.first.folder, firstPort: 19630 },
      ...{ secondFolder: models.second.folder, secondPort: 19631 },
    });
    ({ outputs } = await stack.stack.up());
  });
  afterAll(async () => {
    await stack?.remove();
    Object.values(models ?? {}).forEach((model) => model.remove());
    engine?.stop();
  });

  const served = async (service: "first" | "second") => {
    const url = String(outputs[service].value);
    const { model_version_status: versions } = await (await fetch(url)).json();
    return versions.map(({ version, state }: Record<string, string>) => `${version} ${state}`);
  };
  test("serve beside each other, on the engine of the Docker context in use", async () => {
    expect(outputs.host.value).toBe(engine.host);
    expect(await served("first")).toEqual(["31 AVAILABLE"]);
    expect(await served("second")).toEqual(["41 AVAILABLE"]);
  });

  test("build their releases although the images below were pruned", async () => {
    models.first.add(32);
    const below = docker("images", "--format", "{{.Repository}}:{{.Tag}}", "tf_serving_runtime");
    docker("rmi", "--no-prune", ...below.split("\n"));
    await stack.stack.up();
    expect(await served("first")).toEqual(["32 AVAILABLE"]);
  });

  test("do not disturb each other: a release of one fails, and that of the other is taken for none", async () => {
    models.first.add(33);
    const broken = models.second.add(42);
    const warmup = path.join(broken, "assets.extra/tf_serving_warmup_requests");
    fs.mkdirSync(path.dirname(warmup), { recursive: true });
    fs.writeFileSync(warmup, "no requests");
    await expect(stack.stack.up()).rejects.toThrow(/replica 1 ended .*tf_serving_warmup_requests/s);
    expect(await served("second")).toEqual(["41 AVAILABLE"]);

    fs.rmSync(broken, { recursive: true });
    await stack.stack.up();
    expect(await served("first")).toEqual(["33 AVAILABLE"]);
    expect(await served("second")).toEqual(["41 AVAILABLE"]);
  });
});
