"""Many pictures at once: drawn by several processes, or read from a folder of drawn ones."""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from .class_names import CLASS_NAMES
from .scene import SIZE, Split, draw_picture


def picture_set(
    split: Split, per_class: int, folder: Path | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Pictures 0..per_class-1 of every class and their class indices, ordered by number.

    They are drawn, or read from a folder that write_set has filled: the same pictures either way.
    Raises FileNotFoundError for a picture that is not in the folder.
    """
    one_of_each = (
        partial(_draw_one_of_each, split) if folder is None else partial(_read, folder, split)
    )
    pictures = np.empty((per_class, len(CLASS_NAMES), SIZE, SIZE, 3), np.uint8)
    for number, row in enumerate(_in_processes(one_of_each, per_class)):
        pictures[number] = row
    labels = np.tile(np.arange(len(CLASS_NAMES), dtype=np.int32), per_class)
    return pictures.reshape(-1, SIZE, SIZE, 3), labels


def write_set(folder: Path, split: Split, per_class: int) -> None:
    """Draws a set into <folder>/<split>/<class index>_<name>/<number>.png."""
    for index in range(len(CLASS_NAMES)):
        _file(folder, split, index, 0).parent.mkdir(parents=True, exist_ok=True)
    for _ in _in_processes(partial(_write_one_of_each, folder, split), per_class):
        pass


def _in_processes(one_of_each: Callable, per_class: int) -> Iterator:
    # Spawned, because a fork of a process that has started TensorFlow's threads can hang.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=spawn) as pool:
        for number, row in enumerate(pool.map(one_of_each, range(per_class))):
            print(f"\r  {(number + 1) * len(CLASS_NAMES)} pictures", end="", flush=True)
            yield row
    print()


def _draw_one_of_each(split: Split, number: int) -> np.ndarray:
    return np.stack([draw_picture(index, split, number) for index in range(len(CLASS_NAMES))])


def _write_one_of_each(folder: Path, split: Split, number: int) -> None:
    for index in range(len(CLASS_NAMES)):
        picture = Image.fromarray(draw_picture(index, split, number))
        # Noise hardly shrinks: more effort than this takes longer than drawing.
        picture.save(_file(folder, split, index, number), compress_level=1)


def _read(folder: Path, split: Split, number: int) -> np.ndarray:
    files = [_file(folder, split, index, number) for index in range(len(CLASS_NAMES))]
    return np.stack([np.asarray(Image.open(file).convert("RGB")) for file in files])


def _file(folder: Path, split: Split, index: int, number: int) -> Path:
    name = f"{index:03d}_{CLASS_NAMES[index].replace(' ', '_')}"
    return folder / split.name.lower() / name / f"{number:03d}.png"
