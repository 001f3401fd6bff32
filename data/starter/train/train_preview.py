# SPDX-License-Identifier: GPL-3.0-or-later
"""Train a small decoder for previews: TAESD's shape (Bohan, 2023), narrow enough to run after every step.

It learns from the latents of the resting encoder, as the diffusion model has them, what they show.
"""

from pathlib import Path

import numpy as np
import torch

import latents
import storage
from models import make_preview_decoder
from pictures import square_pictures
from train_vae import crops, reconstruction_loss, to_tensor
from world import HELD_OUT

SEED = 17


class PreviewTrainer:
    """Holds the decoder and its optimiser; one step at a time."""

    def __init__(self, plan, folder, machine, shards):
        self.plan, self.machine, self.shards = plan, machine, shards
        self.path = Path(folder) / "preview.pt"
        self.encoder = latents.load_vae(folder, machine.device)
        torch.manual_seed(SEED)
        self.decoder = make_preview_decoder().to(machine.device)
        # Grey: with a decoder that begins elsewhere the first hundred steps would be spent on getting there.
        torch.nn.init.constant_(self.decoder.decoder.layers[-1].bias, 0.5)
        self.parameters = list(self.decoder.decoder.parameters())
        self.optimizer = torch.optim.AdamW(self.parameters, lr=plan.rate, betas=(0.9, 0.99), weight_decay=0.0)
        self.step = 0
        state = storage.load_checkpoint(self.path, machine.device)
        if state is not None:
            self.decoder.load_state_dict(state["decoder"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.step = state["step"]

    def save(self):
        state = {"decoder": self.decoder.state_dict(), "optimizer": self.optimizer.state_dict()}
        storage.save_checkpoint(self.path, state | {"step": self.step})

    def _decode(self, pictures):
        with torch.no_grad():
            latent = self.encoder.encode(pictures).latent_dist.mean * latents.DEVIATION
        return self.decoder.decode(latent).sample

    def _part_loss(self, pictures):
        with self.machine.autocast():
            result = self._decode(pictures).float()
        loss = reconstruction_loss(result, pictures)
        return loss, loss.item()

    def train_step(self):
        """Take one step; returns what the log notes of it."""
        pictures = to_tensor(crops(self.shards, self.plan, self.step), self.machine.device)
        left = (self.plan.steps - self.step) / self.plan.steps
        for group in self.optimizer.param_groups:
            group["lr"] = self.plan.rate * min(1.0, (self.step + 1) / 50, 0.02 + 2 * left)
        losses = self.machine.descend(self.parameters, self._part_loss, pictures)
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.step += 1
        return {"loss": float(np.mean(losses))}

    @torch.no_grad()
    def psnr(self, pictures):
        """Mean PSNR in dB of the previews of `pictures` (uint8)."""
        values = []
        for picture in pictures:
            wanted = to_tensor(picture[None], self.machine.device)
            error = ((self._decode(wanted).clamp(-1, 1) - wanted) ** 2).mean()
            values.append(float(10 * torch.log10(4 / error)))
        return float(np.mean(values))


def train(plan, folder, machine, pool, keeper, pictures):
    """Train on the first `pictures` squares to the plan's end; returns whether time allowed it."""
    shards = square_pictures(Path(folder) / "pictures", pictures, pool)
    trainer = PreviewTrainer(plan, folder, machine, shards)
    log = storage.Log("preview", 50)
    while trainer.step < plan.steps:
        if keeper.is_over():
            trainer.save()
            return False
        log.note(trainer.step + 1, plan.batch, **trainer.train_step())
        if keeper.is_due() or trainer.step == plan.steps:
            trainer.save()
        if trainer.step == plan.steps:
            held_out = square_pictures(Path(folder) / "pictures", min(64, pictures), pool, HELD_OUT)[0]
            print(f"preview {trainer.step}: {trainer.psnr(held_out[:16]):.2f} dB held out", flush=True)
    return True
