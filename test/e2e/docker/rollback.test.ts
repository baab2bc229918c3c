import * as fs from "fs";
import * as path from "path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stackStateFile } from "../../../cli/setup/backend";
import { lockFolder } from "../../../cli/automation/leftBehind";
import { modelStatus } from "../../../cli/predict/service";
import { ownFolder, root } from "../../../cli/setup/folders";
import { containers, docker, inspect } from "../../support/docker";
import { endCommandAt, startCommand } from "../../support/killedUp";
import { keepAsking } from "../../support/lightClient";
import { spoilVariables } from "../../support/modelFolder";
import { CommandResult, runNpmCommand } from "../../support/npmCommand";
import { SampleModel, sampleModel } from "../../support/sampleModel";

const stack = "test-rollback";
const label = `tfserving/${stack}`;
const url = "http://127.0.0.1:18621/v1/models/my_model";
const stackFile = path.join(root, `Pulumi.${stack}.yaml`);

describe("a second release", () => {
  let model: SampleModel;
  let first: { images: string[]; created: string[] };
  let second: { images: string[]; created: string[] };

  beforeAll(async () => {
    model = sampleModel(6100);
    const settings = {
      replicas: 2,
      restPort: 18621,
      grpcPort: 0,
      notebook: false,
      drainSeconds: 2,
    };
    const lines = Object.entries({ ...settings, modelFolder: model.folder }).map(
      ([key, value]) => `  tfserving:${key}: ${value}`,
    );
    fs.writeFileSync(stackFile, ["# the test's own", "config:", ...lines, ""].join("\n"));
    expectWell(await startCommand(stack, "up"));
    first = imagesInUse();
  });
  afterAll(() => {
    runNpmCommand("down", stack, ["--remove"]);
    fs.rmSync(stackFile, { force: true });
    model?.remove();
  });

  test("has nothing to go back to while there is none", async () => {
    const { output, status } = await startCommand(stack, "rollback");
    expect(output).toContain("has had one release only: there is none to go back to");
    expect(status).toBe(1);
  });

  test("of another model version and flag is rolled back without a build or a failed request", async () => {
    model.add(6200);
    const settings = fs.readFileSync(stackFile, "utf8");
    fs.writeFileSync(stackFile, `${settings}  tfserving:server: { restApiTimeoutMs: 20000 }\n`);
    expectWell(await startCommand(stack, "up"));
    second = imagesInUse();
    expect(second.images).not.toEqual(first.images);
    expect(await servedVersion()).toBe("6200");

    const client = keepAsking(url);
    const { output } = expectWell(await startCommand(stack, "rollback"));
    await client.stop();
    expect(client.failures).toEqual([]);
    expect(client.answered).toBeGreaterThan(50);
    expect(output).not.toMatch(/RemoteImage serving creat/);
    expect(imagesInUse()).toEqual(first);
    expect(await servedVersion()).toBe("6100");
    expect(flags()).not.toContain("--rest_api_timeout_in_ms=20000");
    expect(output).toContain(`config rm image -s ${stack}`);
    expect(fs.readFileSync(stackFile, "utf8")).toContain("# the test's own");
  });

  test("comes back by no rollback that is told to end, which leaves file and lock as they were", async () => {
    const before = fs.readFileSync(stackFile, "utf8");
    const { output, status } = await endCommandAt(
      stack,
      "rollback",
      /Container serving-\S+ creating/,
      "SIGTERM",
    );
    expect(status, output).toBe(143);
    expect(fs.readFileSync(stackFile, "utf8")).toBe(before);
    expect(locks()).toEqual([]);
    // Replicas that were under way to be created may have come up, and serve beside the others.
    expect(imagesInUse().images).toEqual(expect.arrayContaining(first.images));
    expect(["6100", "6200"]).toContain(await servedVersion());
  });

  test("comes back by another rollback, and stays although nobody could ask it", async () => {
    const { output, status } = await startCommand(stack, "rollback", [], {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent("fetch = () => Promise.reject(Error('no way'))")}`,
    });
    expect(output).toContain("does not answer (no way)");
    expect(status).toBe(1);
    expect(fs.readFileSync(stackFile, "utf8")).toContain(`image: ${recorded().release.image}`);
    expect(imagesInUse()).toEqual(second);
    expect(await servedVersion()).toBe("6200");
    expect(flags()).toContain("--rest_api_timeout_in_ms=20000");
  });

  test("gives way to the old one without a build where the old configuration comes back", async () => {
    fs.rmSync(path.join(model.folder, "my_model", "6200"), { recursive: true });
    const settings = fs.readFileSync(stackFile, "utf8").split("\n");
    const old = settings.filter((line) => !/:image:|:server:|restApiTimeoutMs/.test(line));
    fs.writeFileSync(stackFile, old.join("\n"));
    expectWell(await startCommand(stack, "up"));
    expect(imagesInUse()).toEqual(first);
    expect(await servedVersion()).toBe("6100");
  });

  test("is left on record as it is by an update that fails", async () => {
    const before = recorded();
    const broken = path.join(model.folder, "my_model", "6300");
    fs.cpSync(path.join(model.folder, "my_model", "6100"), broken, { recursive: true });
    spoilVariables(broken);
    const { status } = await startCommand(stack, "up");
    fs.rmSync(broken, { recursive: true });
    expect(status).not.toBe(0);
    expect(recorded()).toEqual(before);
    expect(before.previousRelease.image).toMatch(/^tf_serving:/);
  });
});

function expectWell(result: CommandResult): CommandResult {
  expect(result.status, result.output).toBe(0);
  return result;
}

/** The replicas' images, and when each was made. */
function imagesInUse(): { images: string[]; created: string[] } {
  const images = [...new Set(containers(label, "replica").map((id) => inspect(id).Image))];
  const created = images.map((id) => docker("image", "inspect", "--format", "{{.Created}}", id));
  return { images, created };
}

function flags(): string[] {
  const [replica] = containers(label, "replica");
  return JSON.parse(docker("inspect", "--format", "{{json .Args}}", replica));
}

async function servedVersion(): Promise<string> {
  const [version] = await modelStatus(url, "dev");
  return version.version;
}

function locks(): string[] {
  const folder = lockFolder(ownFolder, "tfserving", stack);
  return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
}

/** The releases among the stack's outputs. */
function recorded(): { release: { image: string }; previousRelease: { image: string } } {
  const state = fs.readFileSync(stackStateFile(ownFolder, "tfserving", stack), "utf8");
  const { resources } = JSON.parse(state).checkpoint.latest;
  const { release, previousRelease } = resources[0].outputs;
  return { release, previousRelease };
}
