# SPDX-License-Identifier: GPL-3.0-or-later
"""Teach the text encoder to understand captions before anything is painted.

Through the UNet alone a text encoder learns slowly.  Here every end-of-text position of it must tell, by one linear
layer, everything that the caption says (`captions.SPEC`); the diffusion model then finds all of it ready to use, and
the encoder stays as it is.
"""

from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

import storage
import tokenizer as words
from captions import SPEC, describe
from models import make_text_encoder
from world import HELD_OUT, draw_scene

SEED = 13
WIDTHS = [len(values) for values in SPEC.values()]


def labels_of(said):
    """Return what a caption says as one number for each field of SPEC."""
    return [SPEC[name].index(value) for name, value in said.items()]


def caption_batch(tokenizer, step, count, first=0):
    """Return tokens (n, 77) and labels (n, fields) of the captions of step `step`."""
    random = np.random.default_rng([SEED, step, first])
    written = [describe(draw_scene(first + int(key)), random) for key in random.integers(1 << 29, size=count)]
    labels = torch.tensor([labels_of(caption.said) for caption in written])
    return words.encode(tokenizer, [caption.text for caption in written]), labels


class TextTrainer:
    """Holds the text encoder, the linear layer that reads it, and their optimiser."""

    def __init__(self, plan, folder, machine):
        self.plan, self.machine, self.device = plan, machine, machine.device
        self.path = Path(folder) / "text.pt"
        self.tokenizer = words.load(Path(folder) / "tokenizer")
        torch.manual_seed(SEED)
        self.encoder = make_text_encoder(self.tokenizer).to(self.device)
        self.reader = torch.nn.Linear(self.encoder.config.hidden_size, sum(WIDTHS)).to(self.device)
        self.parameters = [*self.encoder.parameters(), *self.reader.parameters()]
        self.optimizer = torch.optim.AdamW(
            self.parameters, lr=plan.rate, betas=(0.9, 0.98), weight_decay=0.01
        )
        self.step = 0
        state = storage.load_checkpoint(self.path, self.device)
        if state is not None:
            self.encoder.load_state_dict(state["encoder"])
            self.reader.load_state_dict(state["reader"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.step = state["step"]

    def save(self):
        state = {"encoder": self.encoder.state_dict(), "reader": self.reader.state_dict()}
        storage.save_checkpoint(
            self.path, state | {"optimizer": self.optimizer.state_dict(), "step": self.step}
        )

    def _answers(self, tokens, shares):
        """Return the reader's answers (n, all widths) at the first end token and at one behind it, by its share."""
        with self.machine.autocast():
            hidden = self.encoder(tokens.to(self.device)).last_hidden_state
        first = (tokens != self.tokenizer.eos_token_id).sum(1)
        later = first + ((tokens.shape[1] - first) * shares).long()
        rows = torch.arange(len(tokens))
        return [self.reader(hidden[rows, place].float()) for place in (first, later)]

    def _part_loss(self, tokens, labels, shares):
        loss = 0.0
        for answers in self._answers(tokens, shares):
            for answer, label in zip(answers.split(WIDTHS, 1), labels.to(self.device).unbind(1)):
                loss = loss + functional.cross_entropy(answer, label) / (2 * len(WIDTHS))
        return loss, loss.item()

    def train_step(self):
        tokens, labels = caption_batch(self.tokenizer, self.step, self.plan.batch)
        shares = torch.rand(
            len(tokens), generator=torch.Generator().manual_seed(SEED * 1_000_003 + self.step)
        )
        losses = self.machine.descend(self.parameters, self._part_loss, tokens, labels, shares)
        left = (self.plan.steps - self.step) / self.plan.steps
        for group in self.optimizer.param_groups:
            group["lr"] = self.plan.rate * min(1.0, (self.step + 1) / 100, 0.02 + 1.6 * left)
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.step += 1
        return {"loss": float(np.mean(losses))}

    @torch.no_grad()
    def accuracy(self, count=512):
        """Return, on held-out captions, the share of fields and the share of captions understood in full."""
        tokens, labels = caption_batch(self.tokenizer, 0, count, HELD_OUT)
        shares = torch.rand(count, generator=torch.Generator().manual_seed(SEED))
        answers = self._answers(tokens, shares)[1].cpu()
        right = torch.stack([a.argmax(1) == b for a, b in zip(answers.split(WIDTHS, 1), labels.unbind(1))], 1)
        return right.float().mean().item(), right.all(1).float().mean().item()


def train(plan, folder, machine, keeper):
    """Train to the plan's end; returns whether it got there before the sitting's time ran out."""
    words.make(Path(folder) / "tokenizer")
    trainer = TextTrainer(plan, folder, machine)
    log = storage.Log("text", 50)
    while trainer.step < plan.steps:
        if keeper.is_over():
            trainer.save()
            return False
        log.note(trainer.step + 1, plan.batch, **trainer.train_step())
        if keeper.is_due() or trainer.step == plan.steps:
            trainer.save()
        if trainer.step % 500 == 0 or trainer.step == plan.steps:
            fields, whole = trainer.accuracy()
            print(
                f"text {trainer.step}: {fields:.4f} of fields, {whole:.3f} of captions understood", flush=True
            )
    return True
