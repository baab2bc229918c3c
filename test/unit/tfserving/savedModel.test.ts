import * as fs from "node:fs";
import * as path from "node:path";

import fc from "fast-check";
import { Writer } from "protobufjs";
import { describe, expect, it, vi } from "vitest";

import { dataTypeName } from "../../../components/core/tfserving/dataTypes";
import { readSavedModel } from "../../../components/core/tfserving/savedModel";
import * as leanMessage from "../../../components/core/tfserving/leanMessage";
import { node } from "./graphFile";
import {
  encode,
  encodeSavedModel,
  savedModelWith,
  temporaryFolder,
  testdata,
  writeFiles,
  type WrittenNode,
  WrittenTensor,
} from "./savedModelFile";

describe("a SavedModel that TensorFlow wrote", () => {
  it("gives names, types and shapes of a signature", () => {
    const [metaGraph] = readSavedModel(path.join(testdata, "scale", "1")).metaGraphs;
    expect(metaGraph.signatures.serving_default).toEqual({
      methodName: "tensorflow/serving/predict",
      inputs: {
        notes: { name: "serving_default_notes:0", dtype: "string" },
        x: { name: "serving_default_x:0", dtype: "float32", shape: [-1, 3] },
      },
      outputs: {
        count: { name: "StatefulPartitionedCall:0", dtype: "int32", shape: [] },
        y: { name: "StatefulPartitionedCall:1", dtype: "float32", shape: [-1, 3] },
      },
    });
  });

  it("gives tags, TensorFlow's version and that there are variables", () => {
    const [metaGraph] = readSavedModel(path.join(testdata, "scale", "1")).metaGraphs;
    expect(metaGraph.tags).toEqual(["serve"]);
    expect(metaGraph.tensorflowVersion).toMatch(/^2\.\d+\.\d+/);
    expect(metaGraph.hasVariables).toBe(true);
  });

  it("gives that there are no variables", () => {
    const [metaGraph] = readSavedModel(path.join(testdata, "add_one", "1")).metaGraphs;
    expect(metaGraph.hasVariables).toBe(false);
  });

  it("gives the files that it reads, hidden ones too", () => {
    const [metaGraph] = readSavedModel(path.join(testdata, "sharded", "1")).metaGraphs;
    expect(metaGraph.assets).toEqual([".vocab.txt"]);
  });

  it("from TensorFlow 1 gives every graph, sparse inputs and variables", () => {
    const { metaGraphs } = readSavedModel(path.join(testdata, "tf1", "7"));
    expect(metaGraphs.map(({ tags }) => tags)).toEqual([["serve"], ["gpu", "serve"]]);
    expect(metaGraphs.map(({ hasVariables }) => hasVariables)).toEqual([true, true]);
    expect(metaGraphs[1].signatures.serving_default.inputs).toEqual({
      words: { name: "words/values:0", dtype: "int32" },
      x: { name: "x:0", dtype: "float32", shape: [-1] },
    });
  });
});

