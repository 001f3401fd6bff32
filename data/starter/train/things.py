# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects.  Each is drawn standing on (x, y), `size` pixels high, in the light of its scene."""

import math

import numpy as np

from canvas import ellipse, mix, polygon, rectangle, rgb, stroke
from light import FOREST, WINDOW

#: Height of a large and of a small one, in units of the picture.
SIZE = {
    "lighthouse": (0.62, 0.42),
    "cabin": (0.36, 0.23),
    "sailboat": (0.46, 0.28),
    "pines": (0.52, 0.34),
    "palm": (0.58, 0.4),
    "balloon": (0.5, 0.3),
    "tent": (0.3, 0.2),
}

PAINT = {
    "red": rgb(218, 58, 50),
    "blue": rgb(52, 108, 200),
    "yellow": rgb(250, 196, 62),
    "white": rgb(250, 246, 238),
}
SHADE = rgb(50, 38, 66)
SNOW = rgb(243, 247, 254)


def _lit(light, colour, share=0.3):
    """A colour and its shaded side."""
    return light.on_thing(colour), light.on_thing(mix(colour, SHADE, share))


def pine(canvas, x, y, size, colour, dark, snow=None):
    """One fir of three tiers, darker on the right; `snow` is the colour of its cap, if it has one."""
    half = size * 0.25
    canvas.fill([rectangle(x - size * 0.04, y - size * 0.15, x + size * 0.04, y)], dark)
    tiers = ((1.0, 0.6, 0.55), (0.76, 0.35, 0.78), (0.54, 0.1, 1.0))
    canvas.fill(
        [
            polygon((x, y - a * size), (x + w * half, y - b * size), (x - w * half, y - b * size))
            for a, b, w in tiers
        ],
        colour,
    )
    canvas.fill(
        [polygon((x, y - a * size), (x + w * half, y - b * size), (x, y - b * size)) for a, b, w in tiers],
        mix(colour, dark, 0.55),
        shadow=False,
    )
    if snow is not None:
        cap = polygon(
            (x, y - size),
            (x + half * 0.28, y - size * 0.79),
            (x, y - size * 0.84),
            (x - half * 0.28, y - size * 0.79),
        )
        canvas.fill([cap], snow, shadow=False)


def _pines(canvas, light, thing, x, y, size):
    colour = FOREST["winter" if light.season == "winter" else "summer"]
    near, dark = light.on(mix(colour, rgb(30, 104, 84), 0.5)), light.on(rgb(18, 62, 60))
    snow = light.on(SNOW) if light.season == "winter" else None
    for across, share in ((-0.34, 0.72), (0.36, 0.8), (0.02, 1.0)):
        pine(canvas, x + across * size, y, size * share, near, dark, snow)


def _lighthouse(canvas, light, thing, x, y, size):
    rock = light.on(rgb(84, 78, 92))
    canvas.fill(
        [
            polygon(
                (x - size * 0.42, y + size * 0.12),
                (x - size * 0.3, y - size * 0.05),
                (x - size * 0.05, y - size * 0.1),
                (x + size * 0.22, y - size * 0.06),
                (x + size * 0.42, y + size * 0.12),
            )
        ],
        rock,
    )
    top, foot = y - size * 0.78, y - size * 0.06
    wide, narrow = size * 0.125, size * 0.085
    if light.night:
        side = 1 if x < canvas.width / 2 else -1
        reach = side * canvas.width
        beam = polygon((x, top - size * 0.07), (x + reach, top - size * 0.34), (x + reach, top + size * 0.14))
        canvas.fill([beam], WINDOW, alpha=0.3)
    for band in range(5):
        upper, lower = band / 5, (band + 1) / 5
        half_up, half_down = narrow + (wide - narrow) * upper, narrow + (wide - narrow) * lower
        y_up, y_down = top + (foot - top) * upper, top + (foot - top) * lower
        colour, shade = _lit(light, PAINT["red" if band % 2 == 0 else "white"], 0.4)
        canvas.fill(
            [
                polygon(
                    (x - half_up, y_up), (x + half_up, y_up), (x + half_down, y_down), (x - half_down, y_down)
                )
            ],
            colour,
            shade,
            sideways=True,
            shadow=False,
        )
    canvas.fill(
        [rectangle(x - narrow * 1.35, top - size * 0.02, x + narrow * 1.35, top + size * 0.02)],
        light.on(rgb(62, 58, 74)),
    )
    lamp = WINDOW if light.lamps else light.on(rgb(252, 232, 160))
    canvas.fill([rectangle(x - narrow * 0.75, top - size * 0.12, x + narrow * 0.75, top - size * 0.02)], lamp)
    canvas.fill(
        [
            polygon(
                (x - narrow * 1.0, top - size * 0.12),
                (x, top - size * 0.23),
                (x + narrow * 1.0, top - size * 0.12),
            )
        ],
        light.on_thing(PAINT["red"]),
    )


def _cabin(canvas, light, thing, x, y, size):
    half = size * 0.56
    wall, shade = _lit(light, PAINT[thing.colour], 0.25)
    roof = light.on(SNOW if light.season == "winter" else rgb(84, 58, 62))
    canvas.fill(
        [rectangle(x + half * 0.34, y - size, x + half * 0.56, y - size * 0.6)], light.on(rgb(98, 74, 76))
    )
    canvas.fill([rectangle(x - half * 0.82, y - size * 0.46, x + half * 0.82, y)], wall, shade, sideways=True)
    canvas.fill(
        [
            polygon(
                (x - half, y - size * 0.43),
                (x - half * 0.46, y - size * 0.88),
                (x + half * 0.46, y - size * 0.88),
                (x + half, y - size * 0.43),
            )
        ],
        roof,
    )
    pane = WINDOW if light.lamps else light.on(rgb(176, 220, 240))
    canvas.fill(
        [rectangle(x - half * 0.58, y - size * 0.34, x - half * 0.16, y - size * 0.11)], pane, shadow=False
    )
    canvas.fill(
        [rectangle(x + half * 0.16, y - size * 0.34, x + half * 0.52, y)],
        light.on(rgb(88, 56, 50)),
        shadow=False,
    )


