#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far cheaper ways to compute a picture are from the exact one, over 20 prompts of the starter model.

  docs/performance/likeness.py PENTIMENTO-CLI [--width 256 --height 256] [--model MODEL] WAY ...

A WAY is what is added to the command line, as one word: "--precision int8", "--device vulkan --precision f16",
"--step-cache 2". Prints a row for each: the PSNR of its pictures against --device cpu --precision f32, median and
worst, in decibels. Needs numpy and Pillow.
"""
import argparse
import itertools
import math
import pathlib
import statistics
import subprocess
import tempfile

import numpy
from PIL import Image

SUBJECTS = ("a lighthouse on the right by the sea", "snowy mountains with pine trees", "a red tent in the desert",
            "a sailboat on a lake", "a cabin in the forest")
TIMES = ("at sunset", "at night with stars")
STYLES = ("vintage print", "all in blue")
EXACT = "--device cpu --precision f32"


def paint(program, options, way, folder):
    """The 20 pictures painted that way."""
    pictures = []
    for seed, words in enumerate(itertools.product(SUBJECTS, TIMES, STYLES)):
        path = pathlib.Path(folder) / f"{seed}.png"
        subprocess.run([program, "generate", "--prompt", ", ".join(words), "--seed", str(seed), *options, *way.split(),
                        "--progress", "none", "--output", path], check=True, stdout=subprocess.DEVNULL)
        pictures.append(numpy.asarray(Image.open(path).convert("RGB"), dtype=float))
        path.unlink()
    return pictures


def psnr(picture, exact):
    error = ((picture - exact) ** 2).mean()
    return 20 * math.log10(255) - 10 * math.log10(error) if error > 0 else math.inf


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--width", default="256")
    parser.add_argument("--height", default="256")
    parser.add_argument("--model")
    parser.add_argument("ways", nargs="+", metavar="WAY")
    arguments = parser.parse_args()
    options = ["--width", arguments.width, "--height", arguments.height, "--steps", "20", "--sampler", "dpmpp-2m", "--schedule", "karras",
               "--cfg", "5"]
    options += ["--model", arguments.model] if arguments.model else []

    with tempfile.TemporaryDirectory() as folder:
        exact = paint(arguments.program, options, EXACT, folder)
        print("| way | PSNR, median | PSNR, worst |\n|---|---|---|")
        for way in arguments.ways:
            values = [psnr(*pair) for pair in zip(paint(arguments.program, options, way, folder), exact)]
            print(f"| `{way}` | {statistics.median(values):.1f} dB | {min(values):.1f} dB |", flush=True)


main()
