# SPDX-License-Identifier: GPL-3.0-or-later
"""The shapes of the model's parts.  They are Stable Diffusion 1's, only narrower, and diffusers builds them."""

import torch
from diffusers import AutoencoderKL, AutoencoderTiny, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

LATENT_CHANNELS = 4
#: Pixels along the side of a latent cell.
CELL = 8
TRAIN_TIMESTEPS = 1000
BETA_START, BETA_END = 0.00085, 0.012

VAE = {
    "in_channels": 3,
    "out_channels": 3,
    "latent_channels": LATENT_CHANNELS,
    "block_out_channels": (32, 32, 64, 128),
    "layers_per_block": 1,
    "norm_num_groups": 2,
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "sample_size": 256,
    "act_fn": "silu",
}


def make_vae():
    return AutoencoderKL(**VAE).to(memory_format=torch.channels_last)


PREVIEW_DECODER = {
    "latent_channels": LATENT_CHANNELS,
    "decoder_block_out_channels": (16, 16, 16, 16),
    "num_decoder_blocks": (3, 3, 3, 1),
    # Only the decoder is trained and kept.
    "encoder_block_out_channels": (4, 4, 4, 4),
    "num_encoder_blocks": (1, 1, 1, 1),
}


def make_preview_decoder():
    return AutoencoderTiny(**PREVIEW_DECODER).to(memory_format=torch.channels_last)


UNET = {
    "sample_size": 32,
    "in_channels": LATENT_CHANNELS,
    "out_channels": LATENT_CHANNELS,
    "block_out_channels": (64, 80, 128, 144),
    "layers_per_block": 1,
    "norm_num_groups": 16,
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
    "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "cross_attention_dim": 256,
    "attention_head_dim": 4,
    "act_fn": "silu",
}


def make_unet(in_channels=LATENT_CHANNELS):
    return UNet2DConditionModel(**(UNET | {"in_channels": in_channels})).to(memory_format=torch.channels_last)


def make_text_encoder(tokenizer):
    config = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=256,
        intermediate_size=1024,
        num_hidden_layers=3,
        num_attention_heads=4,
        max_position_embeddings=77,
        hidden_act="quick_gelu",
        projection_dim=256,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.eos_token_id,
    )
    return CLIPTextModel(config)


def alphas_cumprod():
    """The share of signal, squared, at each of the 1000 timesteps: Stable Diffusion 1's scaled linear schedule."""
    roots = torch.linspace(BETA_START**0.5, BETA_END**0.5, TRAIN_TIMESTEPS, dtype=torch.float64)
    return torch.cumprod(1 - roots**2, 0).float()
