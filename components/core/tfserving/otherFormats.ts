import * as fs from "node:fs";
import * as path from "node:path";

const exportKeras =
  "load it with keras.models.load_model and export it with model.export(folder), or " +
  "tf.saved_model.save(model, folder)";

/** What people have in place of a SavedModel, each with the way to one. */
const formats = {
  hdf5: `a Keras model or its weights (HDF5): ${exportKeras}`,
  keras: `a Keras model: ${exportKeras}`,
  lite: "a TensorFlow Lite model, which cannot be turned back: export the model that it was made from",
  graph:
    "a graph without signatures (a frozen GraphDef): import it with tf.compat.v1.wrap_function and " +
    "tf.graph_util.import_graph_def, and save that with tf.saved_model.save and signatures=",
  checkpoint:
    "a checkpoint of a training, which has no graph: restore it into the model and export that with " +
    "model.export(folder) or tf.saved_model.save(model, folder)",
  torch:
    "a model of PyTorch, which TensorFlow Serving cannot run: with Hugging Face's transformers load it " +
    "into the TensorFlow class (from_pt=True) and use save_pretrained(folder, saved_model=True)",
  onnx: "an ONNX model, which TensorFlow Serving cannot run: convert it to a SavedModel first",
};

const byName: [RegExp, string][] = [
  [/\.keras$/i, formats.keras],
  [/\.(h5|hdf5)$/i, formats.hdf5],
  [/\.tflite$/i, formats.lite],
  // Files that lie beside a saved_model.pb are no graphs.
  [/^(?!(saved_model|keras_metadata|fingerprint|tfhub_module)\.pb$).*\.pb$/i, formats.graph],
  [/\.onnx$/i, formats.onnx],
  [/(\.safetensors|\.pth?|^pytorch_model\.bin)$/i, formats.torch],
  [/(^checkpoint|\.ckpt|\.index|\.meta|\.data-\d+-of-\d+)$/i, formats.checkpoint],
];

const startsOf: [RegExp, string][] = [
  [/^\x89HDF/, formats.hdf5],
  [/^PK\x03\x04/, formats.keras],
  [/^.{4}TFL3/s, formats.lite],
  // The first field of a GraphDef is a node, that of a SavedModel a number.
  [/^\n/, formats.graph],
];

const mostFolders = 200;
const deepest = 3;

/** What a file is that is no SavedModel, by its name; undefined for anything else. */
export function formatOfName(name: string): string | undefined {
  return byName.find(([pattern]) => pattern.test(name))?.[1];
}

/** What a file is that is no SavedModel, by its first 8 bytes; undefined for anything else. */
export function formatOfContent(file: string): string | undefined {
  const start = Buffer.alloc(8);
  const descriptor = fs.openSync(file, "r");
  fs.readSync(descriptor, start, 0, start.length, 0);
  fs.closeSync(descriptor);
  const text = start.toString("latin1");
  return startsOf.find(([pattern]) => pattern.test(text))?.[1];
}

/** The first file in a folder that is a model in another form, with what it is and what to do. */
export function findOtherFormat(folder: string): string | undefined {
  const names = fs.readdirSync(folder).sort();
  for (const [pattern, what] of byName) {
    const name = names.find((one) => pattern.test(one));
    if (name !== undefined) {
      return `"${path.join(folder, name)}" is ${what}`;
    }
  }
  return undefined;
}

/**
 * The nearest folder below another one that holds a file of this name, three levels down at most;
 * folders that may not be read, and hidden ones, are passed over.
 */
export function findBelow(folder: string, file: string): string | undefined {
  let level = [folder];
  for (let depth = 0; depth < deepest; depth++) {
    level = level.flatMap(foldersIn).slice(0, mostFolders);
    const found = level.find((one) => fs.existsSync(path.join(one, file)));
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

function foldersIn(folder: string): string[] {
  try {
    return fs
      .readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
      .map((entry) => path.join(folder, entry.name))
      .sort();
  } catch {
    return [];
  }
}
