// A stack whose model comes from S3, which moto stands for.
import { spawnSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root } from "../../../cli/setup/folders";
import { type ObjectStore, startObjectStore } from "../../support/objectStore";
import { createStack, TestStack } from "../../support/stack";

const restPort = "18620";
const source = "s3://models/multiply";

let store: ObjectStore;
let stack: TestStack;
let cache: string;

/** Version N answers N times what it is given. */
function uploadVersion(version: string): Promise<void> {
  const folder = path.join(__dirname, "../../support/models/multiply", version);
  const names = fs.readdirSync(folder, { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => fs.statSync(path.join(folder, name)).isFile());
  const contents = files.map((name) => [name, fs.readFileSync(path.join(folder, name))] as const);
  return store.upload("models", `multiply/${version}`, Object.fromEntries(contents));
}

beforeAll(async () => {
  store = await startObjectStore("models");
  cache = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-cache-"));
  await uploadVersion("2");
  stack = await createStack(
    "model-source",
    {
      ...{ modelSource: source, modelName: "multiply" },
      ...{ restPort, grpcPort: "0", notebook: "false", replicas: "1", drainSeconds: "1" },
    },
    root,
    { ...store.env, TFSERVING_CACHE: cache },
  );
});
afterAll(async () => {
  await stack?.remove();
  await store?.stop();
  fs.rmSync(cache, { recursive: true, force: true });
});

async function product(): Promise<number> {
  const url = `http://127.0.0.1:${restPort}/v1/models/multiply:predict`;
  const body = JSON.stringify({ instances: [[1, 0, 0]] });
  const answer = await fetch(url, { method: "POST", body });
  return ((await answer.json()) as { predictions: number[][] }).predictions[0][0];
}

test("up serves what the source holds, and tells its revision", async () => {
  const { outputs } = await stack.stack.up();
  expect(await product()).toBe(2);
  expect(outputs.modelVersion.value).toBe("2");
  expect(outputs.modelSource.value).toBe(source);
  expect(outputs.modelRevision.value).toMatch(/^[0-9a-f]{64}$/);
  const env = { ...process.env, ...stack.stack.workspace.envVars };
  const command = [path.join("cli", "bootstrap.mjs"), "status", "-s", stack.stack.name];
  const { stdout } = spawnSync(process.execPath, command, { cwd: root, env, encoding: "utf8" });
  expect(stdout).toContain(`${source}   revision ${outputs.modelRevision.value}`);
});

test("another up fetches nothing and changes nothing", async () => {
  store.reads.length = 0;
  const { summary } = await stack.stack.up();
  expect(store.reads).toEqual([]);
  expect(Object.keys(summary.resourceChanges ?? {})).toEqual(["same"]);
});

test("a source with nothing in it is refused at preview, and what serves goes on", async () => {
  await stack.stack.setConfig("modelSource", { value: "s3://models/none" });
  await expect(stack.stack.preview()).rejects.toThrow(
    'modelSource: is "s3://models/none": the bucket models has nothing there: correct the path',
  );
  await stack.stack.setConfig("modelSource", { value: source });
  expect(await product()).toBe(2);
});

test("a version that is added to the source is a release", async () => {
  await uploadVersion("3");
  const { outputs } = await stack.stack.up();
  expect(await product()).toBe(3);
  expect(outputs.modelVersion.value).toBe("3");
  expect(outputs.previousRelease.value).toMatchObject({ modelVersion: "2" });
});
