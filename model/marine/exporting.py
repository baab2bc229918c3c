"""Exports a Keras model as a SavedModel version that TensorFlow Serving loads and warms up."""

import shutil
import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

from .canvas import SIZE
from .card import write_card
from .paths import CLASS_NAMES_FILE

SIGNATURE = "serving_default"
INPUT, OUTPUT = "images", "probabilities"
_WARM_UP_BATCH_SIZES = (1, 10)


def export(network: keras.Model, model_folder: Path, version: int, card: dict) -> Path:
    """Writes <model_folder>/<version>/ with its card. Raises FileExistsError when it exists."""
    target = model_folder / str(version)
    if target.exists():
        raise FileExistsError(f"{target} exists already: a version is never overwritten")
    tf.get_logger().setLevel("ERROR")  # the session loader of _check announces that it is old
    model_folder.mkdir(parents=True, exist_ok=True)
    # A server may be watching the folder: the version appears complete or not at all.
    with tempfile.TemporaryDirectory(prefix="export-", dir=model_folder) as scratch:
        saved_model = Path(scratch) / "saved_model"
        _write_saved_model(network, saved_model)
        extra = saved_model / "assets.extra"
        extra.mkdir()
        shutil.copyfile(CLASS_NAMES_FILE, extra / CLASS_NAMES_FILE.name)
        _write_warm_up(extra / "tf_serving_warmup_requests", model_folder.name)
        write_card(extra, model_folder.name, version, card)
        _check(network, saved_model)
        saved_model.rename(target)
    return target


def _write_saved_model(network: keras.Model, folder: Path) -> None:
    # keras.export would write every weight twice (under variables and _all_variables), and a
    # tracked network gives a SavedModel that only Python can load: the variables that the
    # server restores would not be those that the signature reads.
    served = tf.Module()
    served.network_variables = [variable.value for variable in network.variables]
    served.predict = tf.function(
        lambda images: {OUTPUT: network(images, training=False)},
        input_signature=[tf.TensorSpec((None, SIZE, SIZE, 3), tf.float32, name=INPUT)],
    )
    tf.saved_model.save(served, str(folder), signatures={SIGNATURE: served.predict})


def _write_warm_up(file: Path, model_name: str) -> None:
    """Requests that the server runs while it loads, so that the first caller does not wait."""
    with tf.io.TFRecordWriter(str(file)) as writer:
        for batch_size in _WARM_UP_BATCH_SIZES:
            request = predict_pb2.PredictRequest()
            request.model_spec.name = model_name
            request.model_spec.signature_name = SIGNATURE
            tensor = request.inputs[INPUT]
            tensor.dtype = tf.float32.as_datatype_enum
            for size in (batch_size, SIZE, SIZE, 3):
                tensor.tensor_shape.dim.add(size=size)
            # One value stands for all: the record stays below 100 bytes.
            tensor.float_val.append(127.5)
            log = prediction_log_pb2.PredictionLog()
            log.predict_log.request.CopyFrom(request)
            writer.write(log.SerializeToString())


def _check(network: keras.Model, folder: Path) -> None:
    """Raises unless the SavedModel answers like the network it was made from.

    It is loaded in a session, as TensorFlow Serving does: tf.saved_model.load is more lenient.
    """
    pictures = np.random.default_rng(0).uniform(0, 255, (2, SIZE, SIZE, 3)).astype(np.float32)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        graph = tf.compat.v1.saved_model.load(session, ["serve"], str(folder))
        signature = graph.signature_def[SIGNATURE]
        output, images = signature.outputs[OUTPUT].name, signature.inputs[INPUT].name
        answer = session.run(output, {images: pictures})
    np.testing.assert_allclose(answer, network(pictures, training=False), rtol=1e-3, atol=1e-5)
