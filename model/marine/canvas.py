"""A drawing surface in the animal's own coordinates, which span about -1..1."""

import numpy as np
from PIL import Image, ImageDraw

SIZE = 224
_OVERSAMPLING = 2

# A layer is a colour channel, so that a later part hides an earlier one and edges stay soft.
BODY = (255, 0, 0)
ACCENT = (0, 255, 0)
DARK = (0, 0, 255)


class Canvas:
    """Takes shapes in animal coordinates and gives, per pixel, how much each layer covers."""

    def __init__(self, transform: np.ndarray, centre: np.ndarray):
        self._transform = transform
        self._centre = centre
        self._image = Image.new("RGB", (SIZE * _OVERSAMPLING, SIZE * _OVERSAMPLING))
        self._draw = ImageDraw.Draw(self._image)
        self._unit = np.sqrt(abs(np.linalg.det(transform))) * _OVERSAMPLING

    def _pixels(self, points: np.ndarray) -> list[tuple[float, float]]:
        pixels = (np.asarray(points) @ self._transform.T + self._centre) * _OVERSAMPLING
        return [tuple(pixel) for pixel in pixels.tolist()]

    def polygon(self, points, layer) -> None:
        """Fills a closed outline."""
        self._draw.polygon(self._pixels(points), fill=layer)

    def line(self, points, width: float, layer) -> None:
        """Draws connected points as one line of the given width."""
        pixels = max(1, round(width * self._unit))
        self._draw.line(self._pixels(points), fill=layer, width=pixels, joint="curve")

    def disc(self, centre, radius: float, layer, stretch: float = 1.0) -> None:
        """Fills an ellipse: radius along x, radius * stretch along y."""
        angles = np.linspace(0, 2 * np.pi, 28, endpoint=False)
        outline = np.stack([np.cos(angles), np.sin(angles) * stretch], axis=1) * radius
        self.polygon(outline + np.asarray(centre), layer)

    def coverage(self) -> np.ndarray:
        """[SIZE, SIZE, 3] in 0..1: body, accent and dark."""
        return np.asarray(self._image.reduce(_OVERSAMPLING), dtype=np.float32) / 255

    def animal_coordinates(self) -> tuple[np.ndarray, np.ndarray]:
        """x and y of every pixel, in animal coordinates."""
        inverse = np.linalg.inv(self._transform).astype(np.float32)
        pixels = np.arange(SIZE, dtype=np.float32)
        dx, dy = (pixels - np.float32(c) for c in self._centre)
        x = inverse[0, 0] * dx + inverse[0, 1] * dy[:, None]
        y = inverse[1, 0] * dx + inverse[1, 1] * dy[:, None]
        return x, y
