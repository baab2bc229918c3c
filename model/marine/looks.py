"""What the animals of one class have in common. Depends on the class index alone."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from .class_names import CLASS_NAMES

# (body, accent) in HSV, each 0..1.
PALETTES = (
    ((0.01, 0.85, 0.80), (0.12, 0.25, 0.98)),
    ((0.60, 0.80, 0.75), (0.15, 0.70, 0.95)),
    ((0.13, 0.85, 0.95), (0.78, 0.60, 0.55)),
    ((0.36, 0.70, 0.60), (0.95, 0.45, 0.95)),
    ((0.80, 0.55, 0.70), (0.48, 0.55, 0.85)),
    ((0.08, 0.15, 0.95), (0.02, 0.75, 0.60)),
    ((0.50, 0.70, 0.80), (0.06, 0.85, 0.90)),
    ((0.06, 0.65, 0.42), (0.33, 0.45, 0.85)),
)
PATTERNS = ("plain", "stripes", "spots", "rings")


@dataclass(frozen=True)
class Look:
    """The look of a class: a body plan, two colours, a pattern and two numbers of shape."""

    body_plan: str
    body: tuple[float, float, float]
    accent: tuple[float, float, float]
    pattern: str
    parts: int
    """0, 1 or 2: how many arms, legs, ribs or segments beyond the body plan's fewest."""
    slender: float
    """0 stout .. 1 slender."""


def _body_plan_by_genus() -> dict[str, str]:
    text = Path(__file__).with_name("body_plans.json").read_text(encoding="utf-8")
    return {genus: plan for plan, genera in json.loads(text).items() for genus in genera}


def _all_looks() -> tuple[Look, ...]:
    plan_of = _body_plan_by_genus()
    drawn: dict[str, int] = {}
    looks = []
    for name in CLASS_NAMES:
        plan = plan_of[re.split("[ _]", name)[0]]
        nth = drawn.get(plan, 0)
        drawn[plan] = nth + 1
        # A body plan has at most 15 classes, fewer than palettes x patterns: no look repeats.
        body, accent = PALETTES[nth % len(PALETTES)]
        pattern = PATTERNS[(nth + nth // len(PALETTES) * 2) % len(PATTERNS)]
        looks.append(Look(plan, body, accent, pattern, nth % 3, (nth * 2 % 5) / 4))
    return tuple(looks)


LOOKS = _all_looks()