def _sailboat(canvas, light, thing, x, y, size):
    sail, shade = _lit(light, PAINT[thing.colour], 0.28)
    canvas.fill(
        [ellipse(x, y + size * 0.035, size * 0.42, size * 0.045)], light.on(rgb(26, 48, 80)), alpha=0.4
    )
    canvas.fill(
        [rectangle(x - size * 0.014, y - size, x + size * 0.014, y - size * 0.1)],
        light.on(rgb(74, 52, 46)),
        shadow=False,
    )
    canvas.fill(
        [
            polygon(
                (x + size * 0.03, y - size * 0.97),
                (x + size * 0.38, y - size * 0.2),
                (x + size * 0.03, y - size * 0.2),
            )
        ],
        sail,
    )
    canvas.fill(
        [
            polygon(
                (x - size * 0.03, y - size * 0.88),
                (x - size * 0.03, y - size * 0.2),
                (x - size * 0.32, y - size * 0.2),
            )
        ],
        shade,
    )
    canvas.fill(
        [
            polygon(
                (x - size * 0.4, y - size * 0.14),
                (x + size * 0.44, y - size * 0.14),
                (x + size * 0.29, y + size * 0.04),
                (x - size * 0.28, y + size * 0.04),
            )
        ],
        light.on(rgb(112, 70, 52)),
    )


def _palm(canvas, light, thing, x, y, size):
    trunk, leaf = light.on(rgb(136, 96, 70)), light.on(rgb(52, 136, 84))
    lean = (0.14 if x < canvas.width / 2 else -0.14) * size
    points = [(x + lean * step**2, y - size * 0.78 * step) for step in np.linspace(0, 1, 8)]
    canvas.fill([stroke(points, size * 0.055)], trunk)
    crown_x, crown_y = points[-1]
    for turn in (-0.15, 0.35, 0.95, math.pi + 0.15, math.pi - 0.35, math.pi - 0.95):
        upper, lower = [], []
        for step in np.linspace(0, 1, 9):
            leaf_x = crown_x + math.cos(turn) * size * 0.42 * step
            leaf_y = crown_y - math.sin(turn) * size * 0.42 * step + size * 0.26 * step**2
            half = size * 0.06 * math.sin(math.pi * min(1, step * 0.85 + 0.15))
            upper.append((leaf_x, leaf_y - half))
            lower.append((leaf_x, leaf_y + half))
        shade = leaf if math.sin(turn) > -0.1 else light.on(mix(rgb(52, 136, 84), rgb(20, 60, 60), 0.4))
        canvas.fill([polygon(*upper, *lower[::-1])], shade, shadow=False)


def _balloon(canvas, light, thing, x, y, size):
    main = light.on_thing(PAINT[thing.colour])
    other = light.on_thing(
        PAINT["yellow"]
        if thing.colour == "white"
        else PAINT["white"]
        if thing.colour != "yellow"
        else PAINT["red"]
    )
    radius = size * 0.34
    middle = y - size * 0.66

    def gore(share):
        skirt = polygon(
            (x - radius * share * 0.9, middle + radius * 0.42),
            (x + radius * share * 0.9, middle + radius * 0.42),
            (x + radius * 0.24 * share, middle + radius * 1.36),
            (x - radius * 0.24 * share, middle + radius * 1.36),
        )
        return [ellipse(x, middle, radius * share, radius), skirt]

    for share, colour in ((1.0, main), (0.62, other), (0.25, main)):
        canvas.fill(gore(share), colour, shadow=share == 1.0)
    ropes = [
        stroke(
            [(x + s * radius * 0.2, middle + radius * 1.36), (x + s * radius * 0.15, middle + radius * 1.62)],
            size * 0.014,
        )
        for s in (-1, 1)
    ]
    canvas.fill(ropes, light.on(rgb(84, 62, 60)), shadow=False)
    canvas.fill(
        [rectangle(x - radius * 0.2, middle + radius * 1.6, x + radius * 0.2, middle + radius * 1.92)],
        light.on(rgb(126, 82, 52)),
    )


def _tent(canvas, light, thing, x, y, size):
    cloth, shade = _lit(light, PAINT[thing.colour], 0.35)
    ridge = (x - size * 0.02, y - size * 0.86)
    canvas.fill([polygon((x - size * 0.66, y), ridge, (x + size * 0.66, y))], cloth)
    canvas.fill([polygon(ridge, (x + size * 0.66, y), (x + size * 0.22, y))], shade, shadow=False)
    inside = WINDOW if light.lamps else light.on(rgb(92, 60, 62))
    canvas.fill(
        [polygon((ridge[0], y - size * 0.7), (x + size * 0.15, y), (x - size * 0.24, y))],
        inside,
        shadow=False,
    )


_PAINTERS = {
    "cabin": _cabin,
    "lighthouse": _lighthouse,
    "sailboat": _sailboat,
    "balloon": _balloon,
    "tent": _tent,
    "palm": _palm,
    "pines": _pines,
}


def paint(canvas, light, thing, x, y, size):
    """Draw `thing` standing on (x, y), `size` pixels high."""
    _PAINTERS[thing.kind](canvas, light, thing, x, y, size)
