"""Colonies and sponges. They grow towards -y."""

import numpy as np

from ..canvas import ACCENT, BODY, DARK
from .curves import polar, wavy


def coral(canvas, look, rng):
    def grow(start, angle, length, depth):
        branch = wavy(start, angle, length, rng.uniform(-0.4, 0.4), points=5)
        canvas.line(branch, 0.05 + 0.03 * depth * (1 - 0.6 * look.slender), BODY)
        if depth == 0:
            canvas.disc(branch[-1], 0.07, ACCENT)
            return
        twigs = 3 if look.parts == 2 and depth == 2 else 2
        for turn in np.linspace(-0.6, 0.6, twigs) + rng.uniform(-0.15, 0.15, twigs):
            grow(branch[-1], angle + turn, length * 0.78, depth - 1)

    for lean in (-0.4, 0.4) if look.parts == 1 else (0.0,):
        grow(np.array([0, 0.95]), -np.pi / 2 + lean, 0.6, 3)
    canvas.disc((0, 0.95), 0.16, DARK, stretch=0.5)


def sea_pen(canvas, look, rng):
    spine = wavy((0, 1), -np.pi / 2, 2.0, rng.uniform(-0.6, 0.6), points=16)
    leaf = 0.5 - 0.3 * look.slender
    for point in spine[5 :: 3 - look.parts]:
        for side in (-1, 1):
            frond = wavy(point, -np.pi / 2 + side * 1.1, leaf, -side * 0.6, points=5)
            canvas.line(frond, 0.09, BODY)
            canvas.disc(frond[-1], 0.05, ACCENT)
    canvas.line(spine, 0.1, ACCENT)
    canvas.disc(spine[0], 0.12, DARK, stretch=1.4)


def sponge(canvas, look, rng):
    lobes = 2 + look.parts
    angles = np.linspace(-0.7, 0.7, lobes) - np.pi / 2 + rng.uniform(-0.1, 0.1, lobes)
    tips = [polar(angle, 0.75) + (0, 0.35) for angle in angles]
    width = 0.5 - 0.22 * look.slender
    canvas.disc((0, 0.75), 0.4, ACCENT, stretch=0.45)
    for tip in tips:
        canvas.line([(0, 0.75), tip], width, BODY)
        canvas.disc(tip, width * 0.56, BODY)
    for tip in tips:
        canvas.disc(tip, width * 0.36, ACCENT)
        canvas.disc(tip, width * 0.26, DARK)