describe("an encoded SavedModel", () => {
  const name = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => text !== "__proto__");
  const tensor = fc.record({
    name: fc.string({ minLength: 1 }),
    dtype: fc.integer({ min: 1, max: 33 }),
    shape: fc.option(fc.array(fc.integer({ min: -1, max: 2 ** 53 - 1 }), { maxLength: 5 }), {
      nil: undefined,
    }),
  });
  const tensors = fc.dictionary(name, tensor, { maxKeys: 4, noNullPrototype: true });
  const signature = fc.record({ methodName: fc.string(), inputs: tensors, outputs: tensors });
  const metaGraph = fc.record({
    tags: fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 3 }),
    signatures: fc.dictionary(name, signature, { maxKeys: 4, noNullPrototype: true }),
    nodes: fc.array(fc.record({ name: fc.string(), op: fc.string() }), { maxLength: 3 }),
    variables: fc.array(fc.boolean(), { maxLength: 4 }),
    assets: fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 3 }),
  });

  const mapValues = <From, To>(record: Record<string, From>, to: (value: From) => To) =>
    Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]));
  const written = (spec: { name: string; dtype: number; shape?: number[] }): WrittenTensor => ({
    name: spec.name,
    dtype: spec.dtype,
    tensorShape: spec.shape ? { dim: spec.shape.map((size) => ({ size })) } : { unknownRank: true },
  });
  const read = (spec: { name: string; dtype: number; shape?: number[] }) => ({
    name: spec.name,
    dtype: dataTypeName(spec.dtype),
    ...(spec.shape && { shape: spec.shape }),
  });

  it("is read as it was written", () => {
    const folder = temporaryFolder();
    fc.assert(
      fc.property(fc.array(metaGraph, { minLength: 1, maxLength: 3 }), (metaGraphs) => {
        const bytes = encodeSavedModel({
          savedModelSchemaVersion: 1,
          metaGraphs: metaGraphs.map(({ tags, signatures, nodes, variables, assets }) => ({
            metaInfoDef: { tags, tensorflowVersion: "2.19.0" },
            graphDef: { node: nodes },
            signatureDef: mapValues(signatures, ({ methodName, inputs, outputs }) => ({
              methodName,
              inputs: mapValues(inputs, written),
              outputs: mapValues(outputs, written),
            })),
            assetFileDef: assets.map((filename) => ({ filename })),
            objectGraphDef: {
              nodes: variables.map((is) => (is ? { variable: {} } : {})),
            },
          })),
        });
        writeFiles(folder, { "saved_model.pb": bytes });
        expect(readSavedModel(folder)).toEqual({
          metaGraphs: metaGraphs.map(({ tags, signatures, nodes, variables, assets }) => ({
            tags: [...tags].sort(),
            tensorflowVersion: "2.19.0",
            hasVariables: variables.includes(true),
            assets: [...assets].sort(),
            stateful: {},
            operations: [...new Set(nodes.map(({ op }) => op).filter(Boolean))].sort(),
            minConsumer: 0,
            signatures: mapValues(signatures, ({ methodName, inputs, outputs }) => ({
              methodName,
              inputs: mapValues(inputs, read),
              outputs: mapValues(outputs, read),
            })),
          })),
        });
      }),
    );
  });

  it("is read whatever the order in which TensorFlow wrote its maps", () => {
    const folder = temporaryFolder();
    writeFiles(folder, { "saved_model.pb": encodeSavedModel(savedModelWith("b", "a", "c")) });
    expect(Object.keys(readSavedModel(folder).metaGraphs[0].signatures)).toEqual(["a", "b", "c"]);
  });

  it.each([
    ["signatures last", savedModelWith("serving_default")],
    ["its graph last", savedModelWith()],
  ])("cut anywhere is refused, naming the file: %s", (_, savedModel) => {
    const folder = temporaryFolder();
    const bytes = encodeSavedModel(savedModel);
    for (let length = 1; length < bytes.length; length++) {
      writeFiles(folder, { "saved_model.pb": bytes.subarray(0, length) });
      expect(() => readSavedModel(folder), `${length} bytes`).toThrow(
        `${path.join(folder, "saved_model.pb")} is truncated or no SavedModel (${length} bytes`,
      );
    }
  });

  it("is read in little memory when its weights have 2 GB, and all else of it", () => {
    const folder = temporaryFolder();
    const nodes = [node("y", "AssignAdd", ["w"]), node("other", "Const")];
    writeWithWeightsOf(2e9, nodes, folder);
    const before = process.memoryUsage().arrayBuffers;
    const [metaGraph] = readSavedModel(folder).metaGraphs;
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
    expect(metaGraph.tags).toEqual(["serve"]);
    expect(Object.keys(metaGraph.signatures)).toEqual(["serving_default"]);
    expect(metaGraph.stateful).toEqual({ serving_default: "AssignAdd" });
  });

  it("is refused when its weights are cut", () => {
    const folder = temporaryFolder();
    writeWithWeightsOf(1e8, [], folder);
    fs.truncateSync(path.join(folder, "saved_model.pb"), 7e7);
    expect(() => readSavedModel(folder)).toThrow(
      "saved_model.pb is truncated or no SavedModel (70000000 bytes; it ends too early)",
    );
  });
});

