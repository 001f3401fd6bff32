# SPDX-License-Identifier: GPL-3.0-or-later
"""How near pentimento-cli's pictures are to those of diffusers.  `python against_diffusers.py PENTIMENTO-CLI MODEL`

The same prompts, seeds and steps in f32. Prints the PSNR of each picture in decibels.
"""

import argparse
import math
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch
from diffusers import DDIMScheduler, DPMSolverMultistepScheduler, StableDiffusionPipeline
from PIL import Image

PROMPTS = (
    "a lighthouse on the right by the sea, sunset",
    "snowy mountains behind a lake with pine trees on the left",
    "red hot air balloon over rolling hills, clear morning",
)
STEPS, CFG, SIDE = 20, 5, 256
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


def theirs(pipeline, prompt, seed):
    """Return diffusers' picture (h, w, 3), 0 to 255."""
    result = pipeline(
        prompt,
        generator=torch.Generator().manual_seed(seed),
        num_inference_steps=STEPS,
        guidance_scale=CFG,
        height=SIDE,
        width=SIDE,
        output_type="np",
    )
    return (result.images[0] * 255).round()


def ours(program, model, prompt, seed, options):
    """Return pentimento-cli's picture (h, w, 3), 0 to 255."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.png"
        command = [program, "generate", "--model", model, "--prompt", prompt, "--seed", seed, "--steps", STEPS]
        command += ["--cfg", CFG, "--width", SIDE, "--height", SIDE, "--rng", "torch", "--precision", "f32"]
        command += ["--device", "cpu", "--progress", "none", "--output", path, *options.split()]
        subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
        return np.asarray(Image.open(path).convert("RGB"), dtype=float)


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
    for name, scheduler, changes, options in SAMPLERS:
        pipeline.scheduler = scheduler.from_config(own, **changes)
        for seed, prompt in enumerate(PROMPTS, 1):
            picture = ours(arguments.cli, arguments.model, prompt, seed, options)
            error = ((theirs(pipeline, prompt, seed) - picture) ** 2).mean()
            psnr = 20 * math.log10(255) - 10 * math.log10(error) if error > 0 else math.inf
            print(f"{name:16} {psnr:6.1f} dB   {prompt}", flush=True)


if __name__ == "__main__":
    main()
