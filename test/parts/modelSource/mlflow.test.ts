// Against a server of MLflow, with models that MLflow's own client has logged and registered.
import { afterAll, beforeAll, expect, it } from "vitest";
import { doubles, fetched, graph } from "../../support/fetchedModel";
import { startObjectStore } from "../../support/objectStore";
import { MlflowTestServer, startMlflow } from "../../support/mlflow/server";

let server: MlflowTestServer;

beforeAll(async () => {
  server = await startMlflow();
  process.env.MLFLOW_TRACKING_URI = server.address;
  await server.register(doubles);
});

afterAll(() => server.stop());

it.each([
  ["mlflow:models:/multiply/1", "a tf.Module", "mlflow:models:/multiply/1", "1"],
  ["mlflow:models:/multiply@champion", "an alias", "mlflow:models:/multiply/2", "2"],
  ["mlflow:models:/multiply/latest", "the highest version", "mlflow:models:/multiply/2", "2"],
  [
    "mlflow:models:/plain/1",
    "a version folder without a description",
    "mlflow:models:/plain/1",
    "7",
  ],
])("%s, %s, is fetched with its version's number", async (source, _, resolved, number) => {
  const model = await fetched(source);
  expect(model.source).toBe(resolved);
  expect(model.files).toEqual({ [`${number}/saved_model.pb`]: graph });
});

it("an alias and the version that it is on have one revision", async () => {
  const { revision } = await fetched("mlflow:models:/multiply@champion");
  expect(revision).toMatch(/^[0-9a-f]{64}$/);
  expect((await fetched("mlflow:models:/multiply/2")).revision).toBe(revision);
  expect((await fetched("mlflow:models:/multiply/1")).revision).not.toBe(revision);
});

it("a model whose artifacts lie in a bucket is read from there, with the bucket's credentials", async () => {
  const store = await startObjectStore("artifacts");
  Object.assign(process.env, store.env);
  await store.upload("artifacts", "run/model", {
    MLmodel: "flavors: {tensorflow: {saved_model_dir: tf2model}}",
    "tf2model/saved_model.pb": graph,
  });
  const api = `${server.address}/api/2.0/mlflow`;
  const create = (path: string, body: object) =>
    fetch(`${api}/${path}/create`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  await create("registered-models", { name: "bucket" });
  await create("model-versions", { name: "bucket", source: "s3://artifacts/run/model" });
  const { files } = await fetched("mlflow:models:/bucket/1");
  expect(files).toEqual({ "1/saved_model.pb": graph });
  await store.stop();
});

it.each([
  ["mlflow:models:/multiply@nobody", "Registered model alias nobody not found"],
  ["mlflow:models:/multiply/9", "Model Version (name=multiply, version=9) not found"],
  ["mlflow:models:/multiply/Production", "has no version of multiply in the stage Production"],
  ["mlflow:models:/forest/1", "its flavor in MLflow is sklearn, which TensorFlow Serving does not"],
  [
    "mlflow:models:/keras/1",
    "it is a Keras model in data/model.keras and no SavedModel: log it with " +
      "mlflow.keras.log_model(model, save_exported_model=True, signature=...)",
  ],
])("%s is refused", async (source, reason) => {
  await expect(fetched(source)).rejects.toThrow(reason);
});

it.each([
  ["", "set MLFLOW_TRACKING_URI to the address of the MLflow server"],
  ["sqlite:///mlflow.db", "MLFLOW_TRACKING_URI has to be the https:// or http:// address"],
  ["http://127.0.0.1:2", "MLflow at http://127.0.0.1:2 does not answer: connect ECONNREFUSED"],
])("a tracking URI of '%s' is refused", async (uri, reason) => {
  process.env.MLFLOW_TRACKING_URI = uri;
  await expect(fetched("mlflow:models:/multiply/1")).rejects.toThrow(reason);
  process.env.MLFLOW_TRACKING_URI = server.address;
});
