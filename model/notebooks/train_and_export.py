# %% [markdown]
# # Train and export the sample model
#
# The same steps as the commands `model/train`, `model/evaluate` and `model/export`, with the same code. The photographs behind the tutorial may not be redistributed, so the pictures are drawn by a program.
#
# Results go to `out/` beside this notebook.
#
# With `QUICK_RUN=1` in the environment every step runs on a few pictures: it shows that they work and its model is worth nothing.

# %%
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("tensorflow_serving") is None:
    print("This image lacks tensorflow-serving-api: installing it (without a second TensorFlow)")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    subprocess.run([*pip, "tensorflow-serving-api==2.19.1"], check=True)

# %%
import os
import tempfile
import time
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

QUICK_RUN = os.environ.get("QUICK_RUN") == "1"
OUT = Path(tempfile.mkdtemp()) if QUICK_RUN else Path("out").resolve()


def find_model_folder() -> Path:
    """The folder with class_names.txt: MODEL_DIR, or where a clone or the container has it."""
    for folder in (os.environ.get("MODEL_DIR", ".."), "..", "../model"):
        if (Path(folder) / "class_names.txt").is_file():
            return Path(folder).resolve()
    raise FileNotFoundError("No class_names.txt found: set MODEL_DIR to the sample's model folder")


MODEL_DIR = find_model_folder()
sys.path.insert(0, str(MODEL_DIR))

from marine import card, evaluation, exporting, plan, training
from marine.class_names import CLASS_NAMES, HELD_OUT_CLASSES
from marine.scene import Split, draw_picture

PLAN = plan.QUICK_PLAN if QUICK_RUN else plan.PLAN

training.limit_threads()
print("Number of visible GPUs:", len(tf.config.list_physical_devices("GPU")))
# A server need not load what a newer TensorFlow saved: model/train takes the server's own.
SERVED_BY = (MODEL_DIR / "requirements.txt").read_text().split("tensorflow-serving-api==")[1].split()[0]
if tf.__version__ != SERVED_BY:
    print(f"This is TensorFlow {tf.__version__}; the sample's server is {SERVED_BY}")

# %% [markdown]
# ## What the classes look like
#
# One row per named class. Pose, light, ground and what lies in front differ from picture to picture.

# %%
rows = [
    np.hstack([draw_picture(index, Split.TRAINING, number) for number in range(6)])
    for index in HELD_OUT_CLASSES
]
print([CLASS_NAMES[index] for index in HELD_OUT_CLASSES])
Image.fromarray(np.vstack(rows)).reduce(2)

# %% [markdown]
# ## Train

# %%
network = training.train(PLAN)
for file in training.save(network, OUT):
    print(f"Saved {file}")
card.write_training_record(network, OUT, None, PLAN)

# %% [markdown]
# ## Measure on pictures that it has never seen

# %%
result = evaluation.measure(network, PLAN)
evaluation.write_metrics(result, network, OUT / "metrics.json")
print(
    f"Held-out accuracy {result.accuracy:.3f} on {len(result.labels)} pictures, "
    f"mean confidence {result.confidence:.3f}"
)

# %% [markdown]
# ## Export

# %%
model_card = card.card_of(network, OUT / "my_model.keras", OUT / "metrics.json")
version = exporting.export(network, OUT / "my_model", int(time.time()), model_card)
signature = tf.saved_model.load(str(version)).signatures["serving_default"]
print("serving_default")
print(signature.structured_input_signature[1])
print(signature.structured_outputs)
print(f"Exported {version}")
print("Next: copy that folder into model/classifier/my_model/ and run: npm run up")
