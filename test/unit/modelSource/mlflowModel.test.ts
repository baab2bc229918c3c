import { expect, it } from "vitest";
import { savedModelFolder } from "../../../components/core/modelSource/mlflowModel";

const describedAs = (flavors: string) => `flavors:\n  python_function: {}\n  ${flavors}\n`;

// What mlflow 3.17 writes with TensorFlow 2.21 and Keras 3.15, and before them with TensorFlow 2.15.
it.each([
  ["a tf.Module", "tensorflow: {model_type: tf2-module, saved_model_dir: tf2model}", "tf2model"],
  ["an export of Keras 3", "keras: {data: data, save_exported_model: true}", "data/model"],
  ["Keras 2", "tensorflow: {model_type: keras, data: data, save_format: tf}", "data/model"],
])("the SavedModel of %s is found", async (_, flavors, folder) => {
  const files = ["MLmodel", `${folder}/saved_model.pb`];
  expect(await savedModelFolder(describedAs(flavors), files)).toBe(folder);
});

it.each([
  ["a .keras file", "tensorflow: {model_type: keras, data: data}", "data/model.keras and no Saved"],
  [
    "another flavor",
    "sklearn: {pickled_model: model.pkl}",
    "its flavor in MLflow is sklearn, which",
  ],
  [
    "code only",
    "python_function: {loader_module: mine}",
    "its flavor in MLflow is python_function",
  ],
])("a model of %s is refused", async (_, flavors, reason) => {
  const found = savedModelFolder(`flavors:\n  ${flavors}\n`, ["data/model.keras"]);
  await expect(found).rejects.toThrow(reason);
});
