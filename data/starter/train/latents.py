# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures as the diffusion model sees them: encoded and whitened.

The encoder's four channels are of very different strength and far from independent.  `Whitening` turns them into four
with mean zero, little correlation and a mean variance of one, and `fold` builds that into the autoencoder's 1x1
convolutions, so that whoever loads the model knows nothing of it.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from models import LATENT_CHANNELS
from render import render
from storage import load_checkpoint, save_checkpoint
from train_vae import load_average, to_tensor
from world import draw_scene

#: The standard deviation of what the diffusion model is given.  At 1/2 the last timestep of Stable Diffusion's schedule
#: leaves so little of the picture that a start from pure noise is a fair one, and colours come out as strong as asked.
DEVIATION = 0.5
#: The power of the principal variances that whitening takes away.  At 1/2 the faintest detail would count as much as the
#: strongest colour.
WHITENED = 0.4
BATCH = 10


@dataclass
class Whitening:
    """z = matrix @ (latent - mean), channel by channel of each cell."""

    mean: torch.Tensor
    matrix: torch.Tensor

    def apply(self, latents):
        """(n, 4, h, w) as the encoder gives them to the same shape, whitened."""
        centred = latents - self.mean[:, None, None]
        return torch.einsum("ij,njhw->nihw", self.matrix, centred)

    @torch.no_grad()
    def fold(self, vae):
        """Let `vae` encode to and decode from whitened latents, with DEVIATION as its scaling factor."""
        channels = LATENT_CHANNELS
        inverse = torch.linalg.inv(self.matrix)
        into, out = vae.quant_conv, vae.post_quant_conv
        into.weight[:channels] = torch.einsum("ij,jkhw->ikhw", self.matrix, into.weight[:channels])
        into.bias[:channels] = self.matrix @ (into.bias[:channels] - self.mean)
        out.bias += out.weight[:, :, 0, 0] @ self.mean
        out.weight.copy_(torch.einsum("ijhw,jk->ikhw", out.weight, inverse))
        vae.register_to_config(scaling_factor=DEVIATION)


def encoded(vae, pictures, machine):
    """Return the means of the latents of `pictures` (uint8, n, h, w, 3), before whitening."""

    def one(part):
        with torch.no_grad(), machine.autocast():
            return vae.encode(to_tensor(part, machine.device)).latent_dist.mean.float().cpu()

    return torch.cat(machine.map(one, np.split(pictures, range(BATCH, len(pictures), BATCH))))


def find_whitening(vae, folder, machine, count=400):
    """Return the whitening of `vae`'s latents, measured once on the first training pictures and kept."""
    path = Path(folder) / "whitening.pt"
    state = load_checkpoint(path, "cpu")
    if state is None:
        pictures = np.stack([render(draw_scene(key)) for key in range(count)])
        rows = encoded(vae, pictures, machine).permute(1, 0, 2, 3).reshape(LATENT_CHANNELS, -1).double()
        values, vectors = torch.linalg.eigh(torch.cov(rows))
        kept = values ** (1 - 2 * WHITENED)
        matrix = vectors @ torch.diag((kept / kept.mean() / values) ** 0.5) @ vectors.T
        state = {"mean": rows.mean(1).float(), "matrix": matrix.float()}
        print(f"latents: mean {rows.mean(1).tolist()}, principal variances {values.tolist()}", flush=True)
        save_checkpoint(path, state)
    return Whitening(**state)


def load_vae(folder, device):
    """Return the averaged autoencoder of the training in `folder`, with its whitening folded in."""
    vae = load_average(folder, "cpu")
    Whitening(**load_checkpoint(Path(folder) / "whitening.pt", "cpu")).fold(vae)
    return vae.to(device)
