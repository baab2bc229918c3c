import * as fs from "fs";
import * as path from "path";
import { Writer } from "protobufjs";
import { encodeSavedModel, temporaryFolder } from "../../test/unit/tfserving/savedModelFile";

// DataType of tensorflow/core/framework/types.proto.
const float = 1;
const int32 = 3;

/** Name of the models that the bench makes. */
export const modelName = "factor";

/** Input and output of their signature serving_default. */
export const inputName = "x";

/**
 * A folder, for as long as the measurement, with one version of a model that takes rows of any length and gives the
 * largest value of each, times the version: the answer to ones says which version gave it, over
 * REST too. It computes next to nothing, so that what is measured is not the model.
 */
export function makeModel(version: number): string {
  const folder = temporaryFolder();
  // The image's user reads it.
  fs.chmodSync(folder, 0o755);
  const target = path.join(folder, modelName, String(version));
  fs.mkdirSync(target, { recursive: true });
  const rows = { dtype: float, tensorShape: { dim: [{ size: -1 }] } };
  const table = { dtype: float, tensorShape: { dim: [{ size: -1 }, { size: -1 }] } };
  const savedModel = encodeSavedModel({
    savedModelSchemaVersion: 1,
    metaGraphs: [
      {
        metaInfoDef: { tags: ["serve"], tensorflowVersion: "2.19.1" },
        graphDef: graph(version),
        signatureDef: {
          serving_default: {
            methodName: "tensorflow/serving/predict",
            inputs: { [inputName]: { name: "x:0", ...table } },
            outputs: { y: { name: "y:0", ...rows } },
          },
        },
      },
    ],
  });
  fs.writeFileSync(path.join(target, "saved_model.pb"), savedModel);
  return folder;
}

/**
 * A GraphDef with y = factor * max(x, 1).
 * Field numbers: tensorflow/core/framework/{graph,node_def,attr_value,tensor}.proto.
 */
function graph(factor: number): Uint8Array {
  const type = (key: string, dtype = float) =>
    attribute(key, (value) => value.uint32(6 << 3).int32(dtype));
  const scalar = (dtype: number, write: Write) =>
    attribute("value", (value) =>
      message(value, 8, (tensor) => {
        tensor.uint32(1 << 3).int32(dtype);
        message(tensor, 2, () => undefined);
        write(tensor);
      }),
    );
  const one = scalar(int32, (tensor) => message(tensor, 7, (values) => values.int32(1)));
  const version = scalar(float, (tensor) => message(tensor, 5, (values) => values.float(factor)));
  const writer = Writer.create();
  node(writer, "x", "Placeholder", [], [type("dtype")]);
  node(writer, "axis", "Const", [], [type("dtype", int32), one]);
  node(writer, "largest", "Max", ["x", "axis"], [type("T"), type("Tidx", int32)]);
  node(writer, "factor", "Const", [], [type("dtype"), version]);
  node(writer, "y", "Mul", ["factor", "largest"], [type("T")]);
  // The producer: these operations have been the same ever since.
  message(writer, 4, (versions) => versions.uint32(1 << 3).int32(1882));
  return writer.finish();
}

type Write = (writer: Writer) => unknown;

function node(
  graph: Writer,
  name: string,
  op: string,
  inputs: string[],
  attributes: Write[],
): void {
  message(graph, 1, (writer) => {
    writer.uint32((1 << 3) | 2).string(name);
    writer.uint32((2 << 3) | 2).string(op);
    for (const input of inputs) writer.uint32((3 << 3) | 2).string(input);
    for (const write of attributes) write(writer);
  });
}

function attribute(key: string, write: Write): Write {
  return (writer) =>
    message(writer, 5, (entry) => {
      entry.uint32((1 << 3) | 2).string(key);
      message(entry, 2, write);
    });
}

function message(writer: Writer, number: number, write: Write): void {
  writer.uint32((number << 3) | 2).fork();
  write(writer);
  writer.ldelim();
}
