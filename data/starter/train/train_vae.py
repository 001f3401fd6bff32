# SPDX-License-Identifier: GPL-3.0-or-later
"""Train the autoencoder on crops of rendered pictures.

First both halves, then the decoder alone: as soon as the encoder rests, the diffusion model can be trained on its
latents while the decoder goes on improving.
"""

import copy
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

import storage
from models import CELL, LATENT_CHANNELS, make_vae
from pictures import square_pictures
from vae_start import start_at_mean_colour
from world import HELD_OUT

KL_WEIGHT = 2e-4
SEED = 11


def reconstruction_loss(result, wanted):
    """Squared error, and absolute error of values and of gradients on four scales."""
    loss = functional.mse_loss(result, wanted)
    for scale, weight in enumerate((1.0, 0.5, 0.5, 0.5)):
        if scale:
            result, wanted = functional.avg_pool2d(result, 2), functional.avg_pool2d(wanted, 2)
        error = result - wanted
        across = (error[..., 1:] - error[..., :-1]).abs().mean()
        down = (error[..., 1:, :] - error[..., :-1, :]).abs().mean()
        loss = loss + weight * (error.abs().mean() + 0.3 * (across + down))
    return loss


def to_tensor(pictures, device):
    """uint8 (n, h, w, 3) to float (n, 3, h, w) from -1 to 1."""
    values = torch.from_numpy(np.array(pictures)).to(device).permute(0, 3, 1, 2).float() / 127.5 - 1
    return values.contiguous(memory_format=torch.channels_last)


def crops(shards, plan, step):
    """Return the crops of step `step`, the same ones whenever it is asked for."""
    random = np.random.default_rng([SEED, step])
    batch = []
    for _ in range(plan.batch):
        shard = shards[int(random.integers(len(shards)))]
        picture = shard[int(random.integers(len(shard)))]
        y, x = (int(random.integers(side - plan.crop + 1)) for side in picture.shape[:2])
        crop = picture[y : y + plan.crop, x : x + plan.crop]
        batch.append(crop[:, ::-1] if random.random() < 0.5 else crop)
    return np.stack(batch)


@torch.no_grad()
def psnr(vae, pictures, device):
    """Mean PSNR in dB of `pictures` (uint8) through the autoencoder, each rounded to bytes."""
    values = []
    for picture in pictures:
        wanted = to_tensor(picture[None], device)
        result = vae.decode(vae.encode(wanted).latent_dist.mean).sample
        result = ((result.clamp(-1, 1) + 1) * 127.5).round()
        error = ((result - (wanted + 1) * 127.5) ** 2).mean()
        values.append(float(10 * torch.log10(255**2 / error)))
    return float(np.mean(values))


