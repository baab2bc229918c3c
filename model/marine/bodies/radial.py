"""Animals built around a centre."""

import numpy as np

from ..canvas import ACCENT, BODY, DARK
from .curves import polar, tapered, wavy


def anemone(canvas, look, rng):
    rings = ((16 + 6 * look.parts, 0.45, 0.55), (10 + 4 * look.parts, 0.3, 0.4))
    for ring, (count, start, length) in enumerate(rings):
        for angle in np.linspace(0, 2 * np.pi, count, endpoint=False) + rng.uniform(0, 1):
            tentacle = wavy(polar(angle, start), angle, length, rng.uniform(-1.2, 1.2))
            canvas.line(tentacle, 0.13 - 0.06 * look.slender, ACCENT)
        if ring == 0:
            canvas.disc((0, 0), 0.62, BODY)
    canvas.disc((0, 0), 0.3, BODY)
    canvas.disc((0, 0), 0.12, DARK, stretch=0.6)


def sea_star(canvas, look, rng):
    arms = 5 + 3 * look.parts
    inner = 0.55 - 0.3 * look.slender
    turns = np.linspace(0, 2 * np.pi, 2 * arms, endpoint=False)
    radii = np.where(np.arange(2 * arms) % 2 == 0, 1.0, inner) * rng.uniform(0.9, 1.1, 2 * arms)
    turns = turns + rng.uniform(-0.08, 0.08, 2 * arms)
    canvas.polygon(np.stack([np.cos(turns), np.sin(turns)], axis=1) * radii[:, None], BODY)
    for angle, radius in zip(turns[::2], radii[::2]):
        for distance in np.linspace(0.25, 0.8, 5):
            canvas.disc(polar(angle, radius * distance), 0.05, ACCENT)
    canvas.disc((0, 0), 0.09, ACCENT)


def brittle_star(canvas, look, rng):
    arms = 5 + 2 * look.parts
    for angle in np.linspace(0, 2 * np.pi, arms, endpoint=False) + rng.uniform(-0.1, 0.1, arms):
        spine = wavy((0, 0), angle, 1.15, rng.uniform(-1.6, 1.6), points=12)
        for point, after in zip(spine[3:], spine[4:]):
            across = (after - point)[::-1] * np.array([-1, 1]) * (1.2 - 0.7 * look.slender)
            canvas.line([point - across, point + across], 0.025, ACCENT)
        canvas.polygon(tapered(spine, np.linspace(0.085, 0.02, len(spine))), BODY)
    canvas.disc((0, 0), 0.27, BODY)
    for angle in np.linspace(0, 2 * np.pi, arms, endpoint=False):
        canvas.disc(polar(angle, 0.14), 0.045, DARK)


def urchin(canvas, look, rng):
    length = 0.2 + 0.3 * look.slender
    for angle in np.linspace(0, 2 * np.pi, 36 + 14 * look.parts, endpoint=False):
        tip = polar(angle + rng.uniform(-0.05, 0.05), 0.6 + length * rng.uniform(0.8, 1.1))
        canvas.line([polar(angle, 0.5), tip], 0.045, ACCENT)
    canvas.disc((0, 0), 0.64, BODY)
    for angle in np.linspace(0, 2 * np.pi, 5, endpoint=False):
        for distance in (0.2, 0.35, 0.5):
            canvas.disc(polar(angle, distance), 0.035, DARK)
