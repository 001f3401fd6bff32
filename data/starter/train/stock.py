# SPDX-License-Identifier: GPL-3.0-or-later
"""The encoded pictures on disk that the diffusion model is trained on.

Rendering and encoding take time, so training begins with a part of them, and the stock grows as it goes on: which
pictures there are at a step depends on the step's number alone.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

import train_vae
from latents import encoded, find_whitening
from masks import draw_mask
from models import CELL
from render import render
from storage import save_array
from world import draw_scene

SHARD = 250
#: In turn, the sizes of the shards: five in seven are square, the others 3:2 and 2:3.
SIZES = ((256, 256), (256, 256), (256, 256), (384, 256), (256, 256), (256, 256), (256, 384))
#: What the masked part of a picture is painted with, the middle of the range.
GREY = 128


@dataclass(frozen=True)
class Shard:
    """The keys from `first` on, `count` of them, as pictures of `width` by `height`."""

    first: int
    count: int
    width: int
    height: int

    def file(self, folder, kind):
        return Path(folder) / kind / f"{self.width}x{self.height}-{self.first}-{self.count}.npy"

    def jobs(self):
        return [(key, self.width, self.height) for key in range(self.first, self.first + self.count)]


def shards_of(pictures):
    """Return the shards of the first `pictures` keys."""
    count = min(SHARD, pictures)
    return [Shard(first, count, *SIZES[first // count % len(SIZES)]) for first in range(0, pictures, count)]


def _rendered(job):
    key, width, height = job
    return render(draw_scene(key), width, height)


def _masked(job):
    """Return a picture with its masked part grey, and the mask of its latent cells."""
    key, width, height = job
    mask = draw_mask(key, width, height)
    return np.where(mask[..., None], np.uint8(GREY), render(draw_scene(key), width, height)), mask[
        ::CELL, ::CELL
    ]


class Stock:
    """The shards of `plan` in `folder`.  `pool` renders what is missing, the averaged autoencoder encodes it."""

    def __init__(self, plan, folder, machine, pool):
        self.plan, self.folder, self.machine, self.pool = plan, folder, machine, pool
        self.shards = shards_of(plan.pictures)
        self.loaded = []
        self.vae = None

    def _encode(self, pictures):
        if self.vae is None:
            self.vae = train_vae.load_average(self.folder, self.machine.device)
            self.whitening = find_whitening(self.vae, self.folder, self.machine)
        return self.whitening.apply(encoded(self.vae, pictures, self.machine)).half().numpy()

    def _clean(self, shard):
        """Return the encoded pictures of `shard` (count, 4, h, w), making them if they are missing."""
        path = shard.file(self.folder, "latents")
        if not path.exists():
            save_array(path, self._encode(np.stack(self.pool.map(_rendered, shard.jobs()))))
        return np.load(path)

    def _hidden(self, shard):
        """Return masks and masked pictures, encoded, of `shard` (count, 1 + 4, h, w)."""
        path = shard.file(self.folder, "masked")
        if not path.exists():
            pictures, masks = zip(*self.pool.map(_masked, shard.jobs()))
            encoding = self._encode(np.stack(pictures))
            save_array(path, np.concatenate([np.stack(masks)[:, None].astype(np.float16), encoding], 1))
        return np.load(path)

    def prepare(self, keeper, masked=False):
        """Make what training begins with (all of it where `masked`); returns whether time allowed it."""
        count = self.plan.masked_pictures if masked else self.plan.first_pictures
        for shard in shards_of(count) if masked else self.shards[: count // SHARD]:
            if keeper.is_over():
                return False
            (self._hidden if masked else self._clean)(shard)
        return True

    def at(self, step):
        """Return the stock of step `step` as a list of (first key, latents)."""
        count = self.plan.first_pictures // SHARD + step // self.plan.steps_a_shard
        for shard in self.shards[len(self.loaded) : max(1, count)]:
            self.loaded.append((shard.first, self._clean(shard)))
        return self.loaded[: max(1, count)]

    def masked(self):
        """Return the stock for inpainting as a list of (first key, latents, masks and masked latents)."""
        shards = shards_of(self.plan.masked_pictures)
        return [(shard.first, self._clean(shard), self._hidden(shard)) for shard in shards]
