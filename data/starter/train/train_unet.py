# SPDX-License-Identifier: GPL-3.0-or-later
"""Train the diffusion model on encoded pictures and their captions.

First the inner UNet, then the whole one, and from that the one for inpainting.

The model predicts the velocity v = a n - s z (Salimans and Ho, 2022).  At high noise that is the picture itself, so that
colour and layout count as much as detail does; with the noise as target they hardly do.
"""

import copy
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

import latents
import storage
import tokenizer as words
from captions import describe
from growth import InnerUnet, grow, quiet
from models import LATENT_CHANNELS, TRAIN_TIMESTEPS, alphas_cumprod, make_text_encoder, make_unet
from optimizer import Both
from world import draw_scene

SEED = 14
#: The share of captions left out, so that the model also learns to paint without one, which guidance needs.
SILENT = 0.1


def load_text_encoder(folder, device):
    """Return the trained tokenizer and text encoder, which stay as they are."""
    tokenizer = words.load(Path(folder) / "tokenizer")
    encoder = make_text_encoder(tokenizer).to(device).eval().requires_grad_(False)
    encoder.load_state_dict(storage.load_checkpoint(Path(folder) / "text.pt", device)["encoder"])
    return tokenizer, encoder


class Noise:
    """Noises latents; `halved` for the inner UNet, which sees them averaged over 2x2 cells."""

    def __init__(self, device, halved):
        shares = alphas_cumprod().to(device)
        self.signal, self.noise = shares.sqrt(), (1 - shares).sqrt()
        self.halved = halved
        self.deviation = 0.5 if halved else 1.0

    def __call__(self, clean, noise, timesteps):
        """Return the noisy latents, the velocity and the weight of each one's squared error (mean 1 at any t)."""
        if self.halved:
            clean = functional.avg_pool2d(clean, 2)
        noise = noise * self.deviation
        a, s = (values[timesteps][:, None, None, None] for values in (self.signal, self.noise))
        weight = 1 / ((a * self.deviation) ** 2 + (s * latents.DEVIATION) ** 2)
        return a * clean + s * noise, a * noise - s * clean, weight


