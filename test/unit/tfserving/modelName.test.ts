import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { checkModelName } from "../../../components/core/tfserving/modelName";

describe("a model name", () => {
  it.each(["my_model", "m", "ResNet-50.v2", "_x", "7", "a".repeat(128)])("may be %s", (name) => {
    expect(checkModelName(name, "modelName")).toEqual([]);
  });

  it.each([
    ["", "is empty"],
    ["a/b", 'holds "/" or ":"'],
    ["a:predict", 'holds "/" or ":"'],
    [".", "cannot be used unescaped"],
    ["..", "cannot be used unescaped"],
    ["-x", "cannot be used unescaped"],
    ["my model", "cannot be used unescaped"],
    ["modèle", "cannot be used unescaped"],
    ["a,b", "cannot be used unescaped"],
    ["$(id)", "cannot be used unescaped"],
    ["a\n", "cannot be used unescaped"],
    ["a".repeat(129), "has 129 characters"],
  ])("may not be %j", (name, reason) => {
    const [problem, ...more] = checkModelName(name, "model.name");
    expect(more).toEqual([]);
    expect(problem.propertyPath).toBe("model.name");
    expect(problem.reason).toContain(reason);
  });

  it("that is taken matches TensorFlow Serving's URLs and needs no escaping", () => {
    const unit = fc.constantFrom(..."aZ09_-./:%é \\");
    const status = /^\/v1\/models\/([^/:]+)$/;
    fc.assert(
      fc.property(fc.string({ unit, minLength: 1, maxLength: 5 }), (name) => {
        fc.pre(checkModelName(name, "modelName").length === 0);
        expect(status.exec(`/v1/models/${name}`)?.[1]).toBe(name);
        expect(encodeURIComponent(name)).toBe(name);
      }),
    );
  });
});
