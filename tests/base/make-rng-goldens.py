#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes golden/rng.* and golden/brownian.* with torch, numpy and torchsde.

rng.txt        a line a draw: kind seed n; draws of one kind and seed go on
               from each other
rng.f32        the normals
brownian.txt   a line a query: kind seed n sigma_min sigma_max sigma sigma_next
brownian.f32   the noise
seeds.txt      entropy path depth seed; path -1 is the root

Philox is tests/reference/reference_rng.py, derived anew with numpy.
"""
import itertools
import pathlib
import sys
import warnings

import numpy as np
import torch
import torchsde
import torchsde._brownian.brownian_interval as brownian_interval

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'reference'))
from reference_rng import philox_normal  # noqa: E402

warnings.simplefilter('ignore')
HERE = pathlib.Path(__file__).parent / 'golden'
SIZES = [1, 3, 4, 5, 7, 15, 16, 17, 23, 64, 100, 3, 33, 5]
SEEDS = {'torch': [0, 12345, 2**32 + 5, 2**40 + 123, 2**63 - 1], 'philox': [0, 12345, 2**33 + 1, 2**63 - 1, 2**63 + 7]}


def torch_draws(seed):
    generator = torch.Generator().manual_seed(seed)
    return lambda n: torch.randn(n, generator=generator).numpy()


def philox_draws(seed):
    calls = itertools.count()
    return lambda n: philox_normal(seed, next(calls), n)


def write_rng():
    with open(HERE / 'rng.txt', 'w') as text, open(HERE / 'rng.f32', 'wb') as data:
        for kind, draws in (('torch', torch_draws), ('philox', philox_draws)):
            for seed in SEEDS[kind]:
                draw = draws(seed)
                for n in SIZES:
                    print(kind, seed, n, file=text)
                    data.write(draw(n).astype('<f4').tobytes())


def queries(levels):
    """A run's own steps and their middles, then anything."""
    for a, b in zip(levels, levels[1:]):
        yield a, (a * b) ** 0.5
        yield a, b
    yield levels[3], levels[6]
    yield levels[6], levels[2]
    yield levels[0], levels[-1]


def write_brownian():
    normals = {'torch': brownian_interval._randn,
               'philox': lambda size, dtype, device, seed: torch.from_numpy(philox_normal(int(seed), 0, size[0]))}
    levels = torch.linspace(14.614647 ** (1 / 7), 0.0291675 ** (1 / 7), 10) ** 7
    with open(HERE / 'brownian.txt', 'w') as text, open(HERE / 'brownian.f32', 'wb') as data:
        for kind, seed, n in itertools.product(normals, (0, 12345, 2**33 + 1), (37, 13)):
            brownian_interval._randn = normals[kind]
            low, high = levels[-1], levels[0]
            tree = torchsde.BrownianTree(low, torch.zeros(n), high, entropy=seed)
            for a, b in queries(levels):
                # k-diffusion: W over the sorted pair, minus for a falling one.
                w = tree(min(a, b), max(a, b)) * (-1 if a > b else 1)
                noise = w / (b - a).abs().sqrt()
                print(kind, seed, n, *(float(v).hex() for v in (low, high, a, b)), file=text)
                data.write(noise.numpy().astype('<f4').tobytes())


def write_seeds():
    with open(HERE / 'seeds.txt', 'w') as text:
        for entropy in (0, 1, 2**32 - 1, 2**33 + 1, 2**63 - 1):
            print(entropy, -1, 0, np.random.SeedSequence(entropy, pool_size=24).generate_state(1)[0], file=text)
            for path, depth in ((0, 0), (0, 1), (1, 1), (1000, 10), (2**24 - 1, 24), (2**35 + 17, 36)):
                sequence = np.random.SeedSequence(entropy, spawn_key=(path, depth), pool_size=24)
                print(entropy, path, depth, sequence.generate_state(1)[0], file=text)


HERE.mkdir(exist_ok=True)
write_rng()
write_brownian()
write_seeds()
