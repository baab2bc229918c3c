"""Prints as JSON what Python alone can find out about the committed model: see model.test.ts."""

import json
import sys
from pathlib import Path

MODEL = Path(__file__).resolve().parents[3] / "model"
sys.path.insert(0, str(MODEL))

from marine.environment import ensure_packages  # noqa: E402

ensure_packages()

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from marine.plan import PLAN  # noqa: E402
from marine.scene import Split, draw_picture  # noqa: E402
from PIL import Image  # noqa: E402
from tensorflow_serving.apis import prediction_log_pb2  # noqa: E402


def signature_facts(signature) -> dict:
    def spec(tensor) -> list:
        return [tensor.dtype.name, tensor.shape.as_list()]

    return {
        "inputs": {
            k: spec(t) for k, t in signature.structured_input_signature[1].items()
        },
        "outputs": {k: spec(t) for k, t in signature.structured_outputs.items()},
    }


def answers(signature) -> list:
    entries = json.loads((MODEL / "held_out" / "held_out.json").read_text())
    found = []
    for entry in entries:
        picture = np.asarray(
            Image.open(MODEL / "held_out" / entry["file"]), dtype=np.float32
        )
        probabilities = signature(images=picture[None])["probabilities"].numpy()[0]
        found.append([int(probabilities.argmax()), float(probabilities.sum())])
    return found


def warm_up_facts(file: Path, signature) -> list:
    facts = []
    for record in tf.data.TFRecordDataset(str(file)):
        log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
        request = log.predict_log.request
        images = tf.make_ndarray(request.inputs["images"])
        answer = signature(images=images)["probabilities"]
        facts.append(
            [
                request.model_spec.name,
                request.model_spec.signature_name,
                answer.shape[0],
            ]
        )
    return facts


def held_out_seen_in_training() -> int:
    """How many held-out pictures equal one of the pictures that training draws of their class."""
    entries = json.loads((MODEL / "held_out" / "held_out.json").read_text())
    seen = 0
    for entry in entries:
        held_out = np.asarray(Image.open(MODEL / "held_out" / entry["file"]))
        index = entry["classIndex"]
        numbers = {
            Split.TRAINING: PLAN.training_pictures,
            Split.VALIDATION: PLAN.validation_pictures,
        }
        for split, count in numbers.items():
            drawn = (draw_picture(index, split, number) for number in range(count))
            seen += any(np.array_equal(picture, held_out) for picture in drawn)
    return seen


version = Path(sys.argv[1])
loaded = tf.saved_model.load(str(version)).signatures["serving_default"]
facts = {
    "signature": signature_facts(loaded),
    "answers": answers(loaded),
    "warmUp": warm_up_facts(
        version / "assets.extra" / "tf_serving_warmup_requests", loaded
    ),
    "seenInTraining": held_out_seen_in_training(),
}
print("FACTS " + json.dumps(facts))
