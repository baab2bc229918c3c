"""One picture: an animal of a class in some pose, on some ground, under some light."""

import colorsys
from enum import IntEnum

import numpy as np
from PIL import Image, ImageFilter

from .bodies import BODY_PLANS
from .canvas import SIZE, Canvas
from .looks import LOOKS, Look

_GROUNDS = ((0.10, 0.35, 0.70), (0.58, 0.60, 0.40), (0.48, 0.45, 0.50), (0.62, 0.30, 0.15),
            (0.08, 0.30, 0.35), (0.30, 0.25, 0.40), (0.00, 0.00, 0.60))  # fmt: skip
_TRANSPARENT = {"salp": 0.75, "jellyfish": 0.8}


class Split(IntEnum):
    """A picture's seed is (split, class, number), so no picture can be in two splits."""

    TRAINING = 1
    VALIDATION = 2
    HELD_OUT = 3


def draw_picture(class_index: int, split: Split, number: int) -> np.ndarray:
    """The numbered picture of a class: uint8 [224, 224, 3]. Same arguments, same picture."""
    rng = np.random.default_rng([int(split), class_index, number])
    look = LOOKS[class_index]
    canvas = Canvas(*_pose(rng))
    BODY_PLANS[look.body_plan](canvas, look, rng)
    picture = _over(_ground(rng), canvas, look, rng)
    return _camera(_occlude(picture, rng), rng)


def _pose(rng) -> tuple[np.ndarray, np.ndarray]:
    angle = rng.uniform(0, 2 * np.pi)
    scale = rng.uniform(55, 92)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    tilt = np.array([[1, rng.uniform(-0.2, 0.2)], [0, rng.uniform(0.8, 1)]])
    mirror = np.diag([1, rng.choice([-1, 1])])
    return turn @ tilt @ mirror * scale, SIZE / 2 + rng.uniform(-22, 22, 2)


def _colour(hsv, rng) -> np.ndarray:
    jitter = rng.normal(0, (0.012, 0.06, 0.05))
    hue, saturation, value = np.add(hsv, jitter)
    rgb = colorsys.hsv_to_rgb(hue % 1, np.clip(saturation, 0, 1), np.clip(value, 0, 1))
    return np.array(rgb, dtype=np.float32)


def _cloud(rng, cells: int) -> np.ndarray:
    """Smooth noise in -1..1 with about `cells` patches along each side."""
    coarse = Image.fromarray(rng.uniform(-1, 1, (cells, cells)).astype(np.float32))
    return np.asarray(coarse.resize((SIZE, SIZE), Image.Resampling.BICUBIC))[..., None]


def _ground(rng) -> np.ndarray:
    colour = _colour(_GROUNDS[rng.integers(len(_GROUNDS))], rng)
    ground = colour * (1 + 0.25 * _cloud(rng, 4) + rng.uniform(0.05, 0.25) * _cloud(rng, 40))
    if rng.random() < 0.4:
        other = _colour(_GROUNDS[rng.integers(len(_GROUNDS))], rng)
        ground = np.where(_cloud(rng, 5) > 0.25, other, ground)
    return ground.astype(np.float32)


def _pattern(look: Look, x: np.ndarray, y: np.ndarray, rng) -> np.ndarray:
    """Where the accent colour shows on the body, 0..1, fixed to the animal."""
    phase = rng.uniform(0, 2 * np.pi)
    if look.pattern == "stripes":
        wave = np.sin(x * 18 + phase)
    elif look.pattern == "spots":
        wave = np.sin(x * 16 + phase) * np.sin(y * 16 + phase) * 2 - 0.6
    elif look.pattern == "rings":
        wave = np.sin(np.hypot(x, y) * 22 + phase)
    else:
        return np.zeros_like(x)
    return np.clip(wave * 3 + 0.5, 0, 1)


def _over(ground: np.ndarray, canvas: Canvas, look: Look, rng) -> np.ndarray:
    coverage = canvas.coverage()
    in_body, in_accent, in_dark = (coverage[..., layer, None] for layer in range(3))
    covered = in_body + in_accent + in_dark
    share = 0.75 * _pattern(look, *canvas.animal_coordinates(), rng)[..., None]
    body, accent = _colour(look.body, rng), _colour(look.accent, rng)
    grain = in_body * (1 + 0.12 * _cloud(rng, 24))
    animal = (grain * (1 - share)) * body + (grain * share + in_accent) * accent + in_dark * 0.07
    opacity = _TRANSPARENT.get(look.body_plan, 1.0)
    shadow = np.roll(covered, rng.integers(3, 9, 2), axis=(0, 1)) * rng.uniform(0, 0.5)
    return ground * ((1 - shadow) * (1 - covered * opacity)) + animal * opacity


def _occlude(picture: np.ndarray, rng) -> np.ndarray:
    """Blades of weed and drifting particles in front of the animal."""
    front = Canvas(np.eye(2) * SIZE / 2, np.full(2, SIZE / 2))
    for _ in range(rng.integers(0, 4)):
        start, end = rng.uniform(-1, 1, 2)
        front.line(
            [(start, 1), ((start + end) / 2, 0), (end, -1)],
            rng.uniform(0.02, 0.07),
            (255, 0, 0),
        )
    for _ in range(rng.integers(0, 25)):
        front.disc(rng.uniform(-1, 1, 2), rng.uniform(0.008, 0.025), (0, 255, 0))
    if rng.random() < 0.3:
        front.disc(rng.uniform(-1, 1, 2), rng.uniform(0.1, 0.25), (255, 0, 0))
    coverage = front.coverage()
    weed = _colour((rng.uniform(0.05, 0.4), 0.5, rng.uniform(0.15, 0.5)), rng)
    particles = coverage[..., 1:2] * 0.7
    blades = coverage[..., :1] * (1 - particles)
    return picture * ((1 - blades) * (1 - particles)) + (blades * weed + particles)


def _camera(picture: np.ndarray, rng) -> np.ndarray:
    """Light that falls from one side, a colour cast, exposure, blur and sensor noise."""
    down, across = rng.uniform(-0.25, 0.25, 2)
    edge = np.linspace(-1, 1, SIZE, dtype=np.float32)
    light = (1 + down * edge[:, None] + across * edge)[..., None] * rng.uniform(0.7, 1.2)
    cast = rng.uniform(0.9, 1.1, 3).astype(np.float32)
    image = Image.fromarray(np.clip(picture * light * (cast * 255), 0, 255).astype(np.uint8))
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1.2)))
    noise = rng.standard_normal((SIZE, SIZE, 3), dtype=np.float32) * rng.uniform(1, 9)
    return np.clip(np.asarray(image) + noise, 0, 255).astype(np.uint8)
