"""Soft animals: barrels, bells, sausages and threads."""

import numpy as np

from ..canvas import ACCENT, BODY, DARK
from .curves import tapered, wavy


def salp(canvas, look, rng):
    width = 0.55 - 0.2 * look.slender
    spine = wavy((-0.9, 0), 0, 1.8, rng.uniform(-0.3, 0.3), points=14)
    shape = width * np.sin(np.linspace(0.35, np.pi - 0.35, len(spine))) ** 0.6
    canvas.polygon(tapered(spine, shape), BODY)
    bands = np.linspace(2, len(spine) - 4, 4 + 2 * look.parts).astype(int)
    for band in bands:
        across = np.array([0, shape[band] * 0.95])
        canvas.line(
            [spine[band] - across, spine[band] + (0.06, 0), spine[band] + across],
            0.04,
            ACCENT,
        )
    canvas.disc(spine[-3] + (0, 0.08), 0.12, DARK)
    for end in (0, -1):
        canvas.disc(spine[end], shape[end] * 0.9, ACCENT, stretch=1.1)


def jellyfish(canvas, look, rng):
    for start in np.linspace(-0.5, 0.5, 7 + 3 * look.parts):
        tentacle = wavy((0.0, start), 0.3 * start, 1.1, rng.uniform(-1.2, 1.2))
        canvas.line(tentacle, 0.04 + 0.04 * (1 - look.slender), ACCENT)
    angles = np.linspace(np.pi / 2, 3 * np.pi / 2, 24)
    bell = np.stack([np.cos(angles) * 0.8, np.sin(angles) * 0.65], axis=1) + (0.1, 0)
    canvas.polygon(np.vstack([bell, [(0.0, -0.3), (0.1, 0), (0.0, 0.3)]]), BODY)
    for y in (-0.22, 0.22):
        canvas.disc((-0.25, y), 0.13, DARK, stretch=0.8)


def sea_cucumber(canvas, look, rng):
    spine = wavy((-0.75, 0), rng.uniform(-0.3, 0.3), 1.5, rng.uniform(-0.9, 0.9), points=14)
    widths = (0.42 - 0.16 * look.slender) * np.sin(np.linspace(0.5, np.pi - 0.5, len(spine))) ** 0.5
    for angle in np.linspace(-1.1, 1.1, 7 + look.parts):
        canvas.line(wavy(spine[-1], angle, 0.4, rng.uniform(-1, 1)), 0.05, ACCENT)
    canvas.polygon(tapered(spine, widths), BODY)
    for row in (-0.6, 0, 0.6):
        for point, width in zip(spine[1:-1:2], widths[1:-1:2]):
            canvas.disc(point + (0, row * width), 0.05, DARK if row else ACCENT)


def worm(canvas, look, rng):
    along = np.linspace(0, 1, 30)
    waves = rng.uniform(1.0, 1.6) * 2 * np.pi
    sway = 0.35 * np.sin(along * waves + rng.uniform(0, 6.3))
    spine = np.stack([along * 2 - 1, sway], axis=1)
    width = 0.17 - 0.08 * look.slender
    for point in spine[1 :: 3 - look.parts]:
        for side in (-1, 1):
            canvas.line([point, point + (-0.06, side * (width + 0.13))], 0.03, ACCENT)
    canvas.polygon(tapered(spine, width * np.sin(along * 2.6 + 0.4)), BODY)
    for angle in (-0.5, 0.0, 0.5):
        canvas.line(wavy(spine[-1], angle, 0.25, 0.6), 0.03, ACCENT)
    canvas.disc(spine[-2], 0.05, DARK)
