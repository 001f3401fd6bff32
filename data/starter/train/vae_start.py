# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the autoencoder's training starts: at the mean colour of each cell, not at noise.

With its usual start a narrow autoencoder takes long to pass absolute colour through its norms.  Here residual branches
are nearly zero, channels 0 to 2 carry red, green and blue through all levels, and two constant channels of plus and
minus `ANCHOR` keep every group norm almost linear.
"""

import torch

CARRIED = 5
ANCHOR = 4.0


def _carry(conv, taps, channels=CARRIED, scale=1.0):
    """Let the first channels of `conv` pass straight through with the weights `taps` (row, column, weight)."""
    for i in range(channels):
        conv.weight[i] = 0
        for row, column, weight in taps:
            conv.weight[i, i, row, column] = weight * scale
        if conv.bias is not None:
            conv.bias[i] = 0


def _quiet_branches(vae):
    for module in vae.modules():
        kind = type(module).__name__
        if kind == "ResnetBlock2D":
            module.conv2.weight.mul_(0.05)
            module.conv2.bias.zero_()
            module.conv2.weight[:CARRIED] = 0
            if module.conv_shortcut is not None:
                _carry(module.conv_shortcut, [(0, 0, 1.0)])
        elif kind == "Attention":
            module.to_out[0].weight.mul_(0.05)
            module.to_out[0].weight[:CARRIED] = 0
            module.to_out[0].bias.zero_()
        elif kind == "Downsample2D":
            _carry(module.conv, [(row, column, 0.25) for row in (0, 1) for column in (0, 1)])
        elif kind == "Upsample2D":
            _carry(module.conv, [(1, 1, 1.0)])


def _open_ends(vae):
    for conv, scale in ((vae.encoder.conv_in, 1.0), (vae.decoder.conv_in, 0.5)):
        _carry(conv, [(1, 1, 1.0)], channels=3, scale=scale)
        for channel, anchor in ((3, ANCHOR), (4, -ANCHOR)):
            conv.weight[channel] = 0
            conv.bias[channel] = anchor
    for conv in (vae.quant_conv, vae.post_quant_conv):
        conv.weight.zero_()
        conv.bias.zero_()
        for i in range(conv.weight.shape[0]):
            conv.weight[i, i] = 1


def _given(module, vae, pictures):
    """Return what `module` is given while `pictures` go through the autoencoder."""
    seen = []
    hook = module.register_forward_hook(lambda _, given, result: seen.append(given[0]))
    vae.decode(vae.encode(pictures).latent_dist.mean)
    hook.remove()
    return seen[0]


def _fit_last_norms(vae, pictures):
    """Undo the scale that the last norm of each half takes away, and work where SiLU is almost straight."""
    for half, scale in ((vae.encoder, 2.0), (vae.decoder, 1.0)):
        values = _given(half.conv_norm_out, vae, pictures)
        group = values[:, : values.shape[1] // half.conv_norm_out.num_groups]
        half.conv_norm_out.weight[:3] = group.std()
        half.conv_norm_out.bias[:3] = 5 + group.mean()
        half.conv_out.weight.mul_(0.2)
        half.conv_out.bias.zero_()
        half.conv_out.weight[:3] = 0
        for i in range(3):
            half.conv_out.weight[i, i, 1, 1] = scale
            half.conv_out.bias[i] = -5 * scale
    vae.encoder.conv_out.weight[4:] *= 0.1
    vae.encoder.conv_out.bias[4:] = -3.5


@torch.no_grad()
def start_at_mean_colour(vae, pictures):
    """Set the weights of `vae`; `pictures` (n, 3, h, w), -1 to 1, are a few to fit the last norms on."""
    _quiet_branches(vae)
    _open_ends(vae)
    _fit_last_norms(vae, pictures)
