// The sample model: that its commands make again what is committed.
import { execFile } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readModelCard } from "../../components/core/tfserving/modelCard";
import { sampleRepository, type SampleRepository } from "../support/sampleRepository";

const run = promisify(execFile);
const model = path.resolve(__dirname, "../../model");
const versions = path.join(model, "classifier", "my_model");
// Commands install TensorFlow on first use, in model/.venv; progress output can be long.
const patience = { maxBuffer: 64 << 20, timeout: 550_000 };

interface Facts {
  signature: { inputs: object; outputs: object };
  answers: [number, number][];
  warmUp: [string, string, number][];
  seenInTraining: number;
}

// Of the ten held-out pictures, in their order.
const classes = [0, 57, 66, 77, 79, 85, 90, 106, 120, 125];

let scratch: string;
let version: string;
let facts: Facts;

/** Runs a Python command of the sample with the Python on the path. */
function python(script: string, ...args: string[]) {
  return run(process.env.PYTHON ?? "python3", [script, ...args], patience);
}

async function factsOf(savedModel: string): Promise<Facts> {
  const { stdout } = await python(path.join(__dirname, "model", "facts.py"), savedModel);
  const line = stdout.split("\n").find((text) => text.startsWith("FACTS "));
  return JSON.parse(line!.slice("FACTS ".length)) as Facts;
}

beforeAll(async () => {
  scratch = await fs.mkdtemp(path.join(os.tmpdir(), "sample-model-"));
  [version] = (await fs.readdir(versions)).map((name) => path.join(versions, name));
  facts = await factsOf(version);
});

afterAll(() => fs.rm(scratch, { recursive: true, force: true }));

describe("the committed SavedModel", () => {
  it("has one signature: raw pictures in, 137 probabilities out", () => {
    expect(facts.signature).toEqual({
      inputs: { images: ["float32", [null, 224, 224, 3]] },
      outputs: { probabilities: ["float32", [null, 137]] },
    });
  });

  it("names all ten held-out pictures", () => {
    expect(facts.answers.map(([index]) => index)).toEqual(classes);
  });

  it("gives probabilities", () => {
    for (const [, sum] of facts.answers) expect(sum).toBeCloseTo(1, 4);
  });

  it("carries warm-up requests that it can answer, for one picture and for ten", () => {
    expect(facts.warmUp).toEqual([
      ["my_model", "serving_default", 1],
      ["my_model", "serving_default", 10],
    ]);
  });
});

describe("model/draw", () => {
  it("draws the committed held-out pictures again, byte for byte", async () => {
    const folder = path.join(scratch, "held_out");
    await python(path.join(model, "draw"), "--output", folder);
    expect((await fs.readdir(folder)).length).toBe(11);
    for (const file of await fs.readdir(folder)) {
      const again = await fs.readFile(path.join(folder, file));
      expect(again.equals(await fs.readFile(path.join(model, "held_out", file))), file).toBe(true);
    }
  });

  it("keeps held-out pictures out of training and validation", () => {
    expect(facts.seenInTraining).toBe(0);
  });

  it("refuses a class that does not exist", async () => {
    const drawing = python(path.join(model, "draw"), "--class", "Unicorn", "--output", scratch);
    await expect(drawing).rejects.toThrow(/'Unicorn' is no class: give a name from class_names/);
  });
});

describe("model/train and model/export", () => {
  it("go from drawing to a version that TensorFlow loads", async () => {
    const trained = path.join(scratch, "trained");
    const training = await python(path.join(model, "train"), "--quick", "--output", trained);
    expect(training.stdout).toContain(`Saved ${path.join(trained, "my_model.keras")}`);
    const files = ["my_model.h5", "my_model.keras", "training.json"];
    expect((await fs.readdir(trained)).sort()).toEqual(files);

    const keras = path.join(trained, "my_model.keras");
    const exported = path.join(scratch, "my_model");
    const args = ["--model", keras, "--output", exported];
    const { stdout } = await python(path.join(model, "export"), ...args);
    const [name] = await fs.readdir(exported);
    expect(stdout).toContain(`Exported ${path.join(exported, name)}`);
    const again = await factsOf(path.join(exported, name));
    expect(again.signature).toEqual(facts.signature);
    expect(again.warmUp).toEqual(facts.warmUp);
  });

  it("export the committed .keras file to the committed SavedModel's answers", async () => {
    const exported = path.join(scratch, "committed", "my_model");
    await python(path.join(model, "export"), "--output", exported);
    const [name] = await fs.readdir(exported);
    const again = await factsOf(path.join(exported, name));
    expect(again.answers.map(([index]) => index)).toEqual(facts.answers.map(([index]) => index));
  });

  it("say what is missing when there is no trained model", async () => {
    const exporting = python(path.join(model, "export"), "--model", path.join(scratch, "none"));
    await expect(exporting).rejects.toThrow(/--model: .*none does not exist; model\/train writes/);
  });

  it("do not let a quick run overwrite the trained model", async () => {
    const training = python(path.join(model, "train"), "--quick");
    await expect(training).rejects.toThrow("--quick needs --output");
  });
});

