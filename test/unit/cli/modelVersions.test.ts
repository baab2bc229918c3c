import { describe, expect, it } from "vitest";
import { evaluationText, isServed, versionLines } from "../../../cli/predict/models";

const two = [
  { version: "2", state: "AVAILABLE", message: "" },
  { version: "1", state: "AVAILABLE", message: "" },
];

const fish = (versions: typeof two, labels: Record<string, string>) => ({
  ...{ name: "fish", versions, labels },
});

describe("the lines of a model", () => {
  it("tell each version, its state and its labels", () => {
    expect(versionLines(fish(two, { stable: "1", canary: "2", best: "2" }))).toEqual([
      "fish version 2 AVAILABLE, labels best, canary",
      "fish version 1 AVAILABLE, label stable",
    ]);
  });

  it("tell why a version is not served", () => {
    const broken = { version: "3", state: "END", message: "no such file" };
    expect(versionLines(fish([broken], { next: "3" }))).toEqual([
      "fish version 3 END, label next: no such file",
    ]);
  });

  it("tell of a label whose version is not there", () => {
    expect(versionLines(fish(two, { next: "3" }))).toContain(
      "fish label next is on version 3, which is not there",
    );
  });
});

describe("a model is served", () => {
  it.each([
    [true, "with one version of several", ["AVAILABLE", "END"], {}],
    [false, "without any", ["END", "LOADING"], {}],
    [true, "with every label", ["AVAILABLE", "AVAILABLE"], { stable: "1", canary: "2" }],
    [false, "without a label's version", ["AVAILABLE", "END"], { stable: "1" }],
    [false, "with a label on a version that is not there", ["AVAILABLE", "END"], { stable: "9" }],
  ])("%s: %s", (served, _, states, labels) => {
    const versions = two.map((one, index) => ({ ...one, state: states[index] }));
    expect(isServed(fish(versions, labels as Record<string, string>))).toBe(served);
  });
});

it("what was found of a release stands beside what was found of the one before", () => {
  const evaluation = { metric: "accuracy", value: 0.94, examples: 200 };
  const before = { ...evaluation, value: 0.93 };
  expect(evaluationText({ ...evaluation, previous: before })).toBe(
    "accuracy 0.94 on 200 examples, 0.93 before",
  );
  expect(evaluationText({ ...evaluation, previous: { ...before, metric: "logLoss" } })).toBe(
    "accuracy 0.94 on 200 examples",
  );
});
