# SPDX-License-Identifier: GPL-3.0-or-later
"""A float picture with anti-aliased filled shapes: all that the renderer needs to draw with."""

import math
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw

FLOAT = np.float32
#: Shapes are drawn this many times larger and averaged down.
OVERSAMPLING = 4


def rgb(red, green, blue):
    """Return a colour as three floats from 0 to 1."""
    return np.array((red, green, blue), FLOAT) / 255


def mix(first, second, share):
    """Return `first` with `share` (0 to 1) of it replaced by `second`."""
    return first + (second - first) * FLOAT(share)


def rectangle(left, top, right, bottom):
    return "polygon", [(left, top), (right, top), (right, bottom), (left, bottom)]


def polygon(*points):
    return "polygon", list(points)


def ellipse(x, y, across, down):
    """An ellipse by its centre and its two radii."""
    return "polygon", [
        (x + across * math.cos(turn), y + down * math.sin(turn))
        for turn in np.linspace(0, 2 * math.pi, 40)[:-1]
    ]


def stroke(points, width):
    return "stroke", list(points), width


@dataclass
class Canvas:
    """A picture of `width` by `height`; `unit`, its shorter side, is the measure of everything drawn on it.

    In `cut_paper` mode everything throws a small hard shadow and gradients become flat.
    """

    width: int
    height: int
    cut_paper: bool = False
    pixels: np.ndarray = field(init=False)

    def __post_init__(self):
        self.pixels = np.zeros((self.height, self.width, 3), FLOAT)
        self.rows = np.arange(self.height, dtype=FLOAT)[:, None]
        self.columns = np.arange(self.width, dtype=FLOAT)[None, :]
        self.unit = min(self.width, self.height)

    def fill_below(self, line, top, bottom, depth):
        """Fill everything below `line` (a height for each column) from `top` at the line to `bottom` at `depth`."""
        below = self.rows - line[None, :]
        if self.cut_paper:
            top = bottom = mix(top, bottom, 0.35)
            edge = np.exp(-np.clip(-below, 0, None) / FLOAT(0.016 * self.unit)) * (below < 0) * FLOAT(0.32)
            self.pixels *= 1 - edge[..., None]
        cover = np.clip(below + 0.5, 0, 1)[..., None]
        share = np.clip(below / FLOAT(depth), 0, 1)[..., None]
        self.pixels += cover * (top + (bottom - top) * share - self.pixels)

    def fill(self, shapes, colour, colour_to=None, alpha=1.0, sideways=False, shadow=True):
        """Fill the union of `shapes`, with a gradient down (or `sideways`) to `colour_to` over its bounding box."""
        if self.cut_paper and alpha == 1.0 and shadow:
            offset = 0.009 * self.unit
            self._blend(shapes, rgb(10, 8, 24), None, 0.28, False, offset)
        if self.cut_paper and colour_to is not None and not sideways:
            colour, colour_to = mix(colour, colour_to, 0.4), None
        self._blend(shapes, colour, colour_to, alpha, sideways, 0.0)

    def _blend(self, shapes, colour, colour_to, alpha, sideways, offset):
        left, top, right, bottom = self._bounds(shapes, offset)
        if right <= left or bottom <= top:
            return
        cover = self._cover(shapes, (left, top, right, bottom), offset) * FLOAT(alpha / 255)
        if colour_to is not None:
            share = np.linspace(0, 1, right - left if sideways else bottom - top, dtype=FLOAT)
            share = share[None, :, None] if sideways else share[:, None, None]
            colour = colour + (colour_to - colour) * share
        part = self.pixels[top:bottom, left:right]
        part += cover * (colour - part)

    def _bounds(self, shapes, offset):
        xs, ys = [], []
        for shape in shapes:
            margin = shape[2] if shape[0] == "stroke" else 0
            for x, y in shape[1]:
                xs += [x - margin, x + margin + offset]
                ys += [y - margin, y + margin + offset]
        return (
            max(0, int(min(xs)) - 1),
            max(0, int(min(ys)) - 1),
            min(self.width, int(max(xs)) + 2),
            min(self.height, int(max(ys)) + 2),
        )

    @staticmethod
    def _cover(shapes, bounds, offset):
        left, top, right, bottom = bounds
        mask = Image.new("L", ((right - left) * OVERSAMPLING, (bottom - top) * OVERSAMPLING), 0)
        draw = ImageDraw.Draw(mask)
        for shape in shapes:
            points = [
                ((x - left + offset) * OVERSAMPLING, (y - top + offset) * OVERSAMPLING) for x, y in shape[1]
            ]
            if shape[0] == "polygon":
                draw.polygon(points, fill=255)
            else:
                draw.line(points, fill=255, width=max(1, round(shape[2] * OVERSAMPLING)), joint="curve")
        return np.asarray(mask.reduce(OVERSAMPLING), FLOAT)[..., None]
