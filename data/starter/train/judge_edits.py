# SPDX-License-Identifier: GPL-3.0-or-later
"""How near repainted parts come to what was there.  `python judge_edits.py PENTIMENTO-CLI MODEL [--cfg 5]`

Renders of scenes that no training saw are masked and repainted with strength 1, by MODEL and by MODEL-inpaint. Prints
the PSNR of the masked part against the render, mean over all masks; masks of nearly everything are left out.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from sheets import EDITED, Painter, prepare_edit

MASKS = 40
MOST = 0.9


def psnr(picture, render, mask):
    error = (np.asarray(picture, float) - np.asarray(render, float))[mask] ** 2
    return 20 * np.log10(255) - 10 * np.log10(error.mean())


def judge(painter, key, cfg):
    """Return the PSNR of both models for one mask, or None where it leaves too little."""
    before, mask, source, mask_file, prompt = prepare_edit(painter, key)
    repainted = np.asarray(mask) > 0
    if repainted.mean() > MOST:
        return None
    options = ("--init", source, "--mask", mask_file, "--strength", 1, "--cfg", cfg)
    models = painter.model, painter.sibling
    return [psnr(painter.paint(prompt, *options, model=model), before, repainted) for model in models]


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
