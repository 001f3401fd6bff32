# SPDX-License-Identifier: GPL-3.0-or-later
"""How well a model paints what it is asked for.  `python evaluate.py TRAINING-FOLDER MODEL [--size 256]`

Paints prompts of held-out scenes with the diffusers pipeline and lets the classifier look for what each prompt says.
Besides the share of right attributes it gives the Frechet distance between the pictures' and the held-out renders'
features, and a sheet of the first pictures.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from diffusers import DPMSolverMultistepScheduler, StableDiffusionPipeline
from PIL import Image

import classifier
import world
from captions import describe
from preview import sheet
from render import render
from storage import save_json

PROMPTS = 400
FIRST = world.HELD_OUT + (1 << 20)
BATCH = 8
SEED = 16


def held_out_prompts(count):
    """Return `count` scenes that no training sees, each with a caption."""
    random = np.random.default_rng(SEED)
    scenes = [world.draw_scene(FIRST + i) for i in range(count)]
    return scenes, [describe(scene, random) for scene in scenes]


def paint(model, prompts, size, guidance, steps):
    """Return the pictures (n, size, size, 3) of `prompts` by the model, each with a seed of its own."""
    pipeline = StableDiffusionPipeline.from_pretrained(model, torch_dtype=torch.float32, safety_checker=None)
    pipeline.scheduler = DPMSolverMultistepScheduler.from_config(
        pipeline.scheduler.config, use_karras_sigmas=True, algorithm_type="dpmsolver++"
    )
    pipeline.set_progress_bar_config(disable=True)
    pictures = []
    for start in range(0, len(prompts), BATCH):
        texts = prompts[start : start + BATCH]
        seeds = [torch.Generator().manual_seed(start + i) for i in range(len(texts))]
        result = pipeline(
            texts,
            generator=seeds,
            num_inference_steps=steps,
            guidance_scale=guidance,
            height=size,
            width=size,
            output_type="np",
        )
        pictures.append((result.images * 255).round().astype(np.uint8))
    return np.concatenate(pictures)


def wanted(said):
    """Yield (attribute, field, values that are right) for everything that a caption says and the judge can see."""
    for name in ("time", "weather", "terrain", "season", "palette", "style"):
        if said[name]:
            yield name, name, (said[name],)
    for name in ("orb", *world.OBJECTS):
        if said[name]:
            yield "sun or moon" if name == "orb" else name, name, world.PLACES
        if said[name] in world.PLACES and name != "orb":
            yield "place", name, (said[name],)


def judge(network, pictures, captions):
    """Return, for each attribute, how often it was asked for and how often it was seen."""
    with torch.no_grad():
        answers = [answer.argmax(1).tolist() for answer in network(classifier.shrink(pictures))]
    seen = {
        name: [values[i] for i in answer]
        for (name, values), answer in zip(classifier.FIELDS.items(), answers)
    }
    counts = {}
    for i, caption in enumerate(captions):
        for attribute, field, right in wanted(caption.said):
            asked, found = counts.get(attribute, (0, 0))
            counts[attribute] = (asked + 1, found + (seen[field][i] in right))
    return counts


def with_sums(counts):
    """Add the sum over all objects, without the sun and the moon."""
    objects = [counts[kind] for kind in world.OBJECTS if kind in counts]
    return counts | {"objects": tuple(sum(column) for column in zip(*objects))}


def frechet(first, second):
    """The Frechet distance between two sets of features (n, k) taken as normal distributions."""
    first, second = first.double(), second.double()
    a, b = torch.cov(first.T), torch.cov(second.T)
    eye = 1e-6 * torch.eye(len(a), dtype=a.dtype)
    values, vectors = torch.linalg.eigh(a + eye)
    root = vectors @ torch.diag(values.clamp(min=0).sqrt()) @ vectors.T
    cross = torch.linalg.eigvalsh(root @ (b + eye) @ root).clamp(min=0).sqrt().sum()
    return float(((first.mean(0) - second.mean(0)) ** 2).sum() + a.trace() + b.trace() - 2 * cross)


def evaluate(arguments):
    """Return the report on one model as a dictionary, and its pictures."""
    network = classifier.load(arguments.folder)
    scenes, captions = held_out_prompts(arguments.prompts)
    start = time.monotonic()
    pictures = paint(
        arguments.model,
        [caption.text for caption in captions],
        arguments.size,
        arguments.guidance,
        arguments.steps,
    )
    renders = np.stack([render(scene) for scene in scenes])
    with torch.no_grad():
        features = [network.features(classifier.shrink(values)) for values in (pictures, renders)]
    report = {
        "model": str(arguments.model),
        "size": arguments.size,
        "prompts": arguments.prompts,
        "guidance": arguments.guidance,
        "steps": arguments.steps,
        "seconds": round(time.monotonic() - start),
        "distance": round(frechet(*features), 3),
        "right": with_sums(judge(network, pictures, captions)),
        "right in the renders": with_sums(judge(network, renders, captions)),
    }
    return report, [Image.fromarray(picture) for picture in pictures[:40]], [c.text for c in captions[:40]]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, help="the training's folder, where the classifier is")
    parser.add_argument("model", type=Path, help="a diffusers folder")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--prompts", type=int, default=PROMPTS)
    parser.add_argument("--guidance", type=float, default=5.0)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument(
        "--output", type=Path, default=Path("evaluation"), help="name of the .json and the .png"
    )
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    report, pictures, titles = evaluate(arguments)
    save_json(arguments.output.with_suffix(".json"), report)
    sheet(pictures, titles, 8).save(arguments.output.with_suffix(".png"))
    for name, (asked, found) in report["right"].items():
        of_renders = report["right in the renders"][name]
        print(
            f"{name:12} {found:4} of {asked:4} {found / asked:6.1%}   renders {of_renders[1] / of_renders[0]:6.1%}"
        )
    print(json.dumps({key: report[key] for key in ("distance", "seconds")}))


if __name__ == "__main__":
    main()
