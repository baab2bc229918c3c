"""Trains the classifier on drawn pictures and measures it on pictures it never saw."""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import absl.logging
import keras
import numpy as np
import tensorflow as tf

from .class_names import CLASS_NAMES
from .network import build_network
from .picture_sets import draw_set
from .scene import Split

_BATCH = 32


@dataclass(frozen=True)
class Plan:
    """How much a training run does."""

    training_pictures: int
    """Per class."""
    validation_pictures: int
    """Per class; shown after each epoch."""
    held_out_pictures: int
    """Per class; looked at once, at the end."""
    epochs: int


PLAN = Plan(training_pictures=60, validation_pictures=3, held_out_pictures=10, epochs=13)
# Shows that every step works. The model it gives is worth nothing.
QUICK_PLAN = Plan(training_pictures=1, validation_pictures=1, held_out_pictures=1, epochs=1)


@dataclass(frozen=True)
class Result:
    """What a training run reached on the held-out pictures."""

    accuracy: float
    """Share of pictures whose most probable class is the right one."""
    confidence: float
    """Mean probability of the most probable class: near the accuracy when the model is honest."""
    pictures: int


def train(plan: Plan, seed: int = 1) -> keras.Model:
    """Draws the training pictures and fits a network to them."""
    keras.utils.set_random_seed(seed)
    print(f"Drawing {plan.training_pictures} pictures of each of {len(CLASS_NAMES)} classes")
    pictures, labels = draw_set(Split.TRAINING, plan.training_pictures)
    validation = draw_set(Split.VALIDATION, plan.validation_pictures)
    batches = (
        tf.data.Dataset.from_tensor_slices(np.arange(len(labels)))
        .shuffle(len(labels), seed=seed)
        .batch(_BATCH, drop_remainder=True)
        .map(lambda chosen: _take(pictures, labels, chosen))
        .map(_turn)
        .prefetch(2)
    )
    network = build_network()
    steps = max(1, len(labels) // _BATCH * plan.epochs)
    rate = keras.optimizers.schedules.CosineDecay(
        1e-4, steps - steps // 10, warmup_target=4e-3, warmup_steps=steps // 10
    )
    network.compile(
        keras.optimizers.AdamW(rate, weight_decay=1e-3),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    started = time.monotonic()
    verbose = 1 if sys.stdout.isatty() else 2
    network.fit(
        batches,
        epochs=plan.epochs,
        validation_data=validation,
        shuffle=False,
        verbose=verbose,
    )
    print(f"Trained in {time.monotonic() - started:.0f} s")
    return network


def measure(network: keras.Model, plan: Plan) -> Result:
    """Accuracy and confidence on held-out pictures, which no decision in training looks at."""
    print("Drawing held-out pictures")
    pictures, labels = draw_set(Split.HELD_OUT, plan.held_out_pictures)
    probabilities = network.predict(pictures, batch_size=_BATCH, verbose=0)
    accuracy = float(np.mean(probabilities.argmax(axis=1) == labels))
    return Result(accuracy, float(probabilities.max(axis=1).mean()), len(labels))


def save(network: keras.Model, folder: Path) -> list[Path]:
    """Writes my_model.keras and my_model.h5 without optimizer state; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / "my_model.keras", folder / "my_model.h5"]
    absl.logging.set_verbosity(absl.logging.ERROR)  # Keras calls .h5, the tutorial's format, legacy
    inference = keras.Model(network.input, network.output, name=network.name)
    for file in files:
        inference.save(file)
    return files


def limit_threads() -> None:
    """Leaves room for others: TF_NUM_INTRAOP_THREADS (default 2) threads per operation."""
    threads = int(os.environ.get("TF_NUM_INTRAOP_THREADS", "2"))
    tf.config.threading.set_intra_op_parallelism_threads(threads)


def _take(pictures: np.ndarray, labels: np.ndarray, chosen: tf.Tensor):
    x, y = tf.numpy_function(
        lambda i: (pictures[i], labels[i]),
        [chosen],
        (tf.uint8, tf.int32),
        stateful=False,
    )
    return tf.ensure_shape(x, (_BATCH, *pictures.shape[1:])), tf.ensure_shape(y, (_BATCH,))


def _turn(pictures: tf.Tensor, labels: tf.Tensor):
    """A random quarter turn and mirror image per batch: an animal has no right way up."""
    turns = tf.random.uniform((), 0, 4, tf.int32)
    pictures = tf.image.random_flip_left_right(tf.image.rot90(pictures, turns))
    return tf.cast(pictures, tf.float32), labels
