"""Crabs, prawns and lobsters. The head points to +x; claws, legs and antennae come in pairs."""

import numpy as np

from ..canvas import ACCENT, BODY, DARK
from .curves import tapered, wavy


def _leg(canvas, start, side, reach, sweep, width, rng):
    knee = np.add(start, (sweep * 0.5, side * reach * rng.uniform(0.5, 0.65)))
    foot = knee + (sweep * rng.uniform(0.3, 0.7), side * reach * rng.uniform(0.3, 0.5))
    canvas.line([start, knee, foot], width, ACCENT)


def _claw(canvas, start, side, size, rng):
    elbow = np.add(start, (0.25, side * rng.uniform(0.2, 0.35)))
    hand = elbow + (rng.uniform(0.12, 0.25), -side * rng.uniform(-0.05, 0.15))
    canvas.line([start, elbow, hand], 0.1, ACCENT)
    canvas.disc(hand, size, BODY, stretch=0.7)
    canvas.polygon([hand, hand + (size * 1.6, size * 0.4), hand + (size * 1.6, -size * 0.4)], DARK)


def crab(canvas, look, rng):
    width = 0.1 - 0.05 * look.slender
    for side in (-1, 1):
        for start in np.linspace(-0.35, 0.2, 3 + look.parts):
            _leg(canvas, (start, side * 0.4), side, 0.75, start * 1.6, width, rng)
        _claw(canvas, (0.3, side * 0.4), side, 0.2 - 0.06 * look.slender, rng)
        canvas.line([(0.4, side * 0.12), (0.55, side * 0.16)], 0.05, ACCENT)
        canvas.disc((0.55, side * 0.16), 0.05, DARK)
    shell = [(0.48, 0.25), (0.25, 0.62), (-0.3, 0.5), (-0.5, 0.2)]
    canvas.polygon(shell + [(x, -y) for x, y in reversed(shell)], BODY)
    for x in (-0.2, 0.15):
        for y in (-0.22, 0.22):
            canvas.disc((x, y), 0.05, ACCENT)


def hermit_crab(canvas, look, rng):
    for side in (-1, 1):
        for start in (0.2, 0.4):
            _leg(canvas, (start, side * 0.1), side, 0.7, 0.5, 0.08, rng)
        _claw(canvas, (0.45, side * 0.12), side, 0.14 + 0.05 * (side == 1), rng)
        canvas.line([(0.5, 0), (1.1, side * rng.uniform(0.1, 0.5))], 0.02, ACCENT)
    turns = np.linspace(0, 2 * np.pi * (2 + 0.5 * look.parts), 50)
    spiral = np.stack([np.cos(turns), np.sin(turns)], axis=1) * np.linspace(0.05, 0.5, 50)[:, None]
    canvas.disc((-0.3, 0), 0.58, BODY, stretch=0.95)
    canvas.line(spiral + (-0.3, 0), 0.05, DARK)
    canvas.disc((0.35, 0), 0.2, ACCENT)
    for side in (-1, 1):
        canvas.disc((0.52, side * 0.08), 0.045, DARK)


def prawn(canvas, look, rng):
    bend = rng.uniform(1.5, 2.6)
    spine = wavy((0.5, -0.25), np.pi - bend / 3, 1.7, bend, points=14)
    along = np.linspace(0, np.pi, len(spine))
    widths = (0.3 - 0.12 * look.slender) * (0.35 + 0.65 * np.sin(along * 0.75 + 0.6)) * 0.8
    for side in (-1, 1):
        canvas.line(wavy(spine[0], side * 0.4, 0.9, rng.uniform(-1.5, 1.5)), 0.025, ACCENT)
    inward = np.array([0.1, 0.35])
    for point in spine[2 : 9 + look.parts]:
        canvas.line([point, point + inward * rng.uniform(0.8, 1.3)], 0.035, ACCENT)
    tail = spine[-1] - spine[-2]
    across = tail[::-1] * np.array([-1, 1])
    for spread in (-1.2, 0, 1.2):
        canvas.polygon([spine[-1], spine[-1] + tail * 2.6 + across * (spread + 0.5),
                        spine[-1] + tail * 2.6 + across * (spread - 0.5)], ACCENT)  # fmt: skip
    canvas.polygon(tapered(spine, widths), BODY)
    canvas.polygon([spine[0], spine[0] + (0.35, -0.12), spine[1] + (0, -0.1)], BODY)
    canvas.disc(spine[0] + (-0.02, -0.03), 0.06, DARK)


def lobster(canvas, look, rng):
    for side in (-1, 1):
        for start in np.linspace(0.0, 0.3, 3 + look.parts):
            _leg(canvas, (start, side * 0.12), side, 0.5, (start - 0.15) * 1.5, 0.05, rng)
        _claw(canvas, (0.35, side * 0.15), side, 0.1 + 0.1 * (1 - look.slender), rng)
        canvas.line(wavy((0.5, side * 0.05), side * 0.2, 0.8, side * 1.4), 0.03, ACCENT)
    bend = rng.uniform(-0.7, 0.7)
    spine = wavy((0.0, 0.0), np.pi, 0.85, bend, points=6)
    for point in spine[1:]:
        canvas.disc(point, 0.19, DARK)
        canvas.disc(point + (0.03, 0), 0.18, BODY)
    for spread in (-0.5, 0.0, 0.5):
        canvas.polygon(
            tapered(wavy(spine[-1], np.pi + bend + spread, 0.3, 0), np.full(9, 0.08)),
            ACCENT,
        )
    canvas.disc((0.2, 0), 0.36, BODY, stretch=0.6)
    for side in (-1, 1):
        canvas.disc((0.5, side * 0.1), 0.045, DARK)
