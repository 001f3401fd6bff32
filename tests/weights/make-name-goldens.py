#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes golden/names-*.txt: every tensor of two models of Stable Diffusion 1's
kind by the names of single files (LDM) and of folders (diffusers).

The arbiters are diffusers' own conversion of single files, through which
tensors with a number each are sent, and the state of its models, whose names
and shapes must be the very ones that come out. Needs torch, diffusers and
transformers; run it from this folder.

A line: component, LDM name, diffusers' name, sizes in a single file, sizes in
a folder, separated by tabs.
"""
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.loaders.single_file_utils import (
    convert_ldm_clip_checkpoint, convert_ldm_unet_checkpoint, convert_ldm_vae_checkpoint)
from transformers import CLIPTextConfig, CLIPTextModel

MODELS = {
    "sd1": dict(width=32, mult=(1, 2, 4, 4), attention=(0, 1, 2), layers=2, channels=4),
    "small": dict(width=32, mult=(1, 2, 4), attention=(1, 2), layers=1, channels=9),
}
CONTEXT, VOCABULARY, TEXT_LAYERS, VAE_WIDTH, VAE_MULT = 64, 500, 2, 32, (1, 2, 4, 4)


class Names(dict):
    """Sizes by LDM name."""

    def linear(self, name, out, inner, bias=True):
        self[name + ".weight"] = (out, inner)
        if bias:
            self[name + ".bias"] = (out,)

    def conv(self, name, out, inner, side=3):
        self[name + ".weight"] = (out, inner, side, side)
        self[name + ".bias"] = (out,)

    def norm(self, name, channels):
        self[name + ".weight"] = (channels,)
        self[name + ".bias"] = (channels,)


def text_encoder(names):
    top = "cond_stage_model.transformer.text_model."
    names[top + "embeddings.token_embedding.weight"] = (VOCABULARY, CONTEXT)
    names[top + "embeddings.position_embedding.weight"] = (77, CONTEXT)
    for i in range(TEXT_LAYERS):
        layer = f"{top}encoder.layers.{i}."
        for part in ("q_proj", "k_proj", "v_proj", "out_proj"):
            names.linear(layer + "self_attn." + part, CONTEXT, CONTEXT)
        names.norm(layer + "layer_norm1", CONTEXT)
        names.norm(layer + "layer_norm2", CONTEXT)
        names.linear(layer + "mlp.fc1", 4 * CONTEXT, CONTEXT)
        names.linear(layer + "mlp.fc2", CONTEXT, 4 * CONTEXT)
    names.norm(top + "final_layer_norm", CONTEXT)


def unet(names, width, mult, attention, layers, channels):
    top = "model.diffusion_model."

    def resnet(name, inner, out):
        names.norm(name + ".in_layers.0", inner)
        names.conv(name + ".in_layers.2", out, inner)
        names.linear(name + ".emb_layers.1", out, 4 * width)
        names.norm(name + ".out_layers.0", out)
        names.conv(name + ".out_layers.3", out, out)
        if inner != out:
            names.conv(name + ".skip_connection", out, inner, 1)

    def transformer(name, wide):
        names.norm(name + ".norm", wide)
        names.conv(name + ".proj_in", wide, wide, 1)
        block = name + ".transformer_blocks.0."
        for part, keys in (("attn1", wide), ("attn2", CONTEXT)):
            names.linear(block + part + ".to_q", wide, wide, False)
            names.linear(block + part + ".to_k", wide, keys, False)
            names.linear(block + part + ".to_v", wide, keys, False)
            names.linear(block + part + ".to_out.0", wide, wide)
        names.linear(block + "ff.net.0.proj", 8 * wide, wide)
        names.linear(block + "ff.net.2", wide, 4 * wide)
        for part in ("norm1", "norm2", "norm3"):
            names.norm(block + part, wide)
        names.conv(name + ".proj_out", wide, wide, 1)

    names.linear(top + "time_embed.0", 4 * width, width)
    names.linear(top + "time_embed.2", 4 * width, 4 * width)
    names.conv(top + "input_blocks.0.0", width, channels)
    skips, now, block = [width], width, 1
    for level, factor in enumerate(mult):
        for _ in range(layers):
            resnet(f"{top}input_blocks.{block}.0", now, factor * width)
            now = factor * width
            if level in attention:
                transformer(f"{top}input_blocks.{block}.1", now)
            skips.append(now)
            block += 1
        if level + 1 < len(mult):
            names.conv(f"{top}input_blocks.{block}.0.op", now, now)
            skips.append(now)
            block += 1
    resnet(top + "middle_block.0", now, now)
    transformer(top + "middle_block.1", now)
    resnet(top + "middle_block.2", now, now)
    block = 0
    for level in reversed(range(len(mult))):
        for layer in range(layers + 1):
            resnet(f"{top}output_blocks.{block}.0", now + skips.pop(), mult[level] * width)
            now = mult[level] * width
            if level in attention:
                transformer(f"{top}output_blocks.{block}.1", now)
            if level and layer == layers:
                names.conv(f"{top}output_blocks.{block}.{2 if level in attention else 1}.conv", now, now)
            block += 1
    names.norm(top + "out.0", now)
    names.conv(top + "out.2", 4, now)


def vae(names):
    top = "first_stage_model."

    def resnet(name, inner, out):
        names.norm(name + ".norm1", inner)
        names.conv(name + ".conv1", out, inner)
        names.norm(name + ".norm2", out)
        names.conv(name + ".conv2", out, out)
        if inner != out:
            names.conv(name + ".nin_shortcut", out, inner, 1)

    widths = [factor * VAE_WIDTH for factor in VAE_MULT]
    last = len(widths) - 1
    names.conv(top + "encoder.conv_in", widths[0], 3)
    now = widths[0]
    for level, wide in enumerate(widths):
        for layer in range(2):
            resnet(f"{top}encoder.down.{level}.block.{layer}", now, wide)
            now = wide
        if level < last:
            names.conv(f"{top}encoder.down.{level}.downsample.conv", now, now)
    for half in ("encoder", "decoder"):
        resnet(f"{top}{half}.mid.block_1", now, now)
        names.norm(f"{top}{half}.mid.attn_1.norm", now)
        for part in ("q", "k", "v", "proj_out"):
            names.conv(f"{top}{half}.mid.attn_1.{part}", now, now, 1)
        resnet(f"{top}{half}.mid.block_2", now, now)
    names.norm(top + "encoder.norm_out", now)
    names.conv(top + "encoder.conv_out", 8, now)
    names.conv(top + "quant_conv", 8, 8, 1)
    names.conv(top + "post_quant_conv", 4, 4, 1)
    names.conv(top + "decoder.conv_in", now, 4)
    for level in reversed(range(len(widths))):
        for layer in range(3):
            resnet(f"{top}decoder.up.{level}.block.{layer}", now, widths[level])
            now = widths[level]
        if level:
            names.conv(f"{top}decoder.up.{level}.upsample.conv", now, now)
    names.norm(top + "decoder.norm_out", now)
    names.conv(top + "decoder.conv_out", 3, now)


def diffusers_models(width, mult, attention, layers, channels):
    down = ["CrossAttnDownBlock2D" if i in attention else "DownBlock2D" for i in range(len(mult))]
    up = [name.replace("Down", "Up") for name in reversed(down)]
    return {
        "text_encoder": CLIPTextModel(CLIPTextConfig(
            vocab_size=VOCABULARY, hidden_size=CONTEXT, intermediate_size=4 * CONTEXT,
            num_hidden_layers=TEXT_LAYERS, num_attention_heads=1)),
        "unet": UNet2DConditionModel(
            in_channels=channels, block_out_channels=[m * width for m in mult], layers_per_block=layers,
            down_block_types=down, up_block_types=up, cross_attention_dim=CONTEXT, attention_head_dim=8),
        "vae": AutoencoderKL(
            block_out_channels=[m * VAE_WIDTH for m in VAE_MULT], layers_per_block=2,
            down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4),
    }


def without_prefix(component, state):
    if component != "text_encoder":
        return state
    return {name.removeprefix("text_model."): tensor for name, tensor in state.items()
            if not name.endswith("position_ids")}


def main():
    for title, facts in MODELS.items():
        names = Names()
        text_encoder(names)
        unet(names, **facts)
        vae(names)
        ldm = list(names)
        tagged = {name: torch.tensor(float(i)).expand(names[name]) for i, name in enumerate(ldm)}
        models = diffusers_models(**facts)
        converted = {
            "text_encoder": convert_ldm_clip_checkpoint(tagged),
            "unet": convert_ldm_unet_checkpoint(tagged, models["unet"].config),
            "vae": convert_ldm_vae_checkpoint(tagged, models["vae"].config),
        }
        seen = set()
        with open(f"golden/names-{title}.txt", "w", encoding="ascii") as out:
            for component, model in models.items():
                wanted = {k: tuple(v.shape) for k, v in without_prefix(component, model.state_dict()).items()}
                found = without_prefix(component, converted[component])
                assert wanted == {k: tuple(v.shape) for k, v in found.items()}, (title, component)
                for name, tensor in sorted(found.items()):
                    source = ldm[int(tensor.flatten()[0])]
                    seen.add(source)
                    sizes = (",".join(map(str, names[source])), ",".join(map(str, tensor.shape)))
                    print(component, source, name, *sizes, sep="\t", file=out)
        assert seen == set(ldm)


if __name__ == "__main__":
    main()
