// The sample model as it is committed; test/nightly/model.test.ts runs the commands that make it.
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../../../cli/setup/folders";

const model = path.join(root, "model");
const versions = path.join(model, "classifier", "my_model");
const classNames = fs.readFileSync(path.join(model, "class_names.txt"), "utf8");
const named = [
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
] as const;

describe("the sample model's committed files", () => {
  it("name 137 different classes, the tutorial's ten at their indices", () => {
    const list = classNames.trimEnd().split("\n");
    expect(new Set(list).size).toBe(137);
    expect(named.map(([index]) => [index, list[index]])).toEqual(named);
  });

  it("hold one held-out picture of each of the ten", () => {
    const text = fs.readFileSync(path.join(model, "held_out", "held_out.json"), "utf8");
    const heldOut = JSON.parse(text) as { classIndex: number; className: string }[];
    expect(heldOut.map((entry) => [entry.classIndex, entry.className])).toEqual(named);
  });

  it("hold one version, numbered by the time of its export, with the class names inside", () => {
    const [version, ...others] = fs.readdirSync(versions);
    expect([version, ...others]).toEqual([expect.stringMatching(/^1[6-9]\d{8}$/)]);
    const shipped = path.join(versions, version, "assets.extra", "class_names.txt");
    expect(fs.readFileSync(shipped, "utf8")).toBe(classNames);
  });
});
