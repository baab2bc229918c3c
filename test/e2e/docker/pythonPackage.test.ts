import { execFileSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { predict } from "../../../cli/predict/service";
import { runAirgap } from "../../../cli/setup/airgap";
import { root } from "../../../cli/setup/folders";
import { pinnedVersion, pulumiHome } from "../../../cli/setup/pulumiHome";
import { build } from "../../../components/build";
import { containers, objects } from "../../support/docker";
import { pythonPackages } from "../../support/pythonPackages";
import { restPrediction, sampleModel, SampleModel } from "../../support/sampleModel";
import { configure, createStack, TestStack } from "../../support/stack";

const restPort = 18590;
const uv = path.join(__dirname, "../../support/uv/requirements.txt");

describe("a program in Python that adds the package", () => {
  let folder: string;
  let model: SampleModel;
  let good: Record<string, unknown>;
  let stack: TestStack;
  let outputs: Record<string, { value: unknown }>;

  beforeAll(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "tfserving-python-"));
    model = sampleModel(1);
    good = { modelFolder: model.folder, modelName: "my_model", replicas: 2, restPort };
    const program = path.join(folder, "program");
    fs.cpSync(path.join(root, "examples/python-package"), program, { recursive: true });
    unpackInto(folder);
    const search = await searchPath();
    execFileSync("pulumi", ["package", "add", "../package"], {
      cwd: program,
      stdio: "pipe",
      env: { ...process.env, PATH: search, PULUMI_HOME: pulumiHome(process.env) },
    });
    stack = await createStack("python", good, program, { PATH: search });
    outputs = (await stack.stack.up()).outputs;
  });
  afterAll(async () => {
    await stack?.remove();
    model?.remove();
    fs.rmSync(folder, { recursive: true, force: true });
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

/** PATH with Pulumi, its language host for Python, and uv. */
async function searchPath(): Promise<string> {
  const [tools, status] = await Promise.all([
    pythonPackages("uv", uv),
    runAirgap("toolchain/build", ["language-python"], { env: process.env, folder: root }),
  ]);
  if (status !== 0) {
    throw new Error("airgap/toolchain/build language-python failed: see above");
  }
  const pulumi = path.join(pulumiHome(process.env), "versions", pinnedVersion(), "bin");
  return [path.join(tools, "bin"), pulumi, process.env.PATH].join(path.delimiter);
}

/** Unpacks what npm would publish, as folder/package. */
function unpackInto(folder: string): void {
  build();
  const words = ["pack", "--silent", "--pack-destination", folder];
  const dist = path.join(root, "components/core/dist");
  const file = execFileSync("npm", words, { cwd: dist, encoding: "utf8" }).trim();
  execFileSync("tar", ["-xzf", path.join(folder, file), "-C", folder]);
}
