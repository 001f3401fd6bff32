# SPDX-License-Identifier: GPL-3.0-or-later
"""The trained parts as a diffusers folder with weights in f16.  `python export.py TRAINING-FOLDER MODEL-FOLDER`"""

import argparse
import shutil
from pathlib import Path

import torch

import storage
from models import BETA_END, BETA_START, TRAIN_TIMESTEPS, make_unet
from preview import load_vae
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


def check_halves(name, module):
    """Fail where a weight would not survive f16."""
    for key, value in module.state_dict().items():
        if not torch.isfinite(value.half()).all():
            raise SystemExit(f"export.py: {name}'s {key} does not fit in f16; train on with a smaller rate")


def export(folder, target):
    """Write the model trained in `folder` into `target`, the parts' running averages where they have one."""
    folder, target = Path(folder), Path(target)
    state = storage.load_checkpoint(folder / "whole.pt", "cpu")
    if state is None:
        raise SystemExit(f"export.py: {folder} has no whole.pt; train the whole UNet first")
    unet = make_unet()
    unet.load_state_dict(state["average"])
    _, encoder = load_text_encoder(folder, "cpu")
    for name, module in (("unet", unet), ("text_encoder", encoder), ("vae", load_vae(folder))):
        check_halves(name, module)
        module.half().save_pretrained(target / name)
    (target / "tokenizer").mkdir(exist_ok=True)
    for name in TOKENIZER_FILES:
        shutil.copyfile(folder / "tokenizer" / name, target / "tokenizer" / name)
    storage.save_json(target / "scheduler" / "scheduler_config.json", SCHEDULER)
    storage.save_json(target / "model_index.json", INDEX)
    size = sum(path.stat().st_size for path in target.rglob("*.safetensors"))
    print(f"{target}: {size / 1e6:.1f} MB, step {state['step']}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("target")
    arguments = parser.parse_args()
    export(arguments.folder, arguments.target)


if __name__ == "__main__":
    main()
