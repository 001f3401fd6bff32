# SPDX-License-Identifier: GPL-3.0-or-later
"""How long each part is trained and on how much: the only place with such numbers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class VaePlan:
    """The autoencoder sees `crop` pixels square cut from `pictures` pictures; its encoder rests after `encoder_steps`."""

    pictures: int
    batch: int
    crop: int
    encoder_steps: int
    decoder_steps: int
    cool_steps: int
    rate: float = 2.5e-4
    averaging: float = 0.997


@dataclass(frozen=True)
class TextPlan:
    """The text encoder reads `batch` new captions a step."""

    steps: int
    batch: int
    rate: float = 1e-3


@dataclass(frozen=True)
class UnetPlan:
    """One stage of the diffusion model: so many pictures a step, each at several timesteps."""

    steps: int
    cool_steps: int
    pictures_a_step: int
    timesteps_a_picture: int
    rate: float
    averaging: float = 0.999


@dataclass(frozen=True)
class DataPlan:
    """The encoded pictures: how many at the first step and at last, after how many steps a shard more; and masked ones."""

    pictures: int
    first_pictures: int
    steps_a_shard: int
    masked_pictures: int


@dataclass(frozen=True)
class PreviewPlan:
    """The decoder for previews sees `batch` crops of `crop` pixels a step."""

    steps: int
    batch: int
    crop: int
    rate: float = 2e-3


@dataclass(frozen=True)
class ClassifierPlan:
    """The judge of the evaluation sees `pictures` renders."""

    pictures: int
    steps: int
    batch: int
    rate: float = 2e-3


@dataclass(frozen=True)
class Plan:
    """A whole training: `name` is what --plan says."""

    name: str
    vae: VaePlan
    text: TextPlan
    data: DataPlan
    inner: UnetPlan
    whole: UnetPlan
    inpaint: UnetPlan
    preview: PreviewPlan
    classifier: ClassifierPlan


PLANS = {
    "full": Plan(
        "full",
        vae=VaePlan(
            pictures=6000, batch=8, crop=64, encoder_steps=3600, decoder_steps=6000, cool_steps=1000
        ),
        text=TextPlan(steps=1000, batch=48),
        data=DataPlan(pictures=28000, first_pictures=2000, steps_a_shard=100, masked_pictures=3500),
        inner=UnetPlan(steps=2400, cool_steps=400, pictures_a_step=24, timesteps_a_picture=2, rate=1e-3),
        whole=UnetPlan(steps=1800, cool_steps=900, pictures_a_step=16, timesteps_a_picture=2, rate=1e-3),
        inpaint=UnetPlan(steps=1500, cool_steps=400, pictures_a_step=16, timesteps_a_picture=2, rate=5e-4),
        preview=PreviewPlan(steps=3000, batch=16, crop=64),
        classifier=ClassifierPlan(pictures=6000, steps=1500, batch=64),
    ),
    "smoke": Plan(
        "smoke",
        vae=VaePlan(pictures=16, batch=2, crop=64, encoder_steps=2, decoder_steps=2, cool_steps=1),
        text=TextPlan(steps=2, batch=4),
        data=DataPlan(pictures=8, first_pictures=8, steps_a_shard=1, masked_pictures=4),
        inner=UnetPlan(steps=2, cool_steps=1, pictures_a_step=2, timesteps_a_picture=2, rate=1e-3),
        whole=UnetPlan(steps=2, cool_steps=1, pictures_a_step=2, timesteps_a_picture=2, rate=1e-3),
        inpaint=UnetPlan(steps=2, cool_steps=1, pictures_a_step=2, timesteps_a_picture=2, rate=1e-3),
        preview=PreviewPlan(steps=2, batch=2, crop=64),
        classifier=ClassifierPlan(pictures=16, steps=2, batch=4),
    ),
}
