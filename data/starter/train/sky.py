# SPDX-License-Identifier: GPL-3.0-or-later
"""The sky: its gradient, stars, the sun or the moon, clouds, and what falls from them."""

import math
from dataclasses import dataclass

import numpy as np

import light as lights
from canvas import FLOAT, ellipse, mix, polygon, rectangle, rgb, stroke

PLACE = {"left": 0.23, "centre": 0.5, "right": 0.77}
ORB_HEIGHT = {"dawn": 0.7, "day": 0.3, "dusk": 0.74, "night": 0.3}
ORB_RADIUS = {"dawn": 0.085, "day": 0.08, "dusk": 0.105, "night": 0.08}
CLOUDS = {"clear": 0, "cloudy": 4, "rain": 5, "snow": 3}


@dataclass(frozen=True)
class Orb:
    """The sun or the moon as it was drawn, for its reflection."""

    x: float
    radius: float
    colour: np.ndarray


def gradient(canvas, light, horizon):
    """Fill the picture with the sky's three colours down to row `horizon`; cut paper has five bands instead."""
    down = np.clip(canvas.rows / FLOAT(horizon), 0, 1)
    if canvas.cut_paper:
        down = np.floor(down * 4.999) / 4
    down = down[..., None]
    upper = light.top + (light.middle - light.top) * (down / FLOAT(0.55))
    lower = light.middle + (light.horizon - light.middle) * ((down - FLOAT(0.55)) / FLOAT(0.45))
    canvas.pixels[:] = np.where(down < 0.55, upper, lower)


def stars(canvas, random, horizon):
    """Scatter stars, some of them with four points."""
    colour, unit = rgb(255, 250, 232), canvas.unit
    for _ in range(30):
        x, y, size = random.random() * canvas.width, random.random() ** 1.2 * horizon * 0.85, random.random()
        radius = unit * (0.0035 + 0.004 * size)
        if size > 0.72:
            reach = radius * 2.6
            points = [
                (
                    x + math.cos(turn) * (reach if i % 2 == 0 else radius * 0.7),
                    y + math.sin(turn) * (reach if i % 2 == 0 else radius * 0.7),
                )
                for i, turn in enumerate(np.linspace(0, 2 * math.pi, 9)[:-1])
            ]
            canvas.fill([polygon(*points)], colour, shadow=False)
        else:
            canvas.fill([ellipse(x, y, radius, radius)], colour, alpha=0.9)


def orb(canvas, random, scene, horizon):
    """Draw the sun or, at night, the moon; returns it, or None where the scene has none."""
    if not scene.orb:
        return None
    unit = canvas.unit
    x = canvas.width * (PLACE[scene.orb] + 0.05 * (random.random() - 0.5))
    y = horizon * (ORB_HEIGHT[scene.time] + 0.05 * (random.random() - 0.5))
    radius, colour = unit * ORB_RADIUS[scene.time], lights.ORB[scene.time]
    distance = (canvas.columns - FLOAT(x)) ** 2 + (canvas.rows - FLOAT(y)) ** 2
    if canvas.cut_paper:
        for reach, share in ((2.6, 0.16), (1.75, 0.22)):
            canvas.fill([ellipse(x, y, radius * reach, radius * reach)], colour, alpha=share)
    else:
        glow = np.exp(-distance / FLOAT((radius * 2.4) ** 2))[..., None]
        canvas.pixels += glow * FLOAT(0.3 if scene.time == "night" else 0.55) * (colour - canvas.pixels)
    canvas.fill([ellipse(x, y, radius, radius)], colour)
    if scene.time == "night":
        crater = rgb(224, 214, 198)
        canvas.fill(
            [ellipse(x - radius * 0.32, y - radius * 0.2, radius * 0.24, radius * 0.24)], crater, shadow=False
        )
        canvas.fill(
            [ellipse(x + radius * 0.3, y + radius * 0.32, radius * 0.2, radius * 0.2)], crater, shadow=False
        )
    return Orb(x, radius, colour)


def _cloud(x, y, size):
    """The shapes of a flat-bottomed cloud `size` wide to each side."""
    bottom = y + size * 0.14
    puffs = [(-0.72, 0.2), (-0.3, 0.36), (0.16, 0.46), (0.62, 0.28)]
    shapes = [rectangle(x - size, y - size * 0.04, x + size, bottom)]
    shapes += [ellipse(x + side * size, y + size * 0.05, size * 0.1, size * 0.09) for side in (-1, 1)]
    for across, radius in puffs:
        centre = x + across * size
        arc = [
            (centre + radius * size * math.cos(turn), bottom - radius * size * 1.1 * math.sin(turn))
            for turn in np.linspace(0, math.pi, 20)
        ]
        shapes.append(polygon(*arc))
    return shapes


def clouds(canvas, random, scene, light):
    """Hang the clouds of the scene's weather."""
    count = CLOUDS[scene.weather]
    colour = lights.CLOUD[scene.time]
    if scene.weather == "rain":
        colour = mix(colour, rgb(84, 92, 110) * mix(light.white, rgb(255, 255, 255), 0.25), 0.8)
    for i in range(count):
        x = canvas.width * (i + 0.15 + 0.7 * random.random()) / count
        y = canvas.height * (0.07 + 0.24 * random.random())
        size = canvas.unit * (0.17 + 0.08 * random.random())
        canvas.fill(_cloud(x, y, size), colour, mix(colour, light.middle, 0.5), alpha=0.999)


def rain(canvas, random, light):
    """Draw streaks of rain, all at one slant."""
    unit = canvas.unit
    count = round(46 * canvas.width * canvas.height / unit**2)
    drops = []
    for _ in range(count):
        x, y = random.random() * canvas.width * 1.1, random.random() * canvas.height
        length = unit * (0.05 + 0.025 * random.random())
        drops.append(stroke([(x, y), (x - length * 0.3, y + length)], unit * 0.008))
    canvas.fill(drops, mix(light.horizon, rgb(236, 243, 252), 0.65), alpha=0.62)


def snow(canvas, random):
    """Draw flakes of snow."""
    unit = canvas.unit
    count = round(64 * canvas.width * canvas.height / unit**2)
    flakes = []
    for _ in range(count):
        radius = unit * (0.0055 + 0.0055 * random.random() ** 2)
        flakes.append(
            ellipse(random.random() * canvas.width, random.random() * canvas.height, radius, radius)
        )
    canvas.fill(flakes, rgb(255, 255, 255), alpha=0.95)
