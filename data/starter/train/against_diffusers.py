# SPDX-License-Identifier: GPL-3.0-or-later
"""How near pentimento-cli's pictures are to those of diffusers.  `python against_diffusers.py PENTIMENTO-CLI MODEL`

The same prompts, seed and steps in f32. Prints the PSNR of each picture in decibels.
"""

import argparse
import math
import tempfile
from pathlib import Path

import numpy as np
import torch
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, StableDiffusionPipeline

from sheets import PROMPTS, Painter

STEPS, SIDE = 20, 256
#: What Painter asks for.
SEED, CFG = 7, 5
#: So that both compute and draw noise alike.
ALIKE = "--rng torch --precision f32 --device cpu"
#: Name, diffusers' scheduler with its options, and ours.
SAMPLERS = (
    ("ddim", DDIMScheduler, {}, "--sampler ddim --schedule normal --spacing leading"),
    (
        "dpmpp-2m karras",
        DPMSolverMultistepScheduler,
        {"use_karras_sigmas": True, "algorithm_type": "dpmsolver++", "timestep_spacing": "linspace"},
        "--sampler dpmpp-2m --schedule karras",
    ),
)


def theirs(pipeline, prompt):
    """Return diffusers' picture (h, w, 3), 0 to 255."""
    result = pipeline(
        prompt,
        generator=torch.Generator().manual_seed(SEED),
        num_inference_steps=STEPS,
        guidance_scale=CFG,
        height=SIDE,
        width=SIDE,
        output_type="np",
    )
    return (result.images[0] * 255).round()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("cli", type=Path)
    parser.add_argument("model", type=Path)
    arguments = parser.parse_args()
    pipeline = StableDiffusionPipeline.from_pretrained(
        arguments.model, torch_dtype=torch.float32, safety_checker=None
    )
    pipeline.set_progress_bar_config(disable=True)
    own = pipeline.scheduler.config
    with tempfile.TemporaryDirectory() as folder:
        painter = Painter(arguments.cli, arguments.model, folder)
        for name, scheduler, changes, options in SAMPLERS:
            pipeline.scheduler = scheduler.from_config(own, **changes)
            for prompt in PROMPTS:
                size = ("--width", SIDE, "--height", SIDE, "--steps", STEPS)
                picture = painter.paint(prompt, *size, *ALIKE.split(), *options.split())
                error = ((theirs(pipeline, prompt) - np.asarray(picture, dtype=float)) ** 2).mean()
                psnr = 20 * math.log10(255) - 10 * math.log10(error) if error > 0 else math.inf
                print(f"{name:16} {psnr:6.1f} dB   {prompt}", flush=True)


if __name__ == "__main__":
    main()
