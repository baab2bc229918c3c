import * as path from "node:path";

import { expect, describe, it } from "vitest";

import { readSavedModel } from "../../../components/core/tfserving/savedModel";
import { functionOf, node, savedModelOf } from "./graphFile";
import {
  temporaryFolder,
  testdata,
  writeFiles,
  type WrittenFunction,
  type WrittenNode,
} from "./savedModelFile";

describe("a model that TensorFlow wrote", () => {
  const found = (folder: string, tags = ["serve"]) => {
    const { metaGraphs } = readSavedModel(path.join(testdata, folder));
    const graph = metaGraphs.find((one) => one.tags.join() === tags.join())!;
    return graph.stateful.serving_default;
  };

  it.each(["scale/1", "add_one/1", "sharded/1"])(
    "and only reads variables has none: %s",
    (folder) => {
      expect(found(folder)).toBeUndefined();
    },
  );

  it("and sets variables when it is loaded has none", () => {
    expect(found("tf1/7")).toBeUndefined();
    expect(found("tf1/7", ["gpu", "serve"])).toBeUndefined();
  });
});

describe("a graph", () => {
  it("of TensorFlow 2 changes a variable in a function, behind a condition", () => {
    const library = [
      functionOf("signature", node("call", "StatefulPartitionedCall", [], "count")),
      functionOf("count", node("if", "If", [], "yes", "no")),
      functionOf("yes", node("add", "AssignAddVariableOp")),
      functionOf("no", node("read", "ReadVariableOp")),
    ];
    const y = (called: string) => node("y", "StatefulPartitionedCall", ["x"], called);
    expect(found([y("signature")], library)).toEqual({ serving_default: "AssignAddVariableOp" });
    expect(found([y("no")], library)).toEqual({});
  });

  it("of TensorFlow 1 changes a variable that an output waits for", () => {
    const nodes = [
      node("v", "VariableV2"),
      node("one", "Const"),
      node("add", "AssignAdd", ["v", "one"]),
      node("x", "Placeholder"),
    ];
    expect(found([...nodes, node("y", "Mul", ["x", "x:0", "^add"])])).toEqual({
      serving_default: "AssignAdd",
    });
    expect(found([...nodes, node("y", "Identity", ["v"])])).toEqual({});
  });

  it("may run in circles", () => {
    const nodes = [node("y", "Merge", ["next"]), node("next", "NextIteration", ["y"])];
    expect(found(nodes)).toEqual({});
  });
});

/** A version that answers with `y`. */
function found(nodes: WrittenNode[], functions: WrittenFunction[] = []): Record<string, string> {
  const folder = temporaryFolder();
  writeFiles(folder, { "saved_model.pb": savedModelOf(nodes, functions) });
  return readSavedModel(folder).metaGraphs[0].stateful;
}
