# SPDX-License-Identifier: GPL-3.0-or-later
"""Where and how precisely to compute: one GPU with bfloat16, or the processor with whatever it is faster in."""

import contextlib
import os
import time
from concurrent.futures import ThreadPoolExecutor

import torch


class Machine:
    """A torch device, whether matrix work on it is done in bfloat16, and threads that compute parts of a batch.

    On a processor each thread works on a part of its own. Threads that share every operation wait for each other at its
    end: beside other programs, two of them get no more done than one.
    """

    def __init__(self, device, half, threads):
        self.device, self.half, self.threads = device, half, threads
        self.parts = 1 if device == "cuda" else 2 * threads
        self._pool = ThreadPoolExecutor(threads)

    def __str__(self):
        return f"{self.device}, {'bfloat16' if self.half else 'float32'}, {self.threads} threads"

    def autocast(self):
        return torch.autocast(self.device, torch.bfloat16) if self.half else contextlib.nullcontext()

    def map(self, function, parts):
        """Return the results of `function` for each of `parts`, several of which are computed at a time."""
        return list(self._pool.map(function, parts))

    def descend(self, parameters, part_loss, *batch):
        """Set the gradients of `parameters` for the tensors of `batch`, cut alike into parts of equal size.

        `part_loss` takes the tensors of one part and returns its mean loss and anything more; the latter is returned,
        a list with one entry for each part.
        """
        parameters = list(parameters)

        def one(tensors):
            loss, notes = part_loss(*tensors)
            return torch.autograd.grad(loss, parameters, allow_unused=True), notes

        shortest = min(len(tensor) for tensor in batch)
        count = max(n for n in range(1, self.parts + 1) if shortest % n == 0)
        results = self.map(one, zip(*(tensor.chunk(count) for tensor in batch)))
        for parameter, *gradients in zip(parameters, *(gradients for gradients, _ in results)):
            parameter.grad = None if gradients[0] is None else sum(gradients[1:], gradients[0]) / count
        return [notes for _, notes in results]


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
    """Return the GPU if there is one, else the processor, using `threads` of its threads (None for all)."""
    if torch.cuda.is_available():
        torch.backends.cuda.matmul.allow_tf32 = True
        torch.backends.cudnn.allow_tf32 = True
        return Machine("cuda", True, 1)
    torch.set_num_threads(1)
    half = _seconds(torch.bfloat16) * 1.3 < _seconds(torch.float32)
    return Machine("cpu", half, threads or os.cpu_count() or 1)
