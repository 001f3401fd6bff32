# SPDX-License-Identifier: GPL-3.0-or-later
"""What people paint over: brush strokes, rectangles, borders to be painted on beyond, and now and then everything."""

import math

import numpy as np
from PIL import Image, ImageDraw


def _strokes(draw, random, width, height):
    unit = min(width, height)
    for _ in range(int(random.integers(1, 4))):
        x, y = random.random() * width, random.random() * height
        turn, points = random.random() * 2 * math.pi, [(x, y)]
        thickness = unit * (0.1 + 0.2 * random.random())
        for _ in range(int(random.integers(2, 6))):
            turn += random.normal() * 0.8
            reach = unit * (0.1 + 0.15 * random.random())
            x, y = x + reach * math.cos(turn), y + reach * math.sin(turn)
            points.append((x, y))
        draw.line(points, fill=255, width=round(thickness), joint="curve")
        for x, y in points:
            draw.ellipse(
                [x - thickness / 2, y - thickness / 2, x + thickness / 2, y + thickness / 2], fill=255
            )


def _rectangle(draw, random, width, height):
    across, down = (side * (0.25 + 0.4 * random.random()) for side in (width, height))
    x, y = random.random() * (width - across), random.random() * (height - down)
    draw.rectangle([x, y, x + across, y + down], fill=255)


def _borders(draw, random, width, height):
    """One or two sides, as outpainting leaves them."""
    for side in random.choice(4, size=int(random.integers(1, 3)), replace=False):
        share = 0.2 + 0.35 * random.random()
        box = (
            (0, 0, width * share, height),
            (width * (1 - share), 0, width, height),
            (0, 0, width, height * share),
            (0, height * (1 - share), width, height),
        )[int(side)]
        draw.rectangle(box, fill=255)


def draw_mask(key, width, height):
    """Return mask number `key` as bool (height, width), true where the picture is to be painted anew."""
    random = np.random.default_rng([int(key), 3])
    image = Image.new("L", (width, height), 0)
    draw = ImageDraw.Draw(image)
    kind = random.random()
    if kind < 0.08:
        draw.rectangle([0, 0, width, height], fill=255)
    elif kind < 0.5:
        _strokes(draw, random, width, height)
    elif kind < 0.75:
        _rectangle(draw, random, width, height)
    else:
        _borders(draw, random, width, height)
    return np.asarray(image) > 0
