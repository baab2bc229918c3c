interface Flavor {
  saved_model_dir?: string;
  data?: string;
}

/**
 * Where a model that MLflow has logged holds its SavedModel: `tf2model` of a tf.Module, `data/model` of
 * a Keras model that was exported.
 *
 * @param description - text of its file MLmodel
 * @param files - paths in the model, with "/"
 * @throws Error if it holds none
 */
export async function savedModelFolder(
  description: string,
  files: readonly string[],
): Promise<string> {
  const { parse } = await import("yaml");
  const flavors: Record<string, Flavor> = parse(description)?.flavors ?? {};
  const flavor = flavors.tensorflow ?? flavors.keras;
  if (!flavor) {
    const names = Object.keys(flavors).filter((name) => name !== "python_function");
    throw new Error(
      `its flavor in MLflow is ${names.join(", ") || "python_function"}, which TensorFlow Serving does ` +
        "not serve: register a model that mlflow.tensorflow.log_model has logged from a tf.Module, " +
        "or mlflow.keras.log_model with save_exported_model=True",
    );
  }
  const folder = flavor.saved_model_dir ?? `${flavor.data ?? "data"}/model`;
  if (!files.includes(`${folder}/saved_model.pb`)) {
    const others = files.filter((file) => file.startsWith(folder)).join(", ");
    throw new Error(
      `it is a Keras model in ${others || "a format of its own"} and no SavedModel: log it with ` +
        "mlflow.keras.log_model(model, save_exported_model=True, signature=...)",
    );
  }
  return folder;
}
