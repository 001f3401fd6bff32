# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a training keeps its files, and how it survives being killed at any moment."""

import json
import math
import os
import signal
import time
from pathlib import Path

import numpy as np
import torch

#: Seconds between two checkpoints.
CHECKPOINT_EVERY = 150


def write_whole(path, write):
    """Let `write(temporary path)` make a file, then give it its name in one step: `path` is whole or not there."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name("." + path.name + ".part")
    write(temporary)
    with open(temporary, "rb") as file:
        os.fsync(file.fileno())
    os.replace(temporary, path)


def save_array(path, array):
    def write(temporary):
        with open(temporary, "wb") as file:
            np.save(file, array)

    write_whole(path, write)


def save_json(path, value):
    write_whole(
        path, lambda temporary: temporary.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")
    )


def save_checkpoint(path, state):
    write_whole(path, lambda temporary: torch.save(state, temporary))


def load_checkpoint(path, device):
    """Return what was saved at `path`, or None where nothing was."""
    return torch.load(path, map_location=device, weights_only=True) if Path(path).exists() else None


class Keeper:
    """Says when the next checkpoint is due and when this sitting is over.

    It is over `seconds` from now (None for never), or when the process is asked to end (SIGTERM, SIGINT).
    """

    def __init__(self, seconds=None):
        self.end = None if seconds is None else time.monotonic() + seconds
        self.saved = time.monotonic()
        self.asked = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    def _ask(self, number, frame):
        self.asked = True

    def is_over(self):
        return self.asked or (self.end is not None and time.monotonic() >= self.end)

    def is_due(self):
        if time.monotonic() - self.saved < CHECKPOINT_EVERY:
            return False
        self.saved = time.monotonic()
        return True


class Log:
    """Prints one line each `every` steps with the means of what was noted since (not of NaN), and the speed."""

    def __init__(self, stage, every):
        self.stage, self.every = stage, every
        self.sums, self.counts, self.samples, self.since = {}, {}, 0, time.monotonic()

    def note(self, step, samples, **values):
        for name, value in values.items():
            if not math.isnan(value):
                self.sums[name] = self.sums.get(name, 0.0) + float(value)
                self.counts[name] = self.counts.get(name, 0) + 1
        self.samples += samples
        if step % self.every:
            return
        means = " ".join(f"{name}={total / self.counts[name]:.5g}" for name, total in self.sums.items())
        speed = self.samples / (time.monotonic() - self.since)
        print(f"{time.strftime('%H:%M:%S')} {self.stage} {step} {means} samples/s={speed:.1f}", flush=True)
        self.sums, self.counts, self.samples, self.since = {}, {}, 0, time.monotonic()
