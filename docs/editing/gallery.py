#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the pictures and the plot of docs/editing.md with the starter model, whatever its size.

  apt-get install python3-numpy python3-pil python3-matplotlib
  ./run build && docs/editing/gallery.py [PENTIMENTO_CLI]

Each NAME.webp beside this file shows, from left to right, the picture before, the mask and the picture after;
NAME-difference.png how much each pixel differs, four times as bright. It ends with an error where a pixel differs whose
mask is black.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import matplotlib
import numpy as np
from PIL import Image, ImageDraw

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "pentimento"
from matplotlib import pyplot  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = HERE.parents[1] / "build" / "src" / "cli" / "pentimento-cli"
STARTER = HERE.parents[1] / "data" / "starter"
GAP = 4       # pixels between the pictures of a row
LARGEST = 384   # side of a picture that is shown


def native_side():
    """Of the pictures that the starter model paints."""
    cells = json.loads((STARTER / "unet" / "config.json").read_text())["sample_size"]
    levels = len(json.loads((STARTER / "vae" / "config.json").read_text())["block_out_channels"])
    return cells << (levels - 1)


SIDE = native_side()


def box(left, top, right, bottom):
    """White between shares of the side."""
    mask = Image.new("L", (SIDE, SIDE))
    ImageDraw.Draw(mask).rectangle((left * SIDE, top * SIDE, right * SIDE - 1, bottom * SIDE - 1), fill=255)
    return mask


def disc(x, y, radius):
    mask = Image.new("L", (SIDE, SIDE))
    ImageDraw.Draw(mask).ellipse(((x - radius) * SIDE, (y - radius) * SIDE, (x + radius) * SIDE, (y + radius) * SIDE),
                                 fill=255)
    return mask


def slope(white, black):
    """White down to one share of the height, black from another on."""
    rows = np.clip((black * SIDE - np.arange(SIDE)) * 255 / ((black - white) * SIDE), 0, 255)
    return Image.fromarray(np.repeat(rows[:, None], SIDE, 1).round().astype(np.uint8))


# Name: prompt and seed of the picture before; mask or margins; options of the edit.
EDITS = {
    "house": (("hills at noon, clear sky", 5), box(0.23, 0.37, 0.77, 0.9),
              ["--prompt", "a red cabin in the centre, hills at noon, clear sky", "--fill", "noise", "--seed", 2]),
    "sky": (("mountains and a lake, noon", 4), slope(0.23, 0.55),
            ["--prompt", "mountains and a lake, sunset", "--strength", 1, "--seed", 5]),
    "moon": (("lake at night, moon", 2), disc(0.76, 0.15, 0.2),
             ["--prompt", "lake at night, clear sky", "--negative", "moon", "--fill", "blur", "--seed", 4]),
    "sides": (("a sailboat on the ocean at noon", 5), (SIDE // 2,) * 4,
              ["--prompt", "ocean at noon, clear sky", "--seed", 1]),
}


def paint(program, output, *options):
    subprocess.run([program, "generate", "--output", output, "--progress", "none", *map(str, options)], check=True,
                   stdout=subprocess.DEVNULL)


def place(picture, margins):
    """On the canvas of an extended picture; and white where that is new."""
    left, top, right, bottom = margins
    size = (picture.width + left + right, picture.height + top + bottom)
    canvas, mask = Image.new("RGB", size), Image.new("L", size, 255)
    canvas.paste(picture, (left, top))
    mask.paste(0, (left, top, left + picture.width, top + picture.height))
    return canvas, mask


def edit(program, folder, before, area, options):
    """The picture before, the mask and the picture after, all of one size."""
    before_file, mask_file, after_file = (folder / f"{name}.png" for name in ("before", "mask", "after"))
    paint(program, before_file, "--prompt", before[0], "--seed", before[1])
    picture = Image.open(before_file).convert("RGB")
    if isinstance(area, tuple):
        options = [*options, "--outpaint", ",".join(map(str, area))]
        picture, mask = place(picture, area)
    else:
        area.save(mask_file)
        mask = area
        options = [*options, "--mask", mask_file]
    paint(program, after_file, "--init", before_file, *options)
    return picture, mask, Image.open(after_file).convert("RGB")


def distances(mask, reach):
    """Of every pixel to the nearest on the other side of the mask's edge, in steps that may be diagonal: below 0 outside."""
    inside = np.asarray(mask) > 0
    result = np.zeros(inside.shape, int)
    for sign, here in ((1, inside), (-1, ~inside)):
        left = here.copy()
        for _ in range(reach + 1):
            result[left] += sign
            padded = np.pad(left, 1, constant_values=True)
            left = np.logical_and.reduce([padded[y:y + left.shape[0], x:x + left.shape[1]]
                                          for y in range(3) for x in range(3)]) & here
    return result


def show(name, pictures, difference):
    """Writes both files; very large pictures at the size that LARGEST allows."""
    width, height = pictures[0].size
    share = min(1, LARGEST / max(width, height))
    size = (round(width * share), round(height * share))
    row = Image.new("RGB", (len(pictures) * (size[0] + GAP) - GAP, size[1]), "white")
    for i, picture in enumerate(pictures):
        row.paste(picture.convert("RGB").resize(size, Image.Resampling.BOX), (i * (size[0] + GAP), 0))
    row.save(HERE / f"{name}.webp", quality=92, method=6)
    shown = Image.fromarray(np.minimum(difference * 4, 255).astype(np.uint8)).resize(size, Image.Resampling.NEAREST)
    shown.save(HERE / f"{name}-difference.png", optimize=True)


def main(program=PROGRAM, *names):
    reach = SIDE * 3 // 16
    figure, axes = pyplot.subplots(figsize=(8, 4))
    for name, (before, area, options) in EDITS.items():
        if names and name not in names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            was, mask, now = edit(program, pathlib.Path(folder), before, area, options)
        difference = np.abs(np.asarray(now, int) - np.asarray(was, int))
        if difference[np.asarray(mask) == 0].any():
            sys.exit(f"{name}: pixels differ whose mask is black")
        show(name, (was, mask, now), difference)
        if not isinstance(area, tuple):   # where nothing was before, nothing can differ from it
            distance = distances(mask, reach)
            steps = [d for d in range(-reach, reach + 1) if d != 0 and (distance == d).any()]
            axes.plot(steps, [difference[distance == d].mean() for d in steps], label=name)
    axes.axvline(0, color="#9a9996", linewidth=0.8)
    axes.set_xlabel("pixels from the mask's edge, inside to the right")
    axes.set_ylabel("mean absolute difference, of 255")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(HERE / "distance.svg", metadata={"Date": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
