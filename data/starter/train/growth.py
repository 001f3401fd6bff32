# SPDX-License-Identifier: GPL-3.0-or-later
"""The UNet without its outermost level, trained first, and how the whole one grows from it.

A noisy latent x = a z + s n, averaged over 2x2 cells, is a mean(z) + s n / 2: the same thing at half the size with half
the noise.  `InnerUnet` learns to clean that, at under half the cost of a step of the whole UNet, and learns all there is
to know of layout, colour and words.  `grow` then sets the outermost level so that the whole UNet at first gives what the
inner one gave, and only detail is left to learn.
"""

import torch

from models import LATENT_CHANNELS

#: Constant channels beside the carried ones keep the last group norm almost linear (see vae_start).
ANCHOR = 4.0
#: The bias at which SiLU is almost straight.
STRAIGHT = 5.0


class InnerUnet(torch.nn.Module):
    """`unet` from its second level inwards, between two 1x1 convolutions of its own.

    Works on the modules of `unet` itself.  While it does, the last inner level's upsampler is set aside.
    """

    def __init__(self, unet):
        super().__init__()
        outer, inner = unet.config.block_out_channels[:2]
        self.unet = unet
        self.open = torch.nn.Conv2d(LATENT_CHANNELS, outer, 1)
        self.close = torch.nn.Conv2d(inner, LATENT_CHANNELS, 1)
        self.aside = unet.up_blocks[-2].upsamplers
        unet.up_blocks[-2].upsamplers = None

    def forward(self, x, timesteps, encoder_hidden_states):
        """Take averaged noisy latents (n, 4, h, w), timesteps (n) and encoded captions to the velocity of `x`."""
        unet, text = self.unet, encoder_hidden_states
        time = unet.time_embedding(unet.time_proj(timesteps).to(x.dtype))
        hidden = self.open(x)
        skips = (hidden,)
        for block in unet.down_blocks[1:]:
            hidden, more = _apply(block, text, hidden, temb=time)
            skips += more
        hidden = unet.mid_block(hidden, time, encoder_hidden_states=text)
        for block in unet.up_blocks[:-1]:
            count = len(block.resnets)
            hidden = _apply(block, text, hidden, temb=time, res_hidden_states_tuple=skips[-count:])
            skips = skips[:-count]
        return self.close(hidden)


def _apply(block, text, hidden, **arguments):
    if getattr(block, "has_cross_attention", False):
        arguments["encoder_hidden_states"] = text
    return block(hidden_states=hidden, **arguments)


@torch.no_grad()
def quiet(unet):
    """Let every residual branch of a fresh `unet` begin as nothing: deep networks start faster so."""
    for module in unet.modules():
        kind = type(module).__name__
        last = (
            module.conv2
            if kind == "ResnetBlock2D"
            else module.proj_out
            if kind == "Transformer2DModel"
            else None
        )
        if last is not None:
            last.weight.zero_()
            last.bias.zero_()


@torch.no_grad()
def grow(unet, opening, closing):
    """Set the outermost level of `unet`, whose inner levels are trained between the given two 1x1 convolutions.

    On the way in, channels 0 to 3 are the latent itself, averaged by the downsampler and taken on by `opening`'s
    weights.  On the way out `closing`'s result goes through the shortcuts to four channels, each in a norm group of its
    own between two constant ones.
    """
    channels = LATENT_CHANNELS
    unet.conv_in.weight[:channels] = 0
    unet.conv_in.bias[:channels] = 0
    for i in range(channels):
        unet.conv_in.weight[i, i, 1, 1] = 1
    first = unet.down_blocks[0]
    down = first.downsamplers[0].conv
    down.weight.zero_()
    down.weight[:, :channels, 1:, 1:] = opening.weight / 4
    down.bias.copy_(opening.bias)
    up = unet.up_blocks[-2].upsamplers[0].conv
    up.weight.zero_()
    for i in range(up.weight.shape[0]):
        up.weight[i, i, 1, 1] = 1
    up.bias.zero_()
    last = unet.up_blocks[-1].resnets
    for resnet in (*first.resnets, *last):
        resnet.conv2.weight.zero_()
        resnet.conv2.bias.zero_()
    _carry_out(unet, last, closing)


def _carry_out(unet, last, closing):
    outer = unet.config.block_out_channels[0]
    group = outer // unet.config.norm_num_groups
    spread = ANCHOR * (2 / group) ** 0.5
    for number, resnet in enumerate(last):
        shortcut = resnet.conv_shortcut
        shortcut.bias.zero_()
        for i in range(LATENT_CHANNELS):
            value, *anchors = range(i * group, i * group + 3)
            shortcut.weight[value : value + group] = 0
            if number == 0:
                shortcut.weight[value, : closing.weight.shape[1]] = closing.weight[i]
                shortcut.bias[value] = closing.bias[i]
            else:
                shortcut.weight[value, value] = 1
            for channel, anchor in zip(anchors, (ANCHOR, -ANCHOR)):
                shortcut.bias[channel] = anchor
    unet.conv_out.weight.mul_(0.03)
    unet.conv_out.bias.zero_()
    straight = torch.tensor(STRAIGHT)
    for i in range(LATENT_CHANNELS):
        value = i * group
        unet.conv_norm_out.weight[value] = spread
        unet.conv_norm_out.bias[value] = STRAIGHT
        unet.conv_out.weight[:, value : value + group] = 0
        unet.conv_out.weight[i, value, 1, 1] = 1
        unet.conv_out.bias[i] = -torch.nn.functional.silu(straight)
