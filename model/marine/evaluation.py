"""Measures a trained network on pictures it never saw, and writes down what it reached."""

import csv
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from .class_names import CLASS_NAMES
from .picture_sets import picture_set
from .plan import Plan
from .scene import Split


@dataclass(frozen=True)
class Result:
    """What a network answered to the held-out pictures."""

    labels: np.ndarray
    """The right classes."""
    answers: np.ndarray
    """The most probable ones."""
    confidences: np.ndarray
    """Their probabilities."""

    @property
    def accuracy(self) -> float:
        """Share of pictures whose most probable class is the right one."""
        return float(np.mean(self.answers == self.labels))

    @property
    def confidence(self) -> float:
        """Mean probability of the most probable class: near the accuracy in an honest model."""
        return float(self.confidences.mean())


def measure(network: keras.Model, plan: Plan, data: Path | None = None) -> Result:
    """Asks a network about held-out pictures, which no decision in training looks at."""
    print("Held-out pictures")
    pictures, labels = picture_set(Split.HELD_OUT, plan.held_out_pictures, data)
    probabilities = network.predict(pictures, batch_size=plan.batch, verbose=0)
    return Result(labels, probabilities.argmax(axis=1), probabilities.max(axis=1))


def weights_digest(network: keras.Model) -> str:
    """Twelve digits that stand for a network's weights: files of the same network may differ."""
    digest = hashlib.sha256()
    for weights in network.get_weights():
        digest.update(np.ascontiguousarray(weights).tobytes())
    return digest.hexdigest()[:12]


def write_metrics(result: Result, network: keras.Model, file: Path) -> None:
    """Writes the numbers of metrics.json, and which model they are of."""
    metrics = {
        "accuracy": round(result.accuracy, 4),
        "mean_confidence": round(result.confidence, 4),
        "pictures": len(result.labels),
        "model": weights_digest(network),
    }
    file.write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")


def write_plots(result: Result, folder: Path) -> None:
    """Writes classes.csv, accuracy and confidence by class, and confusion.csv, every answer."""
    folder.mkdir(parents=True, exist_ok=True)
    by_class = []
    for index, name in enumerate(CLASS_NAMES):
        of_class = result.labels == index
        accuracy = np.mean(result.answers[of_class] == index)
        by_class.append((name, round(float(accuracy), 4), _mean(result.confidences[of_class])))
    _write(folder / "classes.csv", ("class", "accuracy", "mean_confidence"), by_class)
    names = [
        [CLASS_NAMES[index] for index in indices] for indices in (result.labels, result.answers)
    ]
    _write(folder / "confusion.csv", ("actual", "predicted"), zip(*names))


def _mean(values: np.ndarray) -> float:
    return round(float(values.mean()), 4)


def _write(file: Path, header: tuple[str, ...], rows: Iterable) -> None:
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
