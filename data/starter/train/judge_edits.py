# SPDX-License-Identifier: GPL-3.0-or-later
"""How near repainted parts come to what was there.  `python judge_edits.py PENTIMENTO-CLI MODEL [--cfg 5]`

Renders of scenes that no training saw are masked and repainted with strength 1, by MODEL and by MODEL-inpaint. Prints
the PSNR of the masked part against the render, mean over all masks; masks of nearly everything are left out.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from masks import draw_mask
from render import render
from sheets import EDITED, Painter
from world import draw_scene

MASKS = 40
MOST = 0.9


def psnr(picture, render, mask):
    error = (np.asarray(picture, float) - render)[mask] ** 2
    return 20 * np.log10(255) - 10 * np.log10(error.mean())


def judge(painter, key, cfg):
    """Return the PSNR of both models for one mask, or None where it leaves too little."""
    scene, mask = draw_scene(key), draw_mask(key, 256, 256).astype(bool)
    if mask.mean() > MOST:
        return None
    before, source, mask_file = render(scene), painter.folder / "source.png", painter.folder / "mask.png"
    Image.fromarray(before).save(source)
    Image.fromarray(mask).convert("L").save(mask_file)
    prompt = f"{scene.terrain}, {scene.time}, {scene.weather}"
    options = ("--init", source, "--mask", mask_file, "--strength", 1, "--cfg", cfg)
    models = painter.model, painter.model.with_name(painter.model.name + "-inpaint")
    return [psnr(painter.paint(prompt, *options, model=model), before, mask) for model in models]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("cli", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--cfg", type=float, default=5.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        painter = Painter(arguments.cli, arguments.model, folder)
        found = [judge(painter, key, arguments.cfg) for key in range(EDITED, EDITED + MASKS)]
    plain, sibling = np.transpose([pair for pair in found if pair is not None])
    print(f"{len(plain)} masks: {plain.mean():.1f} dB, sibling {sibling.mean():.1f} dB, better {np.sum(sibling > plain)} times")


if __name__ == "__main__":
    main()
