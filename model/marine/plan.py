"""What a training run is made of, as params.yaml says."""

import sys
from dataclasses import dataclass, fields, replace

import yaml

from .paths import PARAMS_FILE


@dataclass(frozen=True)
class Plan:
    """How much a training run does, and how."""

    seed: int
    """Of the weights, and of the order of the pictures."""
    training_pictures: int
    """Per class."""
    validation_pictures: int
    """Per class; shown after each epoch."""
    held_out_pictures: int
    """Per class; looked at once, at the end."""
    epochs: int
    batch: int
    """Pictures of a step."""
    learning_rate: float
    """The highest, after the warm-up."""
    weight_decay: float


def read_plan(text: str) -> Plan:
    """The plan that params.yaml holds. Raises ValueError with a sentence for each bad value."""
    given = dict(yaml.safe_load(text) or {})
    pictures, train = given.pop("pictures", {}), given.pop("train", {})
    values = {
        **{name: (name, value) for name, value in given.items()},
        **{f"{split}_pictures": (f"pictures.{split}", n) for split, n in pictures.items()},
        **{name: (f"train.{name}", value) for name, value in train.items()},
    }
    known = {field.name: field.type for field in fields(Plan)}
    bad = [f"{where} is unknown" for name, (where, _) in values.items() if name not in known]
    for name, kind in known.items():
        where, value = values.get(name, (name, None))
        if kind is int and (type(value) is not int or value < 1):
            bad.append(f"{where} is {_shown(value)}: use a whole number from 1")
        if kind is float and (type(value) not in (int, float) or value < 0):
            bad.append(f"{where} is {_shown(value)}: use a number from 0")
    if bad:
        raise ValueError("; ".join(bad))
    return Plan(**{name: value for name, (_, value) in values.items()})


def _shown(value: object) -> str:
    return "missing" if value is None else repr(value)


def _committed_plan() -> Plan:
    try:
        return read_plan(PARAMS_FILE.read_text(encoding="utf-8"))
    except (AttributeError, TypeError, ValueError, yaml.YAMLError) as error:
        sys.exit(f"{PARAMS_FILE}: {error}")


PLAN = _committed_plan()
# Shows that every step works. The model it gives is worth nothing.
QUICK_PLAN = replace(
    PLAN, training_pictures=1, validation_pictures=1, held_out_pictures=1, epochs=1
)
