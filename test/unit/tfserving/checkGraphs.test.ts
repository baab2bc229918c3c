import { describe, expect, it } from "vitest";

import { checkServingImage } from "@tf-model-serving/core";
import { defaultImages } from "../../../components/core/arguments/images";
import { modelRemarks } from "../../../components/core/image/modelRemarks";
import { tensorflowOf } from "../../../components/core/tfserving/baseImage";
import { serverOperations } from "../../../components/core/tfserving/graphOperations";
import { checkServedModels } from "../../../components/core/tfserving/servedModels";
import { modelFolder as folderWith } from "../../support/modelFolder";
import { refusals } from "../../support/refusals";
import { functionOf, node, savedModelOf } from "./graphFile";

const published = "tensorflow/serving:2.19.1";
const answers = node("y", "Mul");

function imageOf(savedModel: Uint8Array, baseImage = published) {
  const modelFolder = folderWith({ "m/1/saved_model.pb": savedModel });
  return { modelFolder, modelName: "m", signatureName: "serving_default", baseImage };
}

/** Why no image can be made of a model. */
function reasonsOf(savedModel: Uint8Array, baseImage?: string): string[] {
  const args = imageOf(savedModel, baseImage);
  return checkServingImage(args).map(
    ({ propertyPath, reason }) => `${propertyPath}: ${reason.replace(args.modelFolder, "DIR")}`,
  );
}

function warningsOf(savedModel: Uint8Array, baseImage: string): string[] {
  const args = imageOf(savedModel, baseImage);
  return modelRemarks(args, checkServedModels(args).loaded).warnings;
}

const own = savedModelOf([answers, node("own", "Team>Own")]);
const unloadable = {
  "an operation of a newer TensorFlow": savedModelOf([answers, node("read", "DecodeWebP")]),
  "one of a newer and one of an even newer": savedModelOf([
    ...[answers, node("webp", "DecodeWebP"), node("jxl", "DecodeJxl")],
  ]),
  "an operation of the team's own": own,
  "an operation that was dropped": savedModelOf([answers, node("lite", "TfLiteSubgraphExecute")]),
  "one in a function that a function calls": savedModelOf(
    [node("y", "StatefulPartitionedCall", [], "outer")],
    [
      functionOf("outer", node("call", "PartitionedCall", [], "inner")),
      functionOf("inner", node("own", "Team>Own")),
    ],
  ),
  "a newer graph version": savedModelOf([answers], [], 2200),
  "one that is not known yet, and an operation": savedModelOf([node("y", "Team>Own")], [], 99999),
};

describe("a model is refused for", () => {
  it("what its server cannot load, which is named", async () => {
    const said = await refusals(unloadable, (savedModel) => reasonsOf(savedModel));
    await expect(said).toMatchFileSnapshot("snapshots/unloadable-graphs.txt");
  });
});

describe("a model is served", () => {
  it.each<[string, Uint8Array]>([
    ["with operations of TensorFlow", savedModelOf([answers], [], 12)],
    [
      "with those of TensorFlow Text",
      savedModelOf([answers, node("t", "WordpieceTokenizeWithOffsets")]),
    ],
    [
      "with those of Decision Forests",
      savedModelOf([answers, node("f", "SimpleMLInferenceOpWithHandle")]),
    ],
    [
      "with a function called by its name",
      savedModelOf([node("y", "f")], [functionOf("f", answers)]),
    ],
    [
      "with any in functions that nothing calls",
      savedModelOf([answers], [functionOf("train", node("x", "Team>Own"))]),
    ],
    ["with the graph version of its server", savedModelOf([answers], [], 2129)],
  ])("%s", (_, savedModel) => {
    expect(reasonsOf(savedModel)).toEqual([]);
    expect(warningsOf(savedModel, published)).toEqual([]);
  });

  it.each(["team/models:2.19", "tensorflow/serving:nightly", "tensorflow/serving:2.15.1"])(
    "whatever it holds by a server that is not known: %s",
    (baseImage) => {
      expect(reasonsOf(own, baseImage)).toEqual([]);
      expect(warningsOf(own, baseImage)).toEqual([]);
    },
  );

  it("with a warning by a server that may have been built with more operations", () => {
    expect(reasonsOf(own, "team/serving:2.19.1")).toEqual([]);
    expect(warningsOf(own, "team/serving:2.19.1")).toEqual([
      expect.stringMatching(
        /^TensorFlow Serving 2\.19 has no operation "Team>Own", which .*m\/1" needs: /,
      ),
    ]);
  });
});

it("the operations of the default image are known", () => {
  const { graphVersion, operations } = serverOperations().get(
    tensorflowOf(defaultImages.serving)!.join("."),
  )!;
  expect(graphVersion).toBe(2129);
  expect(operations.size).toBeGreaterThan(1500);
  expect([...serverOperations().keys()]).toEqual(["2.16", "2.17", "2.18", "2.19", "2.20", "2.21"]);
});