class VaeTrainer:
    """Holds the autoencoder, its running average and the optimiser; one step at a time."""

    def __init__(self, plan, folder, machine, pool):
        self.plan, self.machine, self.device = plan, machine, machine.device
        self.path = Path(folder) / "vae.pt"
        self.shards = square_pictures(Path(folder) / "pictures", plan.pictures, pool)
        self.held_out = square_pictures(Path(folder) / "pictures", min(64, plan.pictures), pool, HELD_OUT)[0]
        torch.manual_seed(SEED)
        self.vae = make_vae()
        start_at_mean_colour(self.vae, to_tensor(self.shards[0][:16, 60:188, 60:188], "cpu"))
        self.vae.to(self.device)
        self.average = copy.deepcopy(self.vae).requires_grad_(False)
        self.optimizer = torch.optim.AdamW(
            self.vae.parameters(), lr=plan.rate, betas=(0.9, 0.995), weight_decay=1e-4
        )
        self.step = 0
        self._resume()

    def _resume(self):
        state = storage.load_checkpoint(self.path, self.device)
        if state is not None:
            self.vae.load_state_dict(state["vae"])
            self.average.load_state_dict(state["average"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.step = state["step"]

    def save(self):
        state = {
            "vae": self.vae.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
        }
        storage.save_checkpoint(self.path, state)

    def _rate(self):
        """The learning rate: a short rise, then level, and down to nothing at the end of each of the two parts."""
        plan, last = self.plan, self.plan.encoder_steps
        step = self.step
        if step >= last:
            step, last = step - last, plan.decoder_steps
        rise = min(1.0, (step + 1) / 100)
        return plan.rate * rise * min(1.0, max(0.02, (last - step) / plan.cool_steps))

    def _losses(self, pictures, noise):
        """Return the loss, and the reconstruction's absolute error and the KL divergence, of a part of a batch."""
        resting = self.step >= self.plan.encoder_steps
        with self.machine.autocast():
            with torch.set_grad_enabled(not resting):
                moments = self.vae.encode(pictures).latent_dist
                mean, spread = moments.mean, moments.logvar
            latent = mean + noise * torch.exp(0.5 * spread)
            result = self.vae.decode(latent).sample.float()
        loss = reconstruction_loss(result, pictures)
        error = (result.detach() - pictures).abs().mean() / 2
        mean, spread = mean.float(), spread.float()
        divergence = 0.5 * (mean**2 + spread.exp() - 1 - spread).mean()
        if not resting:
            loss = loss + KL_WEIGHT * divergence + self._scale_loss(latent, pictures)
        return loss, (error.item(), divergence.item(), loss.item())

    def _scale_loss(self, latent, pictures):
        """Every third step, ask that a latent at half the size is the picture at half the size.

        Latents that scale like pictures (EQ-VAE, Kouzelis et al. 2025) are smooth, and a diffusion model learns smooth
        latents sooner.
        """
        if self.step % 3:
            return 0.0
        with self.machine.autocast():
            result = self.vae.decode(functional.avg_pool2d(latent, 2)).sample.float()
        return 0.5 * reconstruction_loss(result, functional.avg_pool2d(pictures, 2))

    def train_step(self):
        """Take one step; returns what the log notes of it."""
        if self.step == self.plan.encoder_steps:
            # What rests from here on must be what the diffusion model learns from: the average.
            self.vae.load_state_dict(self.average.state_dict())
        pictures = to_tensor(crops(self.shards, self.plan, self.step), self.device)
        generator = torch.Generator().manual_seed(SEED * 1_000_003 + self.step)
        side = self.plan.crop // CELL
        noise = torch.randn(len(pictures), LATENT_CHANNELS, side, side, generator=generator).to(self.device)
        for group in self.optimizer.param_groups:
            group["lr"] = self._rate()
        notes = self.machine.descend(self.vae.parameters(), self._losses, pictures, noise)
        torch.nn.utils.clip_grad_norm_(self.vae.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        keep = min(self.plan.averaging, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.vae.parameters()), 1 - keep)
        return dict(zip(("error", "kl", "loss"), np.mean(notes, 0)))


def load_average(folder, device):
    """Return the averaged autoencoder of the training in `folder`."""
    vae = make_vae().to(device).eval().requires_grad_(False)
    vae.load_state_dict(storage.load_checkpoint(Path(folder) / "vae.pt", device)["average"])
    return vae


def train(plan, folder, machine, pool, keeper, until):
    """Train to step `until`; returns whether it got there before the sitting's time ran out."""
    trainer = VaeTrainer(plan, folder, machine, pool)
    log = storage.Log("vae", 50)
    while trainer.step < until:
        if keeper.is_over():
            trainer.save()
            return False
        notes = trainer.train_step()
        log.note(trainer.step, plan.batch, **notes)
        if keeper.is_due() or trainer.step == until:
            trainer.save()
        if trainer.step % 500 == 0 or trainer.step == until:
            value = psnr(trainer.average, trainer.held_out, machine.device)
            print(f"vae {trainer.step}: {value:.2f} dB held out", flush=True)
    return True
