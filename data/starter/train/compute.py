# SPDX-License-Identifier: GPL-3.0-or-later
"""Where and how precisely to compute: one GPU with bfloat16, or the processor with whatever it is faster in."""

import contextlib
import time
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Machine:
    """A torch device and whether matrix work on it is done in bfloat16."""

    device: str
    half: bool

    def autocast(self):
        return torch.autocast(self.device, torch.bfloat16) if self.half else contextlib.nullcontext()


def _seconds(kind):
    """Time of processor that a typical convolution takes in `kind`."""
    picture = torch.randn(8, 64, 32, 32, dtype=kind).to(memory_format=torch.channels_last)
    weight = torch.randn(64, 64, 3, 3, dtype=kind)
    times = []
    for _ in range(6):
        start = time.process_time()
        torch.nn.functional.conv2d(picture, weight, padding=1)
        times.append(time.process_time() - start)
    return min(times)


def find_machine(threads=None):
    """Return the GPU if there is one, else the processor, using `threads` of its threads."""
    if torch.cuda.is_available():
        torch.backends.cuda.matmul.allow_tf32 = True
        torch.backends.cudnn.allow_tf32 = True
        return Machine("cuda", True)
    if threads is not None:
        torch.set_num_threads(threads)
    return Machine("cpu", _seconds(torch.bfloat16) * 1.3 < _seconds(torch.float32))
