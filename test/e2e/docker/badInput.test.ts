import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../../../cli/setup/folders";
import { objects } from "../../support/docker";
import { configure, createStack, TestStack } from "../../support/stack";

const good = { restPort: "18531", grpcPort: "0", notebook: "false", replicas: "1" };

describe("a configuration that cannot work", () => {
  let stack: TestStack;
  let folder: string;

  beforeAll(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-bad-"));
    stack = await createStack("bad", good);
  });
  afterAll(async () => {
    await stack?.remove();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  test("is refused at preview, all problems in one message by config key", async () => {
    const message = await refusal({ replicas: "0", restPort: "70000", serviceName: "No!" });
    expect(message).toContain("replicas: is 0: use a whole number from 1 to 256");
    expect(message).toContain("restPort: is 70000: use a whole number from 1 to 65535");
    expect(message).toContain('serviceName: is "No!"');
  });

  test("names the signatures that the model has when the wanted one is missing", async () => {
    const message = await refusal({ signatureName: "classify" });
    expect(message).toMatch(/signature.*classify.*serving_default/s);
  });

  test("names a truncated saved_model.pb", async () => {
    const versions = path.join(folder, "my_model");
    fs.cpSync(path.join(root, "model/classifier/my_model"), versions, { recursive: true });
    const [version] = fs.readdirSync(versions);
    const file = path.join(versions, version, "saved_model.pb");
    fs.truncateSync(file, Math.floor(fs.statSync(file).size / 2));
    expect(await refusal({ modelFolder: folder })).toMatch(/saved_model\.pb.*truncated/s);
  });

  test("says in one sentence which Docker host does not answer and what to do", async () => {
    const message = await refusal({ host: "unix:///var/run/no-engine-here.sock" });
    expect(message).toMatch(/host: .*unix:\/\/\/var\/run\/no-engine-here\.sock does not answer/);
    expect(message).toContain("start it, or set");
  });

  test("fails without a stack trace", async () => {
    expect(await refusal({ target: "mainframe" })).not.toMatch(/^\s+at .*\.ts:\d+/m);
  });

  test("leaves what serves as it is when an update is refused", async () => {
    await configure(stack.stack, good);
    await stack.stack.up();
    const before = objects(stack.label);
    await configure(stack.stack, { ...good, modelName: "no_such_model" });
    await expect(stack.stack.up()).rejects.toThrow(/no_such_model/);
    expect(objects(stack.label)).toEqual(before);
    await configure(stack.stack, good);
  });

  /** What a preview with this configuration says when it fails. */
  async function refusal(config: Record<string, string>): Promise<string> {
    await configure(stack.stack, { ...good, ...config });
    const failed = await stack.stack.preview().then(
      () => undefined,
      (error: Error) => error,
    );
    if (!failed) {
      throw new Error(`A preview with ${JSON.stringify(config)} succeeded`);
    }
    return failed.message;
  }
});