describe("the pipeline", () => {
  let repository: SampleRepository;
  const inModel = (...names: string[]) => path.join(repository.folder, "model", ...names);
  const readJson = async (...names: string[]) =>
    JSON.parse(await fs.readFile(inModel(...names), "utf8")) as Record<string, unknown>;

  beforeAll(async () => {
    repository = await sampleRepository();
    const few = ["pictures.training", "pictures.validation", "pictures.held_out", "train.epochs"];
    const values = few.flatMap((name) => ["--set-param", `${name}=1`]);
    await repository.run("dvc", "--cd", "model", "exp", "run", ...values);
  }, 300_000);

  afterAll(() => repository.remove());

  it("goes from parameters to one version whose card says what it was made from", async () => {
    const [version, ...others] = await fs.readdir(inModel("exported/my_model"));
    expect(others).toEqual([]);
    const card = await readJson("exported/my_model", version, "assets.extra/model_card.json");
    const { accuracy, pictures } = await readJson("metrics.json");
    const lock = parse(await fs.readFile(inModel("dvc.lock"), "utf8")) as {
      stages: { draw: { outs: { md5: string }[] } };
    };
    expect(card).toMatchObject({
      version,
      metrics: { accuracy, pictures },
      commit: (await repository.run("git", "rev-parse", "HEAD")).trim(),
      changed: ["params.yaml"],
      trainedBy: "Ada",
      dataHash: `md5:${lock.stages.draw.outs[0].md5}`,
      params: { epochs: 1, training_pictures: 1 },
    });
    expect([typeof accuracy, pictures]).toEqual(["number", 137]);
    expect(readModelCard(inModel("exported/my_model", version))).toMatchObject({ notes: [] });
  });

  it("says what is wrong with params.yaml, all of it", async () => {
    const good = await fs.readFile(inModel("params.yaml"), "utf8");
    const bad = good.replace("epochs: 1", "epochs: 0").replace("seed: 1", "sead: 1");
    await fs.writeFile(inModel("params.yaml"), bad);
    const drawing = repository.run("python", inModel("draw"), "--sets", path.join(scratch, "sets"));
    await expect(drawing).rejects.toThrow(
      /params\.yaml: sead is unknown; seed is missing: use a whole number from 1; train\.epochs is 0: use/,
    );
    await fs.writeFile(inModel("params.yaml"), good);
  });

  it("gives a version to those who have the git tag and the remote", async () => {
    const remote = path.join(scratch, "remote");
    await repository.run("dvc", "--cd", "model", "remote", "add", "--default", "store", remote);
    await repository.run("dvc", "--cd", "model", "push", "--quiet");
    await repository.run("git", "commit", "--quiet", "--all", "--message", "one more model");
    await repository.run("git", "tag", "v2");
    const got = path.join(scratch, "got");
    const what = [repository.folder, "model/exported/my_model", "--rev", "v2", "--out", got];
    await repository.run("dvc", "get", "--quiet", ...what);
    expect(await fs.readdir(got)).toEqual(await fs.readdir(inModel("exported/my_model")));
  });
});

describe("notebooks in git", () => {
  let repository: SampleRepository;
  const client = "model/notebooks/client.ipynb";
  const inRepository = (file: string) => path.join(repository.folder, file);
  /** Changes the last cell of the client's notebook. */
  async function changeCell(change: object): Promise<void> {
    const notebook = JSON.parse(await fs.readFile(inRepository(client), "utf8")) as {
      cells: object[];
    };
    Object.assign(notebook.cells.at(-1)!, change);
    await fs.writeFile(inRepository(client), `${JSON.stringify(notebook, null, 1)}\n`);
  }

  beforeAll(async () => {
    repository = await sampleRepository();
    await repository.run("python", "model/tools");
  }, 300_000);

  afterAll(() => repository.remove());

  it("have the same script beside them, each of them, and no outputs", async () => {
    const files = await fs.readdir(inRepository("model/notebooks"));
    const notebooks = files.filter((file) => file.endsWith(".ipynb"));
    expect(notebooks).toEqual(expect.arrayContaining(["client.ipynb", "train_and_export.ipynb"]));
    expect(files).toEqual(expect.arrayContaining(notebooks.map((n) => n.replace(/ipynb$/, "py"))));
    await repository.run("pre-commit", "run", "--all-files");
  }, 300_000);

  it("lose outputs on their way in, and a change is shown by cells", async () => {
    await changeCell({ execution_count: 7, outputs: [], source: ["print('changed')"] });
    expect(await repository.run("git", "diff")).toContain("nbdiff");
    await repository.run("git", "add", client);
    const staged = await repository.run("git", "show", `:${client}`);
    expect(staged).toContain("print('changed')");
    expect(staged).not.toContain('"execution_count": 7');
    await repository.run("git", "reset", "--hard", "--quiet");
  });

  it("are not committed apart from their scripts", async () => {
    await fs.appendFile(inRepository("model/notebooks/client.py"), "\n# %%\nprint('one more')\n");
    const commit = () => repository.run("git", "commit", "--quiet", "--all", "--message", "more");
    await expect(commit()).rejects.toThrow(/notebooks and their scripts are the same.*Failed/);
    expect(await fs.readFile(inRepository(client), "utf8")).toContain("one more");
    await commit();
  });
});
