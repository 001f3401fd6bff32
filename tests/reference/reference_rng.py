# SPDX-License-Identifier: GPL-3.0-or-later
"""Random numbers of the reference implementations, for the scripts that make goldens."""
import math

import numpy as np
import torch


def philox_normal(seed, call, n):
    """Philox4x32-10 and Box-Muller in double, as A1111's rng_philox computes."""
    counter = np.zeros((4, n), np.uint32)
    counter[0], counter[2] = call, np.arange(n)
    key = [seed & 0xffffffff, seed >> 32]
    for _ in range(10):
        a = counter[0].astype(np.uint64) * np.uint64(0xD2511F53)
        b = counter[2].astype(np.uint64) * np.uint64(0xCD9E8D57)
        counter = np.stack([(b >> np.uint64(32)).astype(np.uint32) ^ counter[1] ^ np.uint32(key[0]),
                            b.astype(np.uint32),
                            (a >> np.uint64(32)).astype(np.uint32) ^ counter[3] ^ np.uint32(key[1]),
                            a.astype(np.uint32)])
        key = [(key[0] + 0x9E3779B9) & 0xffffffff, (key[1] + 0xBB67AE85) & 0xffffffff]
    c = np.array([2.3283064e-10], np.float32)
    c2 = np.array([2.3283064e-10 * 6.2831855], np.float32)
    u, v = counter[0] * c + c / 2, counter[1] * c2 + c2 / 2
    return (np.sqrt(-2.0 * np.log(u)) * np.sin(v)).astype(np.float32)


class Rng:
    def __init__(self, kind, seed):
        self.kind, self.seed, self.calls = kind, seed, 0
        self.generator = torch.Generator().manual_seed(seed)

    def __call__(self, shape):
        if self.kind == 'torch':
            return torch.randn(shape, generator=self.generator)
        self.calls += 1
        return torch.from_numpy(philox_normal(self.seed, self.calls - 1, math.prod(shape))).reshape(shape)
