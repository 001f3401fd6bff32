# SPDX-License-Identifier: GPL-3.0-or-later
"""The trained parts as diffusers folders with weights in f16.  `python export.py TRAINING-FOLDER MODEL-FOLDER`

Beside MODEL-FOLDER comes MODEL-FOLDER-inpaint, if inpainting is trained: its UNet, and an index that takes the other parts
from the folder beside it.
"""

import argparse
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file

import latents
import storage
from models import BETA_END, BETA_START, LATENT_CHANNELS, TRAIN_TIMESTEPS, make_preview_decoder, make_unet
from train_unet import load_text_encoder

VERSION = "0.42.1"
TOKENIZER_FILES = ("vocab.json", "merges.txt", "special_tokens_map.json", "tokenizer_config.json")
SCHEDULER = {
    "_class_name": "DDIMScheduler",
    "_diffusers_version": VERSION,
    "num_train_timesteps": TRAIN_TIMESTEPS,
    "beta_start": BETA_START,
    "beta_end": BETA_END,
    "beta_schedule": "scaled_linear",
    "clip_sample": False,
    "set_alpha_to_one": False,
    "steps_offset": 1,
    "prediction_type": "v_prediction",
    "timestep_spacing": "leading",
    "trained_betas": None,
    "skip_prk_steps": True,
}
INDEX = {
    "_class_name": "StableDiffusionPipeline",
    "_diffusers_version": VERSION,
    "feature_extractor": [None, None],
    "image_encoder": [None, None],
    "requires_safety_checker": False,
    "safety_checker": [None, None],
    "scheduler": ["diffusers", "DDIMScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}

#: For previews; diffusers looks for none, and loads it as an AutoencoderTiny.
PREVIEW_DECODER = "preview_decoder"
SHARED = ("scheduler", "text_encoder", "tokenizer", "vae", PREVIEW_DECODER)


def check_halves(name, module):
    """Fail where a weight would not survive f16."""
    for key, value in module.state_dict().items():
        if not torch.isfinite(value.half()).all():
            raise SystemExit(f"export.py: {name}'s {key} does not fit in f16; train on with a smaller rate")


def save_part(module, path):
    check_halves(path.name, module)
    module.half().save_pretrained(path)


def load_unet(folder, stage, in_channels=LATENT_CHANNELS):
    """Return the averaged UNet of `stage` and its step, or None where it was not trained."""
    state = storage.load_checkpoint(folder / f"{stage}.pt", "cpu")
    if state is None:
        return None
    unet = make_unet(in_channels)
    unet.load_state_dict(state["average"])
    return unet, state["step"]


def save_preview_decoder(folder, target):
    """Save the decoder alone, where it is trained; its encoder never was."""
    state = storage.load_checkpoint(folder / "preview.pt", "cpu")
    if state is None:
        return
    module = make_preview_decoder()
    module.load_state_dict(state["decoder"])
    check_halves(PREVIEW_DECODER, module)
    module.save_config(target)
    kept = {name: value for name, value in module.half().state_dict().items() if name.startswith("decoder.")}
    save_file(
        {name: value.contiguous() for name, value in kept.items()},
        target / "diffusion_pytorch_model.safetensors",
        metadata={"format": "pt"},
    )


def save_inpainting(folder, target):
    """Save the inpainting UNet beside `target`, where it is trained."""
    loaded = load_unet(folder, "inpaint", 2 * LATENT_CHANNELS + 1)
    if loaded is None:
        return
    place = target.with_name(target.name + "-inpaint")
    save_part(loaded[0], place / "unet")
    parts = {name: f"../{target.name}/{name}" for name in SHARED if (target / name).exists()}
    index = {"_class_name": "StableDiffusionInpaintPipeline", "_diffusers_version": VERSION}
    storage.save_json(place / "model_index.json", index | {"unet": INDEX["unet"]} | parts)
    report(place, loaded[1])


def report(place, step):
    """Say how large the weights are, and let everyone read them."""
    for path in place.rglob("*.safetensors"):
        path.chmod(0o644)
    size = sum(path.stat().st_size for path in place.rglob("*.safetensors"))
    print(f"{place}: {size / 1e6:.1f} MB, step {step}")


def export(folder, target):
    """Write the model trained in `folder` into `target`, the parts' running averages where they have one."""
    folder, target = Path(folder), Path(target)
    loaded = load_unet(folder, "whole")
    if loaded is None:
        raise SystemExit(f"export.py: {folder} has no whole.pt; train the whole UNet first")
    save_part(loaded[0], target / "unet")
    save_part(load_text_encoder(folder, "cpu")[1], target / "text_encoder")
    save_part(latents.load_vae(folder, "cpu"), target / "vae")
    save_preview_decoder(folder, target / PREVIEW_DECODER)
    (target / "tokenizer").mkdir(exist_ok=True)
    for name in TOKENIZER_FILES:
        shutil.copyfile(folder / "tokenizer" / name, target / "tokenizer" / name)
    storage.save_json(target / "scheduler" / "scheduler_config.json", SCHEDULER)
    storage.save_json(target / "model_index.json", INDEX)
    report(target, loaded[1])
    save_inpainting(folder, target)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("target")
    arguments = parser.parse_args()
    export(arguments.folder, arguments.target)


if __name__ == "__main__":
    main()
