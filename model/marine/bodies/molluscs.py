"""Snails, bivalves and cephalopods."""

import numpy as np

from ..canvas import ACCENT, BODY, DARK
from .curves import wavy


def snail(canvas, look, rng):
    whorls = 4 + look.parts
    canvas.polygon([(0.2, 0.3), (0.95, 0.45), (0.8, 0.62), (-0.3, 0.58)], ACCENT)
    for side in (0.1, 0.25):
        canvas.line(wavy((0.8, 0.5), -0.6 - side, 0.35, rng.uniform(-0.8, 0.8)), 0.04, ACCENT)
    length = 0.9 + 0.5 * look.slender
    for step in np.linspace(1, 0, whorls):
        centre = np.array([0.35 - step * length, 0.05 - step * 0.35])
        radius = (0.52 - 0.15 * look.slender) * (1 - 0.78 * step)
        canvas.disc(centre + (0.03, 0.02), radius * 1.12, DARK)
        canvas.disc(centre, radius * 1.08, BODY)
    canvas.disc((0.5, 0.22), 0.2, DARK, stretch=1.2)


def bivalve(canvas, look, rng):
    spread = 1.15 - 0.45 * look.slender
    angles = np.linspace(-spread, spread, 5 + 3 * look.parts + 4)
    gape = rng.uniform(0.9, 1.05)
    scallops = 1.35 * gape * (0.75 + 0.25 * np.cos(angles))
    fan = np.stack([np.cos(angles), np.sin(angles)], axis=1) * scallops[:, None] - (
        0.65,
        0,
    )
    canvas.polygon([(-0.72, -0.3), (-0.45, -0.28), (-0.45, 0.28), (-0.72, 0.3)], ACCENT)
    canvas.polygon(np.vstack([[(-0.7, 0)], fan * 1.06 + (0.03, 0)]), DARK)
    canvas.polygon(np.vstack([[(-0.7, 0)], fan]), BODY)
    for point in fan[1:-1]:
        canvas.line([(-0.65, 0), point * 0.97], 0.03, ACCENT)


def cephalopod(canvas, look, rng):
    for start in np.linspace(-0.2, 0.2, 6 + look.parts):
        arm = wavy(
            (0.25, start),
            start * 4,
            rng.uniform(0.75, 1.0),
            rng.uniform(-2, 2),
            points=10,
        )
        canvas.line(arm, 0.09 - 0.03 * look.slender, ACCENT)
    length = 0.5 + 0.2 * look.slender
    for side in (-1, 1):
        fin = [(-0.3, 0), (-0.5 - length * 0.6, side * 0.05), (-0.55, side * 0.6)]
        canvas.polygon(fin, ACCENT)
    canvas.disc((-0.35, 0), length, BODY, stretch=0.65 - 0.3 * look.slender)
    canvas.disc((0.22, 0), 0.27, BODY, stretch=0.9)
    for side in (-1, 1):
        canvas.disc((0.27, side * 0.2), 0.085, ACCENT)
        canvas.disc((0.28, side * 0.2), 0.05, DARK)
