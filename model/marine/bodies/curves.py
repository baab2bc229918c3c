"""Points of the curves that bodies are made of."""

import numpy as np


def polar(angle: float, radius: float) -> np.ndarray:
    """The point at an angle (radians) and a distance from the origin."""
    return np.array([np.cos(angle), np.sin(angle)]) * radius


def wavy(start, angle: float, length: float, bend: float, points: int = 8) -> np.ndarray:
    """A line from start whose direction turns by bend (radians) over its length."""
    directions = angle + np.linspace(0, bend, points)
    steps = np.stack([np.cos(directions), np.sin(directions)], axis=1) * length / points
    return np.asarray(start) + np.vstack([np.zeros(2), np.cumsum(steps, axis=0)])


def tapered(spine: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """The outline of a body with the given width at each point of its spine."""
    along = np.gradient(spine, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    side = np.stack([-along[:, 1], along[:, 0]], axis=1) * np.asarray(widths)[:, None]
    return np.vstack([spine + side, (spine - side)[::-1]])
