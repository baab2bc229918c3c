"""Logs models with MLflow's own client, as mlflow.tensorflow and mlflow.keras 3.17 lay them out.

register.py SAVED_MODEL: "multiply" with version 1, a tf.Module, and 2, a Keras model that was
exported, which has the alias "champion"; "keras", a file; "forest" of another flavour; "plain",
files without a description. TensorFlow itself, which would only write the SavedModel, is not needed.
"""

import pathlib
import shutil
import sys
import types

import mlflow
from mlflow.models import Model

SAVED_MODEL = pathlib.Path(sys.argv[1])


def log(name, flavor, options, folder=None):
    def save_model(path, mlflow_model, **_):
        path = pathlib.Path(path)
        path.mkdir(parents=True, exist_ok=True)
        if folder:
            shutil.copytree(SAVED_MODEL, path / folder)
        else:
            (path / "data").mkdir()
            (path / "data" / "model.keras").write_bytes(b"PK")
        mlflow_model.add_flavor(flavor, **options)
        mlflow.pyfunc.add_to_model(mlflow_model, loader_module=f"mlflow.{flavor}")
        mlflow_model.save(str(path / "MLmodel"))

    saver = types.SimpleNamespace(save_model=save_model, __name__=f"mlflow.{flavor}")
    Model.log(name="model", artifact_path=None, flavor=saver, registered_model_name=name)


tf2 = {"code": None, "model_type": "tf2-module", "saved_model_dir": "tf2model"}
log("multiply", "tensorflow", tf2, "tf2model")
exported = {"data": "data", "keras_version": "3.15.1", "save_exported_model": True}
log("multiply", "keras", exported, "data/model")
keras = {"code": None, "data": "data", "model_type": "keras", "save_format": "tf"}
log("keras", "tensorflow", keras)
log("forest", "sklearn", {"pickled_model": "model.pkl"})

client = mlflow.MlflowClient()
client.set_registered_model_alias("multiply", "champion", "2")
with mlflow.start_run() as run:
    mlflow.log_artifacts(str(SAVED_MODEL), "export/7")
client.create_registered_model("plain")
client.create_model_version("plain", f"{run.info.artifact_uri}/export", run.info.run_id)
