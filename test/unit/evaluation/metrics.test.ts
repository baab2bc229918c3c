import { describe, expect, it } from "vitest";
import { type Label, metricNamed, valueOf } from "../../../components/core/evaluation/metrics";
import { limitsText, shortcomings } from "../../../components/core/evaluation/verdict";

function value(name: string, answers: unknown[], labels: Label[]): number {
  return valueOf(metricNamed(name)!, answers, labels);
}

describe("a metric", () => {
  const scores = [
    [0.1, 0.7, 0.2],
    [0.5, 0.3, 0.2],
    [0.1, 0.2, 0.7],
    [0.4, 0.4, 0.2],
  ];

  it.each<[string, string, unknown[], Label[], number]>([
    ["counts the best class", "accuracy", scores, [1, 1, 2, 0], 0.75],
    ["takes the first of two best classes, as argmax does", "accuracy", scores, [1, 0, 2, 1], 0.75],
    ["takes one score for the second of two classes", "accuracy", [[0.9], [0.2]], [1, 1], 0.5],
    ["takes a whole number for the class itself", "accuracy", [7, 8], [7, 7], 0.5],
    ["finds the only vector of several outputs", "accuracy", [{ id: 1, p: [0, 1] }], [1], 1],
    ["counts a score that is no number as wrong", "accuracy", [[NaN, 0.2]], [0], 0],
    ["counts the best two", "top2Accuracy", scores, [2, 1, 0, 2], 0.5],
    ["is the mean error", "meanAbsoluteError", [1, [3], -1], [2, 3, 1], 1],
    ["is the mean error of several numbers", "meanAbsoluteError", [[1, 5]], [[2, 2]], 2],
    ["is the mean loss", "logLoss", [[0.5, 0.5], [0.25]], [0, 1], Math.log(8) / 2],
    ["is large and finite for a probability of 0", "logLoss", [[0, 1]], [0], -Math.log(1e-15)],
  ])("%s: %s", (_, name, answers, labels, expected) => {
    expect(value(name, answers, labels)).toBeCloseTo(expected, 12);
  });

  it.each<[string, unknown, Label, string]>([
    ["accuracy", "cat", 0, "the answer to example 1 has no scores of classes"],
    ["logLoss", [2.5, -1], 0, "gives its class 0 the score 2.5, which is no probability"],
    ["meanAbsoluteError", [1, 2], 1, "is [1,2], and its label is 1"],
    ["meanAbsoluteError", NaN, 1, "and its label is 1"],
  ])("%s says what is wrong with the answer %j", (name, answer, label, message) => {
    expect(() => value(name, [answer], [label])).toThrow(message);
  });

  it.each(["top1Accuracy", "Accuracy", "toString", ""])("is not called %j", (name) => {
    expect(metricNamed(name)).toBeUndefined();
  });
});

describe("a model is good enough", () => {
  const accuracy = { metric: "accuracy", atLeast: 0.9, notWorseBy: 0 };

  it("where it is as good as what serves, and at the limit", () => {
    expect(shortcomings(accuracy, 0.9, 0.9)).toEqual([]);
    expect(shortcomings(accuracy, 0.1 + 0.2 + 0.6, 0.9)).toEqual([]);
    expect(shortcomings({ ...accuracy, notWorseBy: 0.01 }, 0.94, 0.95)).toEqual([]);
    expect(shortcomings({ metric: "logLoss", atMost: 0.5, notWorseBy: 0 }, 0.4, 0.4)).toEqual([]);
  });

  it("where nothing serves, or nobody asks for a comparison", () => {
    expect(shortcomings(accuracy, 0.9)).toEqual([]);
    expect(shortcomings({ metric: "accuracy" }, 0.1, 0.9)).toEqual([]);
  });

  it("where less is better only with less", () => {
    const error = { metric: "meanAbsoluteError", atMost: 2, notWorseBy: 0.5 };
    expect(shortcomings(error, 1.2, 1)).toEqual([]);
    expect(shortcomings(error, 2.2, 1)).toEqual([
      "atMost allows 2",
      "what serves has 1, more than 0.5 better",
    ]);
  });

  it("else is told all that it lacks", () => {
    expect(shortcomings(accuracy, 0.85, 0.9)).toEqual([
      "atLeast asks for 0.9",
      "what serves has 0.9",
    ]);
  });

  it("by limits that read as a sentence", () => {
    expect(limitsText(accuracy, 0.93)).toBe(
      "at least 0.9, not worse than 0.93, which what serves has",
    );
    expect(limitsText({ metric: "logLoss", atMost: 1, notWorseBy: 0.1 })).toBe(
      "at most 1, not worse than what serves by more than 0.1",
    );
    expect(limitsText({ metric: "accuracy" })).toBe("whatever it is");
  });
});
