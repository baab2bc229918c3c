"""Where the sample keeps its files. Everything is relative to the model folder."""

from pathlib import Path

MODEL_FOLDER = Path(__file__).resolve().parent.parent
CLASS_NAMES_FILE = MODEL_FOLDER / "class_names.txt"
HELD_OUT_FOLDER = MODEL_FOLDER / "held_out"
KERAS_FILE = MODEL_FOLDER / "my_model.keras"
SAVED_MODEL_FOLDER = MODEL_FOLDER / "classifier" / "my_model"
PARAMS_FILE = MODEL_FOLDER / "params.yaml"
METRICS_FILE = MODEL_FOLDER / "metrics.json"
LOCK_FILE = MODEL_FOLDER / "dvc.lock"
