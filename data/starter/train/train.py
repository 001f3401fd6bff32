# SPDX-License-Identifier: GPL-3.0-or-later
"""Make the whole starter model from nothing, or go on where it was left.  `python train.py FOLDER`

Everything is kept in FOLDER, outside the work tree.  Whatever happens to the process, the same command goes on from the
last checkpoint, at most a few minutes back.  When all stages are done, `python export.py FOLDER MODEL` writes the model.
"""

import argparse
import fcntl
import os
import sys
from dataclasses import replace
from multiprocessing import Pool
from pathlib import Path

import classifier
import storage
import train_preview
import train_text
import train_unet
import train_vae
from compute import find_machine
from plan import PLANS
from stock import Stock

STAGES = ("vae", "text", "latents", "inner", "whole", "decoder", "preview", "classifier", "masked", "inpaint")


class Training:
    """The stages of one training in `folder`, in their order.

    Each says whether it came to its end before this sitting was over.
    """

    def __init__(self, plan, folder, machine, pool, keeper):
        self.plan, self.folder, self.machine, self.pool, self.keeper = plan, folder, machine, pool, keeper

    def vae(self):
        plan = self.plan.vae
        return train_vae.train(plan, self.folder, self.machine, self.pool, self.keeper, plan.encoder_steps)

    def text(self):
        return train_text.train(self.plan.text, self.folder, self.machine, self.keeper)

    def _stock(self):
        return Stock(self.plan.data, self.folder, self.machine, self.pool)

    def latents(self):
        return self._stock().prepare(self.keeper)

    def _unet(self, stage, stock):
        plan = getattr(self.plan, stage)
        return train_unet.train(stage, plan, self.folder, self.machine, stock, self.keeper)

    def inner(self):
        return self._unet("inner", self._stock().at)

    def whole(self):
        stock, last = self._stock(), self.plan.inner.steps
        return self._unet("whole", lambda step: stock.at(last + step))

    def masked(self):
        return self._stock().prepare(self.keeper, masked=True)

    def inpaint(self):
        shards = self._stock().masked()
        return self._unet("inpaint", lambda step: shards)

    def decoder(self):
        plan = self.plan.vae
        last = plan.encoder_steps + plan.decoder_steps
        return train_vae.train(plan, self.folder, self.machine, self.pool, self.keeper, last)

    def preview(self):
        pictures = self.plan.vae.pictures
        return train_preview.train(
            self.plan.preview, self.folder, self.machine, self.pool, self.keeper, pictures
        )

    def classifier(self):
        classifier.train(self.plan.classifier, self.folder, self.pool)
        return True


def lock(folder):
    """Keep a second training out of `folder` for as long as this process lives."""
    file = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise SystemExit(
            f"train.py: another training is at work in {folder}; wait for it or end it first"
        ) from None


def main():
    parser = argparse.ArgumentParser(description="Makes the starter model, or goes on with it.")
    parser.add_argument("folder", type=Path, help="where everything is kept, outside the work tree")
    parser.add_argument(
        "--plan", choices=sorted(PLANS), default="full", help="how much to train (default: full)"
    )
    parser.add_argument(
        "--minutes", type=float, help="stop after so many minutes (default: when all is done)"
    )
    parser.add_argument("--threads", type=int, help="threads for torch (default: its own choice)")
    parser.add_argument(
        "--stages", nargs="+", choices=STAGES, default=STAGES, help="only these (default: all)"
    )
    parser.add_argument("--steps", type=int, help="of the one diffusion stage that --stages names (default: the plan's)")
    arguments = parser.parse_args()
    plan = PLANS[arguments.plan]
    if arguments.steps is not None:
        if len(arguments.stages) != 1 or arguments.stages[0] not in ("inner", "whole", "inpaint"):
            parser.error("--steps needs --stages with inner, whole or inpaint alone")
        stage = arguments.stages[0]
        plan = replace(plan, **{stage: replace(getattr(plan, stage), steps=arguments.steps)})
    arguments.folder.mkdir(parents=True, exist_ok=True)
    lock(arguments.folder)
    # The pool is forked before torch starts threads of its own: a fork after that may never come to life.
    with Pool(max(1, min(8, os.cpu_count() or 1))) as pool:
        keeper = storage.Keeper(None if arguments.minutes is None else arguments.minutes * 60)
        machine = find_machine(arguments.threads)
        print(f"{machine}", flush=True)
        training = Training(plan, arguments.folder, machine, pool, keeper)
        for stage in (stage for stage in STAGES if stage in arguments.stages):
            if not getattr(training, stage)():
                print(f"train.py: stopped in {stage}; the same command goes on", flush=True)
                sys.exit(3)
    print("train.py: done", flush=True)


if __name__ == "__main__":
    main()
