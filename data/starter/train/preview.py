# SPDX-License-Identifier: GPL-3.0-or-later
"""Sheets of pictures from a model in training.  `python preview.py FOLDER inner|whole SHEET [PROMPTS.txt] [--raw]`

Paints with DDIM and guidance from the running average, straight from the checkpoint.  The inner model's pictures are of
half the size.
"""

import argparse
import itertools
from pathlib import Path

import torch
from PIL import Image, ImageDraw

import latents
import storage
import tokenizer as words
from models import LATENT_CHANNELS, TRAIN_TIMESTEPS, make_unet
from train_unet import Noise, load_text_encoder, make_inner

PROMPTS = (
    "a lighthouse on the right by the sea, sunset",
    "sailboat on the ocean at noon, clear sky",
    "snowy mountains in winter, falling snow",
    "desert dunes with a palm tree on the left, day",
    "a lake at night with the moon",
    "autumn forest with a red cabin in the middle",
    "blue hot air balloon on the right over rolling hills, morning",
    "a lake with pine trees on the left, dusk",
    "paper cut of hills in spring",
    "vintage print of mountains with a tent",
    "purple lake at night",
    "green sea with a sailboat on the left",
    "golden desert with a tent on the right",
    "rain over hills in the evening",
    "red mountains, sunset",
    "a white house on the right in a snowy forest at night",
)


@torch.no_grad()
def paint(network, encoder, tokenizer, prompts, noise, size, guidance=5.0, steps=20, seed=1):
    """Return clean latents (n, 4, size, size) for `prompts`, by DDIM."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(len(prompts), LATENT_CHANNELS, size, size, generator=generator) * noise.deviation
    told, untold = (
        encoder(words.encode(tokenizer, texts)).last_hidden_state
        for texts in (list(prompts), [""] * len(prompts))
    )
    times = torch.linspace(TRAIN_TIMESTEPS - 1, 0, steps + 1).long()
    for now, then in itertools.pairwise(times):
        t = now.repeat(len(prompts))
        with_text, without = (network(x, t, encoder_hidden_states=text) for text in (told, untold))
        if not torch.is_tensor(with_text):
            with_text, without = with_text.sample, without.sample
        v = without + guidance * (with_text - without)
        clean = noise.signal[now] * x - noise.noise[now] * v
        rest = noise.noise[now] * x + noise.signal[now] * v
        x = noise.signal[then] * clean + noise.noise[then] * rest
    return clean


def sheet(pictures, titles, columns=4):
    """Return one picture of many, each with its prompt below."""
    side = pictures[0].height
    rows = (len(pictures) + columns - 1) // columns
    result = Image.new("RGB", (columns * pictures[0].width, rows * (side + 16)), "white")
    draw = ImageDraw.Draw(result)
    for i, picture in enumerate(pictures):
        x, y = i % columns * picture.width, i // columns * (side + 16)
        result.paste(picture, (x, y))
        draw.text((x + 2, y + side + 2), titles[i][: picture.width // 6], fill="black")
    return result


def decode(vae, values):
    """Return pictures from latents as the diffusion model has them; `vae` is the folded one."""
    with torch.no_grad():
        pixels = vae.decode(values / latents.DEVIATION).sample
    pixels = ((pixels.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).cpu().numpy()
    return [Image.fromarray(picture) for picture in pixels]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("stage", choices=("inner", "whole"))
    parser.add_argument("sheet")
    parser.add_argument("--guidance", type=float, default=5.0)
    parser.add_argument("--raw", action="store_true", help="the last weights, not their running average")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    state = storage.load_checkpoint(Path(arguments.folder) / f"{arguments.stage}.pt", "cpu")
    network = make_inner() if arguments.stage == "inner" else make_unet()
    network.load_state_dict(state["network" if arguments.raw else "average"])
    tokenizer, encoder = load_text_encoder(arguments.folder, "cpu")
    noise = Noise("cpu", arguments.stage == "inner")
    size = 16 if arguments.stage == "inner" else 32
    clean = paint(network.eval(), encoder, tokenizer, PROMPTS, noise, size, arguments.guidance)
    print(f"step {state['step']}, deviation of the latents {clean.std():.3f}")
    sheet(decode(latents.load_vae(arguments.folder, "cpu"), clean), PROMPTS).save(arguments.sheet)


if __name__ == "__main__":
    main()
