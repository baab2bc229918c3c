import { expect, it } from "vitest";
import { signatureChanges } from "../../../../cli/preview/signatureChanges";
import type { ModelSignature } from "../../../../cli/targets/target";

const image = { dtype: "float32", shape: [-1, 224, 224, 3] };
const classes = { dtype: "float32", shape: [-1, 137] };
const before: ModelSignature = {
  methodName: "tensorflow/serving/predict",
  ...{ inputs: { images: image }, outputs: { probabilities: classes } },
};
const breaking = (inputs: ModelSignature["inputs"], outputs = before.outputs, more = {}) =>
  signatureChanges(before, { ...before, inputs, outputs, ...more })
    .filter((change) => change.breaking)
    .map(({ text }) => text);

it("the same signature changes nothing, whatever its tensors are called inside", () => {
  const same = { images: { ...image, name: "other:0" } };
  expect(signatureChanges(before, { ...before, inputs: same })).toEqual([]);
});

it.each([
  ["another dtype", { images: { ...image, dtype: "uint8" } }, "is uint8 and no longer float32"],
  ["another size", { images: { ...image, shape: [-1, 96, 96, 3] } }, "has shape [-1, 96, 96, 3]"],
  [
    "a fixed batch",
    { images: { ...image, shape: [1, 224, 224, 3] } },
    "has shape [1, 224, 224, 3]",
  ],
  ["another rank", { images: { ...image, shape: [-1, 150528] } }, "has shape [-1, 150528]"],
  ["no input of that name", { pictures: image }, "`images` is gone"],
  ["one input more", { images: image, mask: image }, "`mask` is new"],
])("an input with %s breaks clients", (_, inputs, said) => {
  expect(breaking(inputs).join()).toContain(said);
});

it.each([
  ["is gone", {}, "`probabilities` is gone"],
  ["has another dtype", { probabilities: { ...classes, dtype: "float64" } }, "is float64"],
  ["has another size", { probabilities: { ...classes, shape: [-1, 12] } }, "has shape [-1, 12]"],
  ["may have any size", { probabilities: { ...classes, shape: [-1, -1] } }, "has shape [-1, -1]"],
])("an output that %s breaks clients", (_, outputs, said) => {
  expect(breaking(before.inputs, outputs as ModelSignature["outputs"]).join()).toContain(said);
});

it("another method breaks clients", () => {
  const classify = { methodName: "tensorflow/serving/classify" };
  expect(breaking(before.inputs, before.outputs, classify)).toEqual([
    "the method is classify and no longer predict",
  ]);
});

it.each([
  ["one output more", before.inputs, { ...before.outputs, embedding: classes }],
  ["an input of any size", { images: { ...image, shape: [-1, -1, -1, 3] } }, before.outputs],
  ["an input of any shape", { images: { dtype: "float32" } }, before.outputs],
  ["a more exact output", before.inputs, { probabilities: { ...classes, shape: [1, 137] } }],
])("%s breaks nobody, and is told", (_, inputs, outputs) => {
  const changes = signatureChanges(before, { ...before, inputs, outputs });
  expect(changes.map((change) => change.breaking)).toEqual([false]);
});
