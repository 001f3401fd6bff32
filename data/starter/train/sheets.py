# SPDX-License-Identifier: GPL-3.0-or-later
"""Sheets of what a model paints at every setting, for its card.  `python sheets.py PENTIMENTO-CLI MODEL FOLDER [SHEET...]`

Everything is painted by pentimento-cli. The sheet of edits needs MODEL-inpaint beside MODEL.
"""

import argparse
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw

from masks import draw_mask
from render import render
from world import HELD_OUT, draw_scene

PROMPTS = (
    "a lighthouse on the right by the sea, sunset",
    "snowy mountains behind a lake with pine trees on the left",
    "red hot air balloon over rolling hills, clear morning",
    "a cabin in an autumn forest at night, full moon",
)
SAMPLERS = (
    "euler euler-a heun dpm2 dpm2-a lms dpmpp-2m dpmpp-2s-a dpmpp-sde dpmpp-2m-sde dpmpp-3m-sde ddim unipc lcm"
).split()
SIZES = ((192, 192), (256, 256), (384, 256), (256, 384), (384, 384), (512, 512))
#: Of the scenes that are edited: no training saw them.
EDITED = HELD_OUT + (1 << 21)
EDITS = 20
MARGIN = 64
CELL, LABEL = 192, 14


class Painter:
    """Runs pentimento-cli and keeps its pictures in a folder of its own."""

    def __init__(self, cli, model, folder):
        self.cli, self.model, self.folder = cli, model, Path(folder)
        self.sibling = model.with_name(model.name + "-inpaint")
        self.count = 0

    def paint(self, prompt, *options, model=None):
        """Return the picture of `prompt` with more `options`."""
        self.count += 1
        path = self.folder / f"{self.count}.png"
        command = [self.cli, "generate", "--model", model or self.model, "--prompt", prompt, "--seed", 7]
        command += ["--cfg", 5, "--progress", "none", "--output", path, *options]
        subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
        return Image.open(path).convert("RGB")


def by_prompt(painter, settings):
    """One row a prompt, one column a setting: pairs of a label and the options it stands for."""
    return [[(painter.paint(prompt, *options), label) for label, options in settings] for prompt in PROMPTS]


def steps(painter):
    return by_prompt(painter, [(f"{n} steps", ("--steps", n)) for n in (8, 12, 20, 30, 50)])


def guidance(painter):
    return by_prompt(painter, [(f"CFG {cfg}", ("--cfg", cfg)) for cfg in (2, 3.5, 5, 7, 10)])


def samplers(painter):
    few = {"lcm": ("--steps", 8, "--cfg", 2)}
    settings = [(name, ("--sampler", name, *few.get(name, ()))) for name in SAMPLERS]
    rows = []
    for prompt in PROMPTS[:2]:
        pictures = [(painter.paint(prompt, *options), label) for label, options in settings]
        rows += [pictures[:7], pictures[7:]]
    return rows


def sizes(painter):
    return by_prompt(painter, [(f"{w} x {h}", ("--width", w, "--height", h)) for w, h in SIZES])


def prepare_edit(painter, key):
    """Return the render of a scene, its mask, both as files in the painter's folder, and a prompt."""
    scene = draw_scene(key)
    before, mask = Image.fromarray(render(scene)), Image.fromarray(draw_mask(key, 256, 256)).convert("L")
    source, mask_file = painter.folder / "source.png", painter.folder / "mask.png"
    before.save(source)
    mask.save(mask_file)
    return before, mask, source, mask_file, f"{scene.terrain}, {scene.time}, {scene.weather}"


def edits(painter):
    """Renders with a part painted anew or a margin added: before and after, five pairs a row."""
    pairs = []
    for key in range(EDITED, EDITED + EDITS):
        before, mask, source, mask_file, prompt = prepare_edit(painter, key)
        outside = ("--outpaint", f"{MARGIN},0,{MARGIN},0") if key % 4 == 3 else ("--mask", mask_file)
        after = painter.paint(prompt, "--init", source, *outside, model=painter.sibling)
        shown = Image.composite(Image.new("RGB", before.size, "magenta"), before, mask)
        pairs.append([(before if key % 4 == 3 else shown, "before"), (after, prompt)])
    return [sum(pairs[i : i + 5], []) for i in range(0, len(pairs), 5)]


SHEETS = {function.__name__: function for function in (steps, guidance, samplers, sizes, edits)}


def assemble(rows):
    """Return one picture of rows of (picture, label), each fitted into a cell."""
    columns = max(len(row) for row in rows)
    sheet = Image.new("RGB", (columns * CELL, len(rows) * (CELL + LABEL)), "white")
    draw = ImageDraw.Draw(sheet)
    for y, row in enumerate(rows):
        for x, (picture, label) in enumerate(row):
            picture.thumbnail((CELL - 4, CELL - 4), Image.Resampling.LANCZOS)
            left, top = x * CELL + (CELL - picture.width) // 2, y * (CELL + LABEL) + (CELL - picture.height) // 2
            sheet.paste(picture, (left, top))
            draw.text((x * CELL + 4, (y + 1) * (CELL + LABEL) - LABEL), label[: CELL // 6], fill="black")
    return sheet


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("cli", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("sheets", nargs="*", metavar="SHEET", help="default: all")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for name in arguments.sheets or SHEETS:
        with tempfile.TemporaryDirectory() as folder:
            rows = SHEETS[name](Painter(arguments.cli, arguments.model, folder))
        assemble(rows).save(arguments.folder / f"{name}.webp", quality=85)


if __name__ == "__main__":
    main()