describe("a file that is no SavedModel", () => {
  const truncated = "is truncated or no SavedModel";
  it.each([
    ["an empty file", "", "is empty"],
    ["text", "<html>404 Not Found</html>", truncated],
    ["a field number 0", Buffer.from([0x00, 0x01]), truncated],
    ["a group", Buffer.from([0x0b, 0x0c]), truncated],
    ["a schema version and nothing else", Buffer.from([0x08, 0x01]), "without any graph"],
    ["a graph that is garbage", Buffer.from([0x12, 0x03, 0x0a, 0x07, 0x01]), truncated],
    ["zeros", Buffer.alloc(100), truncated],
    ["a Keras model in HDF5", Buffer.from("\x89HDF\r\n\x1a\n", "latin1"), "but a Keras model or"],
    ["a Keras archive", Buffer.from("PK\x03\x04 and more"), "is no SavedModel but a Keras model"],
    ["TensorFlow Lite", Buffer.from("\x1c\0\0\0TFL3 and more"), "but a TensorFlow Lite model"],
    [
      "a frozen graph",
      Buffer.from([0x0a, 0x03, 0x0a, 0x01, 0x78, 0x12, 0x03, 0x0a, 0x01, 0x66]),
      "is no SavedModel but a graph without signatures (a frozen GraphDef): import it with",
    ],
  ])("is refused: %s", (_, content, message) => {
    const folder = temporaryFolder();
    writeFiles(folder, { "saved_model.pb": content });
    expect(() => readSavedModel(folder)).toThrow(message);
  });

  it("is refused over 2 GiB before it is read", () => {
    const folder = temporaryFolder();
    const file = path.join(folder, "saved_model.pb");
    writeFiles(folder, { "saved_model.pb": "" });
    fs.truncateSync(file, 2 ** 31);
    const read = vi.spyOn(leanMessage, "readLean");
    expect(() => readSavedModel(folder)).toThrow(
      `${file} has 2.15 GB, and TensorFlow reads 2.14 GB (2 GiB) at most: keep weights in variables`,
    );
    expect(read).not.toHaveBeenCalled();
  });

  it("is refused when there is none", () => {
    expect(() => readSavedModel(temporaryFolder())).toThrow(/ENOENT.*saved_model\.pb/);
  });
});

describe("data types", () => {
  it.each([
    [0, "invalid"],
    [1, "float32"],
    [7, "string"],
    [9, "int64"],
    [14, "bfloat16"],
    [19, "float16"],
    [33, "float4_e2m1fn"],
    [101, "float32_ref"],
    [34, "unknown(34)"],
    [-1, "unknown(-1)"],
  ])("%i is %s", (dataType, name) => {
    expect(dataTypeName(dataType)).toBe(name);
  });
});

/** Writes a SavedModel sparsely: in front of its graph is one more node, of so many bytes. */
function writeWithWeightsOf(bytes: number, nodes: WrittenNode[], folder: string): void {
  const { metaInfoDef, signatureDef } = savedModelWith("serving_default").metaGraphs[0];
  const rest = encode("MetaGraphDef", { metaInfoDef, signatureDef });
  const graph = encode("GraphDef", { node: nodes });
  const header = (tag: number, length: number) =>
    Writer.create().uint32(tag).uint32(length).finish();
  const weights = header(0x0a, bytes);
  const graphDef = header(0x12, weights.length + bytes + graph.length);
  const length = graphDef.length + weights.length + bytes + graph.length + rest.length;
  const start = Buffer.concat([header(0x12, length), graphDef, weights]);
  const end = Buffer.concat([graph, rest]);
  const file = fs.openSync(path.join(folder, "saved_model.pb"), "w");
  fs.writeSync(file, start, 0, start.length, 0);
  fs.writeSync(file, end, 0, end.length, start.length + bytes);
  fs.closeSync(file);
}
