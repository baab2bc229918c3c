"""Trains the classifier on drawn pictures."""

import os
import sys
import time
from pathlib import Path

import absl.logging
import keras
import numpy as np
import tensorflow as tf

from .class_names import CLASS_NAMES
from .network import build_network
from .picture_sets import picture_set
from .plan import Plan
from .scene import Split


def train(plan: Plan, data: Path | None = None) -> keras.Model:
    """Fits a network to the training pictures, which are drawn, or read from a folder."""
    keras.utils.set_random_seed(plan.seed)
    print(f"{plan.training_pictures} training pictures of each of {len(CLASS_NAMES)} classes")
    pictures, labels = picture_set(Split.TRAINING, plan.training_pictures, data)
    validation = picture_set(Split.VALIDATION, plan.validation_pictures, data)
    batches = (
        tf.data.Dataset.from_tensor_slices(np.arange(len(labels)))
        .shuffle(len(labels), seed=plan.seed)
        .batch(plan.batch, drop_remainder=True)
        .map(lambda chosen: _take(pictures, labels, chosen, plan.batch))
        .map(_turn)
        .prefetch(2)
    )
    network = build_network()
    steps = max(1, len(labels) // plan.batch * plan.epochs)
    rate = keras.optimizers.schedules.CosineDecay(
        1e-4, steps - steps // 10, warmup_target=plan.learning_rate, warmup_steps=steps // 10
    )
    network.compile(
        keras.optimizers.AdamW(rate, weight_decay=plan.weight_decay),
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


def _take(pictures: np.ndarray, labels: np.ndarray, chosen: tf.Tensor, batch: int):
    x, y = tf.numpy_function(
        lambda i: (pictures[i], labels[i]),
        [chosen],
        (tf.uint8, tf.int32),
        stateful=False,
    )
    return tf.ensure_shape(x, (batch, *pictures.shape[1:])), tf.ensure_shape(y, (batch,))


def _turn(pictures: tf.Tensor, labels: tf.Tensor):
    """A random quarter turn and mirror image per batch: an animal has no right way up."""
    turns = tf.random.uniform((), 0, 4, tf.int32)
    pictures = tf.image.random_flip_left_right(tf.image.rot90(pictures, turns))
    return tf.cast(pictures, tf.float32), labels
