import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { containers, docker } from "../../support/docker";
import { describeLoad, type Load, startLoad } from "../../support/load";
import { configure, createStack, TestStack } from "../../support/stack";

const port = 18592;
const models = path.join(__dirname, "../../support/models/threshold");

describe("a gate before a release", () => {
  let stack: TestStack;
  let config: Record<string, unknown>;
  let folder: string;
  let serving: string[];
  let load: Load;
  const evaluate: Record<string, unknown> = {
    ...{ metric: "accuracy", atLeast: 0.9, notWorseThanServed: true },
  };

  beforeAll(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-evaluation-test-"));
    add(50);
    evaluate.data = path.join(folder, "held_out.jsonl");
    // Version N says "above" from N % on: 50 is right for all of them, 55 for all but ten.
    const rows = Array.from({ length: 200 }, (_, at) => ({
      ...{ instance: [(at + 1) / 200], label: Number(at + 1 > 100) },
    }));
    fs.writeFileSync(evaluate.data as string, rows.map((row) => JSON.stringify(row)).join("\n"));
    config = {
      ...{ restPort: port, grpcPort: 0, notebook: false, replicas: 1, drainSeconds: 1 },
      ...{ modelFolder: path.join(folder, "models"), modelName: "threshold", evaluate },
    };
    stack = await createStack("evaluation", config);
    const { outputs } = await stack.stack.up();
    expect(outputs.evaluation.value).toMatchObject({ metric: "accuracy", value: 1, examples: 200 });
    serving = containers(stack.label, "replica");
    const body = Buffer.from('{"instances": [[0.52]]}');
    const url = `http://127.0.0.1:${port}/v1/models/threshold:predict`;
    load = startLoad({ target: { api: "rest", url, body }, perSecond: 5, maxSeconds: 300 });
  });
  afterAll(async () => {
    await load?.stop();
    await stack?.remove();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  test("asks nothing again where nothing has changed", async () => {
    const since = Date.now();
    const { outputs, summary } = await stack.stack.up();
    expect(summary.resourceChanges).toEqual({ same: expect.any(Number) });
    expect(asked(since)).toBe(0);
    expect(outputs.evaluation.value).toMatchObject({ value: 1 });
  });

  test("stops a model that is 5 points worse, while the other one serves", async () => {
    add(55);
    const preview = await stack.stack.preview();
    expect(preview.stderr + preview.stdout).toMatch(
      /up asks tf_serving:\w+ for 200 examples: accuracy is to be at least 0.9, not worse than 1\b/,
    );
    const since = Date.now();
    await expect(stack.stack.up()).rejects.toThrow(
      /error: The model in tf_serving:\w+ is not good enough, and is not released: accuracy is 0.95 on 200 examples, and what serves has 1\. What was served before is served on\./,
    );
    expect(asked(since)).toBe(1);
    expect(containers(stack.label)).toEqual(expect.arrayContaining(serving));
    expect(containers(stack.label, "replica")).toEqual(serving);
    expect(containers(stack.label, "evaluation")).toEqual([]);
    expect(await isAbove(0.52)).toBe(true);
  });

  test("lets it pass where it may be so much worse, with the value before on record", async () => {
    await configure(stack.stack, {
      ...{ ...config, evaluate: { ...evaluate, notWorseThanServed: 0.06 } },
    });
    const { outputs } = await stack.stack.up();
    const { value, release, previous } = outputs.evaluation.value;
    expect([value, release]).toEqual([0.95, outputs.image.value]);
    expect(previous).toMatchObject({ value: 1, examples: 200 });
    expect(await isAbove(0.52)).toBe(false);
    const result = await load.stop();
    expect(result.failed, describeLoad(result)).toBe(0);
  });

  function add(percent: number): void {
    const version = path.join("models", "threshold", String(percent));
    fs.cpSync(path.join(models, String(percent)), path.join(folder, version), { recursive: true });
  }

  /** How many times a model has been asked since then. */
  function asked(since: number): number {
    const [from, to] = [since, Date.now()].map((time) => (time / 1000).toFixed(3));
    const label = `label=tfserving.stack=${stack.label}`;
    return docker(
      ...["events", "--since", from, "--until", to, "--filter", label],
      ...["--filter", "event=start", "--filter", "label=tfserving.part=evaluation"],
      ...["--format", "{{.ID}}"],
    )
      .split("\n")
      .filter(Boolean).length;
  }

  async function isAbove(x: number): Promise<boolean> {
    const url = `http://127.0.0.1:${port}/v1/models/threshold:predict`;
    const body = JSON.stringify({ instances: [[x]] });
    const answer = await fetch(url, { method: "POST", body });
    const { predictions } = (await answer.json()) as { predictions: number[][] };
    return predictions[0][1] > predictions[0][0];
  }
});
