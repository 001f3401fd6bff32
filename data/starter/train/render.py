# SPDX-License-Identifier: GPL-3.0-or-later
"""From a scene to its picture.  `python render.py sheet.png [FIRST]` draws a sheet of scenes to look at."""

import sys

import numpy as np
from PIL import Image

import captions
import light as lights
import sky
import terrain
from canvas import FLOAT, Canvas, mix, rgb
from world import draw_scene

PAPER = rgb(248, 240, 220)
INK = rgb(52, 44, 58)


def _printed(pixels):
    """Old print: muted inks on cream paper, with a margin and a thin frame."""
    height, width = pixels.shape[:2]
    unit = min(width, height)
    brightness = (pixels @ np.array((0.3, 0.59, 0.11), FLOAT))[..., None]
    muted = mix(pixels, brightness, 0.22)
    inked = INK * FLOAT(0.5) + muted * (PAPER - INK * FLOAT(0.5))
    rows, columns = np.arange(height, dtype=FLOAT)[:, None], np.arange(width, dtype=FLOAT)[None, :]
    edge = np.minimum(np.minimum(columns, width - 1 - columns), np.minimum(rows, height - 1 - rows))
    margin = FLOAT(0.055 * unit)
    outside = np.clip(margin - edge + 0.5, 0, 1)[..., None]
    frame = np.clip(FLOAT(0.006 * unit) - np.abs(edge - margin) + 0.5, 0, 1)[..., None]
    return mix_by(mix_by(inked, PAPER, outside), INK, frame)


def mix_by(first, second, shares):
    return first + (second - first) * shares


def render(scene, width=256, height=256):
    """Return the picture of `scene` as uint8 (height, width, 3)."""
    random = np.random.default_rng([scene.key, 2])
    canvas = Canvas(width, height, cut_paper=scene.style == "papercut")
    light = lights.light_of(scene)
    horizon = height * (0.58 + 0.03 * random.random())
    sky.gradient(canvas, light, horizon)
    if scene.time == "night" and scene.weather == "clear":
        sky.stars(canvas, random, horizon)
    orb = sky.orb(canvas, random, scene, horizon)
    sky.clouds(canvas, random, scene, light)
    terrain.Land(canvas, random, scene, light, horizon, orb).paint()
    if scene.weather == "rain":
        sky.rain(canvas, random, light)
    if scene.weather == "snow":
        sky.snow(canvas, random)
    pixels = lights.toned(np.clip(canvas.pixels, 0, 1), scene.palette)
    if scene.style == "print":
        pixels = _printed(pixels)
    return (np.clip(pixels, 0, 1) * 255 + 0.5).astype(np.uint8)


def main():
    path, first = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0
    columns, rows = 8, 6
    sheet = Image.new("RGB", (columns * 256, rows * 256))
    for i in range(columns * rows):
        scene = draw_scene(first + i)
        sheet.paste(Image.fromarray(render(scene)), (i % columns * 256, i // columns * 256))
        print(i, captions.describe(scene, np.random.default_rng(i)).text)
    sheet.save(path)


if __name__ == "__main__":
    main()
