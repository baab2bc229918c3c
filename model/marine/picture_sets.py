"""Many pictures at once, drawn by several processes."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import numpy as np

from .class_names import CLASS_NAMES
from .scene import SIZE, Split, draw_picture


def draw_set(split: Split, per_class: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures 0..per_class-1 of every class and their class indices, ordered by number."""
    pictures = np.empty((per_class, len(CLASS_NAMES), SIZE, SIZE, 3), np.uint8)
    # Spawned, because a fork of a process that has started TensorFlow's threads can hang.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=spawn) as pool:
        rounds = pool.map(partial(_draw_one_of_each, split), range(per_class))
        for number, one_of_each in enumerate(rounds):
            pictures[number] = one_of_each
            print(
                f"\r  drew {(number + 1) * len(CLASS_NAMES)} pictures",
                end="",
                flush=True,
            )
    print()
    labels = np.tile(np.arange(len(CLASS_NAMES), dtype=np.int32), per_class)
    return pictures.reshape(-1, SIZE, SIZE, 3), labels


def _draw_one_of_each(split: Split, number: int) -> np.ndarray:
    return np.stack([draw_picture(index, split, number) for index in range(len(CLASS_NAMES))])
