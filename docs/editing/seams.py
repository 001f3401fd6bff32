#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How visible the edge of a mask is: the table and the plot of seams in docs/editing.md.

  python -m venv peers && peers/bin/pip install diffusers transformers torch pillow matplotlib
  ./run build && peers/bin/python docs/editing/seams.py [PENTIMENTO_CLI]

Twenty pictures of the starter model are edited at random masks by Pentimento, and by diffusers' inpainting pipeline with
the same model, prompt, strength and steps. Measured is the mean difference of two neighbouring pixels on either side of a
mask's edge, and that of neighbours three to six pixels further out, where nothing is to be painted; the first divided by
the second, of the same result and of the picture before. What the pictures have there before any edit, of themselves, is
the first row.
"""
import pathlib
import random
import statistics
import sys
import tempfile

import diffusers
import matplotlib
import numpy as np
import torch
from PIL import Image, ImageDraw

from gallery import PROGRAM, SIDE, STARTER, paint

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "pentimento"
from matplotlib import pyplot  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
PLACES = ("sea", "lake", "hills", "desert", "forest", "mountains")
TIMES = ("dawn", "noon", "sunset", "night")
THINGS = ("lighthouse", "sailboat", "cabin", "palm tree", "pine trees", "hot air balloon", "moon")
STRENGTH, STEPS, CFG = 0.75, 20, 7
BEFORE = "the pictures before"
OURS = {"Pentimento": [], "Pentimento, --blend 0 --match 0": ["--blend", 0, "--match", 0]}
OUT = range(3, 6)       # steps further out, for what is usual there
WIDE = SIDE * 3 // 32   # steps to either side in the plot


def random_mask(chance):
    mask = Image.new("L", (SIDE, SIDE))
    width, height = (int(SIDE * chance.uniform(0.23, 0.55)) for _ in range(2))
    left, top = (int(chance.uniform(SIDE * 0.16, SIDE * 0.84 - length)) for length in (width, height))
    shape = ImageDraw.Draw(mask).ellipse if chance.random() < 0.5 else ImageDraw.Draw(mask).rectangle
    shape((left, top, left + width, top + height), fill=255)
    return mask


def profile(picture, mask):
    """Mean difference of neighbours, by steps from the edge: 0 crosses it, below 0 is outside."""
    values, sums, counts = np.asarray(picture, float), {}, {}
    inside = np.asarray(mask) > 0
    for axis in (0, 1):
        pixels, inner = (values, inside) if axis == 0 else (values.transpose(1, 0, 2), inside.T)
        differences = np.abs(np.diff(pixels, axis=0)).mean(2)
        for direction in (1, -1):
            rows, columns = np.nonzero((inner[1:] != inner[:-1]) & (inner[1:] if direction == 1 else inner[:-1]))
            for step in range(-WIDE, WIDE + 1):
                at = rows + direction * step
                fits = (at >= 0) & (at < len(differences))
                sums[step] = sums.get(step, 0) + differences[at[fits], columns[fits]].sum()
                counts[step] = counts.get(step, 0) + fits.sum()
    return {step: sums[step] / counts[step] for step in sums if counts[step]}


def further_out(steps):
    return statistics.mean(steps[-step] for step in OUT)


def edit(program, pipeline, chance, seed):
    """The profiles of one picture, by who edited it."""
    scene = f"{chance.choice(PLACES)} at {chance.choice(TIMES)}"
    prompt, mask = f"{chance.choice(THINGS)}, {scene}", random_mask(chance)
    with tempfile.TemporaryDirectory() as folder:
        before, mask_file, after = (pathlib.Path(folder, f"{name}.png") for name in ("before", "mask", "after"))
        paint(program, before, "--prompt", scene, "--seed", seed)
        mask.save(mask_file)
        source = Image.open(before).convert("RGB")
        profiles = {BEFORE: profile(source, mask)}
        for name, options in OURS.items():
            paint(program, after, "--init", before, "--mask", mask_file, "--prompt", prompt, "--seed", seed, "--strength",
                  STRENGTH, "--steps", STEPS, "--cfg", CFG, *options)
            profiles[name] = profile(Image.open(after).convert("RGB"), mask)
    theirs = pipeline(prompt, image=source, mask_image=mask, width=SIDE, height=SIDE, strength=STRENGTH,
                      num_inference_steps=STEPS, guidance_scale=CFG, generator=torch.Generator().manual_seed(seed)).images[0]
    profiles["diffusers"] = profile(theirs, mask)
    pasted = source.copy()
    pasted.paste(theirs, mask=mask)
    profiles["diffusers, pasted through the mask"] = profile(pasted, mask)
    return profiles


def main(program=PROGRAM):
    pipeline = diffusers.StableDiffusionInpaintPipeline.from_pretrained(
        STARTER, torch_dtype=torch.float32, safety_checker=None, requires_safety_checker=False)
    pipeline.set_progress_bar_config(disable=True)
    chance = random.Random(4)
    edits = [edit(program, pipeline, chance, seed) for seed in range(20)]

    figure, axes = pyplot.subplots(figsize=(8, 4))
    usual = [further_out(one[BEFORE]) for one in edits]
    print("| 20 edits | across the edge | further out | by its own further out | by the picture's further out |")
    print("|---|---|---|---|---|")
    for name in edits[0]:
        profiles = [one[name] for one in edits]
        across, out = [steps[0] for steps in profiles], [further_out(steps) for steps in profiles]
        columns = (across, out, np.divide(across, out), np.divide(across, usual))
        print(f"| {name} | " + " | ".join(f"{np.mean(column):.2f}" for column in columns) + " |", flush=True)
        axes.plot(range(-WIDE, WIDE + 1), [np.mean([steps[step] / base for steps, base in zip(profiles, usual)])
                                           for step in range(-WIDE, WIDE + 1)], label=name)
    axes.axvline(0, color="#9a9996", linewidth=0.8)
    axes.set_xlabel("pixels from the mask's edge, inside to the right")
    axes.set_ylabel("difference of neighbours; 1 is usual before")
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(HERE / "seams.svg", metadata={"Date": None})


if __name__ == "__main__":
    main(*sys.argv[1:2])
