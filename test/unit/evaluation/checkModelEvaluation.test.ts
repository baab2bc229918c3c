import * as path from "node:path";
import { expect, it } from "vitest";
import {
  checkModelEvaluation,
  type ModelEvaluationArgs,
  type Signature,
} from "@tf-model-serving/core";
import { temporaryFolder, writeFiles } from "../../support/modelFolder";
import { refusals } from "../../support/refusals";

const tensor = (dtype: string, shape?: number[]) => ({ name: "t", dtype, shape });
const signatureOf = (
  inputs: Signature["inputs"],
  outputs: Signature["outputs"] = { y: tensor("float32", [-1, 3]) },
): Signature => ({ methodName: "", inputs, outputs });
const rows = signatureOf({ x: tensor("float32", [-1, 2]) });

/** Data by its examples, in a folder of the test's own. */
function data(...examples: object[]): string {
  const folder = temporaryFolder();
  writeFiles(folder, { "data.json": JSON.stringify(examples), "a.png": "a picture" });
  return path.join(folder, "data.json");
}

const good = { instance: [1, 2], label: 2 };
const ask = (args: object, signature = rows) =>
  checkModelEvaluation(
    {
      ...{ image: "tf_serving:1", modelName: "m", signature: rows, metric: "accuracy" },
      ...args,
    } as ModelEvaluationArgs,
    signature,
  ).map(({ propertyPath, reason }) => ({
    propertyPath,
    reason: reason.replace(/"\/[^"]*\/tfserving-[^/]*\//g, '"'),
  }));

it("an evaluation that can work is not refused", () => {
  expect(ask({ data: data(good), atLeast: 0.9, notWorseBy: 0.01 })).toEqual([]);
  const error = { metric: "meanAbsoluteError", atMost: 3, output: "y" };
  expect(ask({ ...error, data: data({ ...good, label: [1, 2, 3] }) })).toEqual([]);
  const named = signatureOf({ a: tensor("int64", [-1]), b: tensor("string", [-1]) });
  expect(ask({ data: data({ instance: { a: 1, b: { b64: "eA==" } }, label: 0 }) }, named)).toEqual(
    [],
  );
  const pictures = signatureOf({ x: tensor("float32", [-1, 2, 2, 3]) });
  expect(ask({ data: data({ file: "a.png", classIndex: 0 }) }, pictures)).toEqual([]);
});

it("an evaluation that cannot work is refused, all of it at once", async () => {
  const cases: Record<string, [object, Signature?]> = {
    "nothing but an image": [{ data: undefined, metric: undefined }],
    "an unknown metric": [{ data: data(good), metric: "f1" }],
    "data that is not there": [{ data: "no/such.json" }],
    "limits outside of the metric's range": [{ data: data(good), atLeast: 95, notWorseBy: 2 }],
    "a limit from the wrong side": [{ data: data(good), atMost: 1 }],
    "another limit from the wrong side": [{ data: data(good), metric: "logLoss", atLeast: 1 }],
    "labels outside of the output": [
      { data: data(good, { ...good, label: 3 }, { ...good, label: -1 }) },
    ],
    "labels that are no numbers": [
      { data: data({ ...good, label: "cat" }), metric: "meanAbsoluteError" },
    ],
    "an instance of another shape": [{ data: data({ ...good, instance: [1, 2, 3] }) }],
    "an instance of another type": [{ data: data({ ...good, instance: ["1", "2"] }) }],
    "an input that is not there": [{ data: data({ ...good, instance: { z: [1, 2] } }) }],
    "a value for one of two inputs": [
      { data: data({ ...good, instance: [1] }) },
      signatureOf({ a: tensor("float32", [-1]), b: tensor("float32", [-1]) }),
    ],
    "fractions for whole numbers": [
      { data: data({ ...good, instance: 1.5 }) },
      signatureOf({ x: tensor("int32", [-1]) }),
    ],
    "pictures for rows": [{ data: data({ file: "a.png", classIndex: 0 }) }],
    "a fixed number of rows": [
      { data: data(good, good, good) },
      signatureOf({ x: tensor("float32", [2, 2]) }),
    ],
    "an input without rows": [{ data: data(good) }, signatureOf({ x: tensor("float32", []) })],
    "an output that is not there": [{ data: data(good), output: "z" }],
    "several outputs and no name": [
      { data: data(good), metric: "meanAbsoluteError" },
      signatureOf(rows.inputs, { a: tensor("float32", [-1]), b: tensor("float32", [-1]) }),
    ],
    "much at once": [{ data: "no/such.json", metric: "f1", timeoutSeconds: 0, cpus: 0, at: 1 }],
  };
  const text = await refusals(cases, ([args, signature]) => ask(args, signature));
  await expect(text).toMatchFileSnapshot("snapshots/refused.txt");
});
