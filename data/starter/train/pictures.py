# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendered pictures on disk, in shards that are made once."""

from pathlib import Path

import numpy as np

from render import render
from storage import save_array
from world import draw_scene

SHARD = 500


def _make(job):
    path, first, count = job
    save_array(path, np.stack([render(draw_scene(key)) for key in range(first, first + count)]))


def square_pictures(folder, count, pool, first=0):
    """Return `count` square pictures of the keys from `first` on as arrays in memory maps.

    What is missing is rendered by `pool`, processes that must have been forked before torch computed anything.
    """
    jobs = []
    for start in range(first, first + count, SHARD):
        number = min(SHARD, first + count - start)
        jobs.append((Path(folder) / f"pictures-{start}-{number}.npy", start, number))
    for _ in pool.imap_unordered(_make, [job for job in jobs if not job[0].exists()]):
        pass
    return [np.load(path, mmap_mode="r") for path, _, _ in jobs]