class Batches:
    """Draws the batches: encoded pictures of one shape with a caption each, several timesteps for every picture."""

    def __init__(self, plan, folder, stock):
        """`stock(step)` lists the shards of a step: first key, latents, and for inpainting masks and masked latents."""
        self.plan, self.stock = plan, stock
        self.tokenizer = words.load(Path(folder) / "tokenizer")

    def _pictures(self, step, random):
        """Return a tensor of latents (for inpainting with the masked ones behind them) and their captions."""
        shards = self.stock(step)
        shape = shards[int(random.integers(len(shards)))][1].shape[2:]
        shards = [shard for shard in shards if shard[1].shape[2:] == shape]
        values, texts = [], []
        for _ in range(self.plan.pictures_a_step):
            first, *parts = shards[int(random.integers(len(shards)))]
            i = int(random.integers(len(parts[0])))
            values.append(np.concatenate([part[i] for part in parts]))
            silent = random.random() < SILENT
            texts.append("" if silent else describe(draw_scene(first + i), random).text)
        return torch.from_numpy(np.stack(values)).float(), texts

    def draw(self, step, halved):
        """Return step `step`: clean latents, what inpainting is told (no channels else), noise, timesteps, and tokens.

        Tokens have one row a picture, everything else one a timestep of it, those of one picture beside each other.
        """
        values, texts = self._pictures(step, np.random.default_rng([SEED, step]))
        values = values.repeat_interleave(self.plan.timesteps_a_picture, 0)
        clean, told = values[:, :LATENT_CHANNELS] * latents.DEVIATION, values[:, LATENT_CHANNELS:].clone()
        told[:, 1:] *= latents.DEVIATION
        generator = torch.Generator().manual_seed(SEED * 1_000_003 + step)
        count, height, width = len(clean), *clean.shape[2:]
        side = 2 if halved else 1
        noise = torch.randn(count, LATENT_CHANNELS, height // side, width // side, generator=generator)
        places = (torch.arange(count) + torch.rand(count, generator=generator)) / count
        timesteps = (places * TRAIN_TIMESTEPS).long()[torch.randperm(count, generator=generator)]
        return clean, told, noise, timesteps, words.encode(self.tokenizer, texts)


class UnetTrainer:
    """Holds the network of one stage ("inner", "whole" or "inpaint"), its running average and its optimiser."""

    def __init__(self, stage, plan, folder, machine, stock):
        self.stage, self.plan, self.machine, self.device = stage, plan, machine, machine.device
        self.path = Path(folder) / f"{stage}.pt"
        self.batches = Batches(plan, folder, stock)
        self.noise = Noise(self.device, stage == "inner")
        _, self.encoder = load_text_encoder(folder, self.device)
        torch.manual_seed(SEED)
        self.network = MAKERS[stage](folder).to(self.device)
        self.average = copy.deepcopy(self.network).requires_grad_(False)
        self.optimizer = Both(self.network, plan.rate)
        self.step = 0
        state = storage.load_checkpoint(self.path, self.device)
        if state is not None:
            self.network.load_state_dict(state["network"])
            self.average.load_state_dict(state["average"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.step = state["step"]

    def save(self):
        state = {"network": self.network.state_dict(), "average": self.average.state_dict()}
        storage.save_checkpoint(
            self.path, state | {"optimizer": self.optimizer.state_dict(), "step": self.step}
        )

    def _rate(self):
        plan = self.plan
        return plan.rate * min(
            1.0, (self.step + 1) / 100, max(0.02, (plan.steps - self.step) / plan.cool_steps)
        )

    def _errors(self, clean, told, noise, timesteps, tokens):
        """Return the weighted squared error of each sample of a part of a batch."""
        clean, told, noise, timesteps = (value.to(self.device) for value in (clean, told, noise, timesteps))
        noisy, velocity, weight = self.noise(clean, noise, timesteps)
        if told.shape[1]:
            noisy = torch.cat([noisy, told], 1)
        with self.machine.autocast():
            with torch.no_grad():
                text = self.encoder(tokens.to(self.device)).last_hidden_state
            text = text.repeat_interleave(self.plan.timesteps_a_picture, 0)
            noisy = noisy.contiguous(memory_format=torch.channels_last)
            result = self.network(noisy, timesteps, encoder_hidden_states=text)
        result = result if torch.is_tensor(result) else result.sample
        return ((result.float() - velocity) ** 2 * weight).mean((1, 2, 3))

    def _part_loss(self, *part):
        errors = self._errors(*part)
        return errors.mean(), errors.detach().cpu()

    def train_step(self):
        """Take one step; returns the weighted error over the noisiest, the middle and the cleanest timesteps."""
        batch = self.batches.draw(self.step, self.noise.halved)
        errors = torch.cat(self.machine.descend(self.network.parameters(), self._part_loss, *batch))
        self.optimizer.set_rate(self._rate())
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step(self.machine)
        self.step += 1
        keep = min(self.plan.averaging, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.network.parameters()), 1 - keep)
        timesteps = batch[3]
        middle = (timesteps > 250) & (timesteps <= 600)
        parts = {"high": timesteps > 600, "middle": middle, "low": timesteps <= 250}
        means = {name: errors[which].mean().item() for name, which in parts.items()}
        return {"loss": errors.mean().item()} | means


def make_inner(folder=None):
    """Return the inner UNet as it starts; it needs nothing from `folder`."""
    unet = make_unet()
    quiet(unet)
    return InnerUnet(unet).to(memory_format=torch.channels_last)


def make_whole(folder):
    """Return the whole UNet, grown from the average of the trained inner one."""
    inner = make_inner()
    inner.load_state_dict(storage.load_checkpoint(Path(folder) / "inner.pt", "cpu")["average"])
    unet = inner.unet
    unet.up_blocks[-2].upsamplers = inner.aside
    grow(unet, inner.open, inner.close)
    return unet


@torch.no_grad()
def make_inpaint(folder):
    """Return the inpainting UNet: the trained one with five more channels at its door, which at first count nothing."""
    unet, wide = make_unet(), make_unet(2 * LATENT_CHANNELS + 1)
    unet.load_state_dict(storage.load_checkpoint(Path(folder) / "whole.pt", "cpu")["average"])
    state = unet.state_dict()
    weight = torch.zeros_like(wide.conv_in.weight)
    weight[:, :LATENT_CHANNELS] = state["conv_in.weight"]
    wide.load_state_dict(state | {"conv_in.weight": weight})
    return wide


#: What each stage starts from.
MAKERS = {"inner": make_inner, "whole": make_whole, "inpaint": make_inpaint}


def train(stage, plan, folder, machine, stock, keeper):
    """Train `stage` to its plan's end; returns whether it got there before the sitting's time ran out."""
    trainer = UnetTrainer(stage, plan, folder, machine, stock)
    log = storage.Log(stage, 25)
    while trainer.step < plan.steps:
        if keeper.is_over():
            trainer.save()
            return False
        notes = trainer.train_step()
        log.note(trainer.step, plan.pictures_a_step * plan.timesteps_a_picture, **notes)
        if keeper.is_due() or trainer.step == plan.steps:
            trainer.save()
    return True
