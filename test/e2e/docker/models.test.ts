import { spawnSync } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../../../cli/setup/folders";
import { containers, docker } from "../../support/docker";
import { describeLoad, startLoad } from "../../support/load";
import { restPrediction, SampleModel, sampleModel } from "../../support/sampleModel";
import { connect, predictMethod, serializePredict } from "../../support/servingGrpc";
import { configure, createStack, TestStack } from "../../support/stack";

const restPort = "18580";
const grpc = "127.0.0.1:18581";
const origin = `http://127.0.0.1:${restPort}/v1/models`;

/** Version N of it answers N times what it is given. */
function multiply(versions: string[], labels: Record<string, string>) {
  return { name: "multiply", versionPolicy: "specific", versions, labels };
}
const moved = multiply(["3", "4"], { stable: "3", canary: "4" });
const first = multiply(["2", "3"], { stable: "2", canary: "3" });

describe("a service of several models", () => {
  let stack: TestStack;
  let folder: SampleModel;
  let config: Record<string, unknown>;
  let outputs: Record<string, { value: unknown }>;

  beforeAll(async () => {
    folder = sampleModel(7);
    const versions = path.join(__dirname, "../../support/models/multiply");
    fs.cpSync(versions, path.join(folder.folder, "multiply"), { recursive: true });
    config = {
      ...{ restPort, grpcPort: "18581", notebook: "false", replicas: "2" },
      ...{ modelFolder: folder.folder, drainSeconds: "2" },
    };
    stack = await createStack("models", withModel(first));
    outputs = (await stack.stack.up()).outputs;
  });
  afterAll(async () => {
    await stack?.remove();
    folder?.remove();
  });

  test("says where each model is served, and which labels it has", () => {
    expect(outputs.modelUrls.value).toEqual({
      my_model: `${origin}/my_model`,
      multiply: `${origin}/multiply`,
    });
    expect(outputs.modelLabels.value).toEqual({ multiply: { stable: "2", canary: "3" } });
    expect(outputs.modelVersion.value).toBe("7");
  });

  test("answers REST for each model, version and label", async () => {
    expect(await product("multiply")).toBe(3);
    expect(await product("multiply/versions/2")).toBe(2);
    expect(await product("multiply/labels/stable")).toBe(2);
    expect(await product("multiply/labels/canary")).toBe(3);
    const { url, body } = restPrediction(Number(restPort));
    const { predictions } = await post(url, String(body));
    expect(predictions[0]).toHaveLength(137);
  });

  test("answers gRPC for each model, version and label", async () => {
    const client = connect(grpc);
    const call = { model: "multiply", input: "x", data: [1, 2, 3], shape: [1, 3] };
    try {
      expect(await client.predict(call)).toMatchObject({ version: 3 });
      expect(await client.predict({ ...call, version: 2 })).toMatchObject({ version: 2 });
      expect(await client.predict({ ...call, label: "stable" })).toMatchObject({ version: 2 });
      expect(await client.predict({ ...call, label: "canary" })).toMatchObject({ version: 3 });
      expect(await client.getModelStatus({ model: "my_model" })).toMatchObject([
        { version: 7, state: "AVAILABLE" },
      ]);
    } finally {
      client.close();
    }
  });

  test("holds in its image the versions that are served, and no others", () => {
    const list = ["--entrypoint", "find", String(outputs.image.value)];
    const files = docker("run", "--rm", ...list, "/models", "-name", "saved_model.pb");
    expect(files.split("\n").sort()).toEqual([
      "/models/multiply/2/saved_model.pb",
      "/models/multiply/3/saved_model.pb",
      "/models/my_model/7/saved_model.pb",
    ]);
  });

  test("shows in its status each model's versions, states and labels", () => {
    const env = { ...process.env, ...stack.stack.workspace.envVars };
    const command = [path.join("cli", "bootstrap.mjs"), "status", "-s", stack.stack.name];
    const { stdout, status } = spawnSync(process.execPath, command, {
      cwd: root,
      env,
      encoding: "utf8",
    });
    expect(stdout).toMatch(/my_model version 7 AVAILABLE$/m);
    expect(stdout).toMatch(/multiply version 2 AVAILABLE, label stable$/m);
    expect(stdout).toMatch(/multiply version 3 AVAILABLE, label canary$/m);
    expect(status, stdout).toBe(0);
  });

  test("refuses a label on a version that is not loaded, and changes nothing", async () => {
    const before = containers(stack.label);
    const latest = { name: "multiply", numVersions: 2, labels: { stable: "2" } };
    await configure(stack.stack, withModel(latest));
    await expect(stack.stack.up()).rejects.toThrow(
      "server.models[1].labels.stable: is 2, a version that is not loaded; loaded are 3, 4",
    );
    expect(containers(stack.label)).toEqual(before);
  });

  test("moves labels, adds a version and drops one in one update without losing a call", async () => {
    const answer = "\\[\\[\\s*([\\d.]+)";
    const body = JSON.stringify({ instances: [[1, 0, 0]] });
    const rest = (label: string) =>
      ({
        api: "rest",
        url: `${origin}/multiply/labels/${label}:predict`,
        body,
        versionPattern: answer,
      }) as const;
    const call = { model: "multiply", label: "stable", input: "x", data: [1, 0, 0], shape: [1, 3] };
    const targets = [
      rest("stable"),
      rest("canary"),
      {
        ...({ api: "grpc", address: grpc, method: predictMethod } as const),
        request: serializePredict(call),
      },
    ];
    const loads = targets.map((target) => startLoad({ target, perSecond: 10, phase: "before" }));
    await Promise.all(loads.map((load) => load.more(20)));
    loads.forEach((load) => load.mark("during"));
    await configure(stack.stack, withModel(moved));
    const { outputs: after } = await stack.stack.up();
    loads.forEach((load) => load.mark("after"));
    await Promise.all(loads.map((load) => load.more(20)));
    const [stable, canary, overGrpc] = await Promise.all(loads.map((load) => load.stop()));

    for (const result of [stable, canary, overGrpc]) {
      expect(result.failed, describeLoad(result)).toBe(0);
    }
    const versions = ({ phases }: typeof stable, phase: string) =>
      Object.keys(phases[phase].versions);
    expect([versions(stable, "before"), versions(stable, "after")]).toEqual([["2.0"], ["3.0"]]);
    expect([versions(canary, "before"), versions(canary, "after")]).toEqual([["3.0"], ["4.0"]]);
    expect([versions(overGrpc, "before"), versions(overGrpc, "after")]).toEqual([["2"], ["3"]]);
    expect(after.modelLabels.value).toEqual({ multiply: { stable: "3", canary: "4" } });
  });

  test("goes back to the image of before, which is not built again", async () => {
    const image = String(outputs.image.value);
    const id = imageId(image);
    await configure(stack.stack, withModel(first));
    const { outputs: back } = await stack.stack.up();
    expect(back.image.value).toBe(image);
    expect(imageId(image)).toBe(id);
    expect(await product("multiply/labels/stable")).toBe(2);
    const { summary } = await stack.stack.up();
    expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
  });

  function withModel(model: object): Record<string, unknown> {
    return { ...config, server: { models: [{ name: "my_model" }, model] } };
  }
});

function imageId(name: string): string {
  return docker("image", "inspect", "-f", "{{.Id}}", name);
}

/** What one is multiplied by. */
async function product(target: string): Promise<number> {
  const body = JSON.stringify({ instances: [[1, 0, 0]] });
  return (await post(`${origin}/${target}:predict`, body)).predictions[0][0];
}

async function post(url: string, body: string): Promise<{ predictions: number[][] }> {
  const response = await fetch(url, { method: "POST", body });
  const answer = await response.text();
  expect(response.status, answer).toBe(200);
  return JSON.parse(answer);
}
