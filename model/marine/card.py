"""The model card: who trained what, on which data, with which code. JSON for programs, Markdown for people."""

import json
from pathlib import Path

import keras
import tensorflow as tf

from .class_names import CLASS_NAMES
from .evaluation import weights_digest
from .paths import METRICS_FILE
from .plan import Plan
from .records import (
    author,
    code_revision,
    data_hash,
    now,
    plan_record,
    read_record,
    write_record,
)

TRAINING_FILE = "training.json"
_DESCRIPTION = (
    f"Classifier of {len(CLASS_NAMES)} kinds of marine invertebrates, trained on pictures that a "
    "program drew: it knows those drawings, and no real animals."
)


def write_training_record(
    network: keras.Model, folder: Path, data: Path | None, plan: Plan
) -> Path:
    """Writes training.json beside a network that was trained just now."""
    file = folder / TRAINING_FILE
    write_record(
        file,
        {
            "model": weights_digest(network),
            "trainedAt": now(),
            "trainedBy": author(),
            **code_revision(),
            "dataHash": data_hash(data) if data else None,
            **plan_record(plan),
            "tensorflow": tf.__version__,
        },
    )
    return file


def card_of(network: keras.Model, keras_file: Path, metrics_file: Path = METRICS_FILE) -> dict:
    """The card of a network that is exported now, from the records of its training and measuring."""
    model = weights_digest(network)
    known = {
        "description": _DESCRIPTION,
        "classes": len(CLASS_NAMES),
        **read_record(keras_file.parent / TRAINING_FILE, model),
        "metrics": read_record(metrics_file, model) or None,
        "exportedAt": now(),
    }
    return {name: value for name, value in known.items() if value not in (None, [])}


def write_card(extra: Path, name: str, version: int, card: dict) -> None:
    """Writes model_card.json and model_card.md into a version's assets.extra."""
    whole = {"name": name, "version": str(version), **card}
    text = json.dumps(whole, indent=2, ensure_ascii=False) + "\n"
    (extra / "model_card.json").write_text(text, encoding="utf-8")
    (extra / "model_card.md").write_text(_markdown(whole), encoding="utf-8")


def _markdown(card: dict) -> str:
    changed = f", with changes in {', '.join(card['changed'])}" if "changed" in card else ""
    metrics = ", ".join(f"{name} {value}" for name, value in card.get("metrics", {}).items())
    rows = {
        "trained": card.get("trainedAt"),
        "by": card.get("trainedBy"),
        "code": f"commit {card['commit']}{changed}" if "commit" in card else None,
        "data": card.get("dataHash"),
        "parameters": card.get("paramsHash"),
        "TensorFlow": card.get("tensorflow"),
        "measured": metrics,
        "exported": card["exportedAt"],
    }
    table = "\n".join(f"| {name} | {value or 'not on record'} |" for name, value in rows.items())
    note = f"{card['note']}\n\n" if "note" in card else ""
    return (
        f"# {card['name']}, version {card['version']}\n\n{card['description']}\n\n"
        f"| | |\n| --- | --- |\n{table}\n\n{note}"
        f"Parameters: `{json.dumps(card.get('params', {}))}`\n"
    )
