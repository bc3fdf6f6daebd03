"""How like two pictures of the page are: by the mean colours of small squares, so that letters drawn a little otherwise do not count."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

#: Pixels of a picture that is kept for one of the screen.
SCALE = 0.5
#: Edge of a square, in pixels of the picture kept: two letters wide.
SQUARE = 8
#: By how much a channel's mean (0 to 255) may differ before a square counts as another.
APART = 14
#: The share of squares that may be others: a line of text, and no card, legend or colour of a class.
TOLERATED = 0.01


def kept(screenshot: bytes) -> Image.Image:
    """Return a screenshot as it is kept: half as wide, 128 colours."""
    image = Image.open(BytesIO(screenshot)).convert("RGB")
    size = [round(side * SCALE) for side in image.size]
    return image.resize(size, Image.Resampling.BOX).quantize(128, dither=Image.Dither.NONE)


def save(image: Image.Image, path: Path) -> None:
    """Write a picture as PNG, as small as it gets."""
    path.parent.mkdir(exist_ok=True)
    image.save(path, optimize=True)


def others(one: Image.Image, another: Image.Image) -> np.ndarray:
    """Return for each square, rows by columns, whether it is another; ValueError when the pictures differ in size."""
    if one.size != another.size:
        raise ValueError(f"{one.size} and {another.size} pixels")
    return (np.abs(_squares(one) - _squares(another)) > APART).any(axis=2)


def marked(image: Image.Image, others: np.ndarray) -> Image.Image:
    """Return a picture with everything pale but the squares that are others."""
    light = np.kron(np.where(others, 0.0, 0.8), np.ones((SQUARE, SQUARE)))[..., None]
    pixels = np.asarray(image.convert("RGB"), dtype=float)
    rows, columns = light.shape[:2]
    pixels[:rows, :columns] += (255 - pixels[:rows, :columns]) * light
    return Image.fromarray(pixels.round().astype(np.uint8))


def _squares(image: Image.Image) -> np.ndarray:
    pixels = np.asarray(image.convert("RGB"), dtype=float)
    rows, columns = (side // SQUARE for side in pixels.shape[:2])
    return pixels[: rows * SQUARE, : columns * SQUARE].reshape(rows, SQUARE, columns, SQUARE, 3).mean(axis=(1, 3))
