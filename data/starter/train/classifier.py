# SPDX-License-Identifier: GPL-3.0-or-later
"""A small network that names the attributes of a picture, trained on the renderer's own labels.

It is the judge of `evaluate.py`.  Blur, noise and washed-out colours are part of its training, so that it looks for
what is shown and not for how cleanly.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

import storage
import world
from pictures import square_pictures

SIZE = 96
FEATURES = 64
SEED = 15

#: The fields the judge knows, each with its values.
FIELDS = {
    "time": world.TIMES,
    "weather": world.WEATHERS,
    "terrain": world.TERRAINS,
    "season": world.SEASONS,
    "palette": world.PALETTES,
    "style": world.STYLES,
    "orb": ("", *world.PLACES),
} | {kind: ("", *world.PLACES) for kind in world.OBJECTS}


def labels_of(scene):
    """Return the number of each field's value in `scene`."""
    shown = {"orb": scene.orb} | {thing.kind: thing.place for thing in scene.things}
    values = [getattr(scene, name) if name in FIELDS and hasattr(scene, name) else "" for name in FIELDS]
    values = [shown.get(name, value) for name, value in zip(FIELDS, values)]
    return [FIELDS[name].index(value) for name, value in zip(FIELDS, values)]


class Classifier(nn.Module):
    """Five convolutions with halving, a pooled layer of `FEATURES` values, and one linear layer for each field."""

    def __init__(self):
        super().__init__()
        layers, before = [], 3
        for channels in (24, 48, 96, 128, 128):
            layers += [
                nn.Conv2d(before, channels, 3, stride=2, padding=1),
                nn.BatchNorm2d(channels),
                nn.ReLU(),
            ]
            before = channels
        self.look = nn.Sequential(*layers)
        self.gather = nn.Sequential(nn.Flatten(), nn.Linear(128 * 9, FEATURES), nn.ReLU())
        self.name = nn.Linear(FEATURES, sum(len(values) for values in FIELDS.values()))

    def features(self, pictures):
        """(n, 3, SIZE, SIZE) from -1 to 1 to (n, FEATURES)."""
        return self.gather(self.look(pictures))

    def forward(self, pictures):
        """Return the answers, one tensor (n, values) for each field."""
        return self.name(self.features(pictures)).split([len(values) for values in FIELDS.values()], 1)


def shrink(pictures):
    """uint8 (n, h, w, 3) of any size to (n, 3, SIZE, SIZE) from -1 to 1."""
    values = torch.from_numpy(np.array(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1
    return functional.interpolate(values, (SIZE, SIZE), mode="area")


def spoiled(pictures, generator):
    """Return the pictures with noise, a little less contrast, and half of them blurred."""
    count = len(pictures)
    blurred = functional.interpolate(functional.avg_pool2d(pictures, 2), scale_factor=2, mode="bilinear")
    which = (torch.rand(count, 1, 1, 1, generator=generator) < 0.5).float()
    pictures = which * blurred + (1 - which) * pictures
    contrast = 0.85 + 0.2 * torch.rand(count, 1, 1, 1, generator=generator)
    shift = 0.05 * torch.randn(count, 3, 1, 1, generator=generator)
    noise = (
        0.08
        * torch.rand(count, 1, 1, 1, generator=generator)
        * torch.randn(pictures.shape, generator=generator)
    )
    return pictures * contrast + shift + noise


@torch.no_grad()
def accuracy(network, pictures, labels):
    """Return the share of right answers for each field."""
    answers = [answer.argmax(1) for answer in network.eval()(pictures)]
    network.train()
    pairs = zip(FIELDS, answers, labels.unbind(1))
    return {name: (answer == label).float().mean().item() for name, answer, label in pairs}


def load(folder):
    """Return the trained judge of `folder`."""
    network = Classifier()
    network.load_state_dict(storage.load_checkpoint(Path(folder) / "classifier.pt", "cpu"))
    return network.eval()


def train(plan, folder, pool):
    """Train the judge on `plan.pictures` pictures, unless that was done before."""
    path = Path(folder) / "classifier.pt"
    if path.exists():
        return
    shards = square_pictures(Path(folder) / "pictures", plan.pictures, pool)
    pictures = torch.cat([shrink(shard[i : i + 100]) for shard in shards for i in range(0, len(shard), 100)])
    labels = torch.tensor([labels_of(world.draw_scene(key)) for key in range(len(pictures))])
    held_out = square_pictures(Path(folder) / "pictures", min(500, plan.pictures), pool, world.HELD_OUT)[0]
    unseen = torch.tensor([labels_of(world.draw_scene(world.HELD_OUT + key)) for key in range(len(held_out))])
    torch.manual_seed(SEED)
    generator = torch.Generator().manual_seed(SEED)
    network = Classifier()
    optimizer = torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=0.05)
    log = storage.Log("classifier", 50)
    for step in range(1, plan.steps + 1):
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * min(1.0, step / 50, 0.02 + 2 * (plan.steps - step) / plan.steps)
        chosen = torch.randint(len(pictures), (plan.batch,), generator=generator)
        answers = network(spoiled(pictures[chosen], generator))
        loss = sum(functional.cross_entropy(a, b) for a, b in zip(answers, labels[chosen].unbind(1)))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        log.note(step, plan.batch, loss=loss.item())
    result = accuracy(network, shrink(held_out), unseen)
    print(
        "classifier, held out: " + " ".join(f"{name}={share:.3f}" for name, share in result.items()),
        flush=True,
    )
    storage.save_checkpoint(path, network.state_dict())
