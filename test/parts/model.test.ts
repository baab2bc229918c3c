// The sample model: what is committed, and that its commands make the same again.
import { execFile } from "node:child_process";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const model = path.resolve(__dirname, "../../model");
const versions = path.join(model, "classifier", "my_model");
// Commands install TensorFlow on first use, in model/.venv; progress output can be long.
const patience = { maxBuffer: 64 << 20, timeout: 550_000 };

interface HeldOut {
  file: string;
  classIndex: number;
  className: string;
}

interface Facts {
  signature: { inputs: object; outputs: object };
  answers: [number, number][];
  warmUp: [string, string, number][];
  seenInTraining: number;
}

const named: [number, string][] = [
  [0, "Actiniaria"],
  [57, "Hippasteria_phrygiana"],
  [66, "Lithodes_ferox"],
  [77, "Nassarius speciosus"],
  [79, "Neolithodes_asperrimus"],
  [85, "Ophiothrix_fragilis"],
  [90, "Parapagurus_bouvieri"],
  [106, "Prawns"],
  [120, "Salpa_spp_"],
  [125, "Solenocera_africana"],
];

let scratch: string;
let version: string;
let facts: Facts;
let heldOut: HeldOut[];

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
  heldOut = JSON.parse(await fs.readFile(path.join(model, "held_out/held_out.json"), "utf8"));
  [version] = (await fs.readdir(versions)).map((name) => path.join(versions, name));
  facts = await factsOf(version);
});

afterAll(() => fs.rm(scratch, { recursive: true, force: true }));

describe("the committed files", () => {
  it("name 137 different classes, the tutorial's ten at their indices", async () => {
    const names = (await fs.readFile(path.join(model, "class_names.txt"), "utf8")).trimEnd();
    const list = names.split("\n");
    expect(new Set(list).size).toBe(137);
    expect(named.map(([index]) => [index, list[index]])).toEqual(named);
  });

  it("hold one held-out picture of each of the ten", () => {
    expect(heldOut.map((entry) => [entry.classIndex, entry.className])).toEqual(named);
  });

  it("hold one version, numbered by the time of its export", async () => {
    expect(await fs.readdir(versions)).toEqual([expect.stringMatching(/^1[6-9]\d{8}$/)]);
  });

  it("ship the class names inside the SavedModel", async () => {
    const shipped = await fs.readFile(path.join(version, "assets.extra/class_names.txt"), "utf8");
    expect(shipped).toBe(await fs.readFile(path.join(model, "class_names.txt"), "utf8"));
  });

  it.each(["client.ipynb", "train_and_export.ipynb"])("hold %s without outputs", async (file) => {
    const notebook = JSON.parse(await fs.readFile(path.join(model, "notebooks", file), "utf8")) as {
      cells: { cell_type: string; outputs?: unknown[]; execution_count?: unknown }[];
    };
    const code = notebook.cells.filter((cell) => cell.cell_type === "code");
    expect(code.length).toBeGreaterThan(0);
    expect(code.every((cell) => cell.outputs!.length === 0 && cell.execution_count === null)).toBe(
      true,
    );
  });
});

describe("the committed SavedModel", () => {
  it("has one signature: raw pictures in, 137 probabilities out", () => {
    expect(facts.signature).toEqual({
      inputs: { images: ["float32", [null, 224, 224, 3]] },
      outputs: { probabilities: ["float32", [null, 137]] },
    });
  });

  it("names all ten held-out pictures", () => {
    expect(facts.answers.map(([index]) => index)).toEqual(named.map(([index]) => index));
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
    expect(training.stdout).toMatch(/Held-out accuracy 0\.\d+ on 137 pictures/);
    expect((await fs.readdir(trained)).sort()).toEqual(["my_model.h5", "my_model.keras"]);

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
