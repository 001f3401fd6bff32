#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes data/: small random models, and what they give according to diffusers,
transformers, k-diffusion and torchsde.

    make-goldens.py            the models, then both kinds of goldens
    make-goldens.py --goldens  the goldens alone

cases.json   requests, each with the place of its final latent in cases.f32
parts.json   inputs and outputs of one part of a model, likewise in parts.f32
*.f32        little-endian floats

Needs torch, diffusers 0.42, transformers 5, safetensors, k_diffusion, torchsde,
torchdiffeq, scipy and pillow. The same versions give the same files.
"""
import hashlib
import json
import math
import sys
import warnings

import diffusers
import torch
import transformers

import reference
from tiny_models import DATA, make_models, save_models

warnings.simplefilter('ignore')
diffusers.logging.set_verbosity_error()
transformers.logging.set_verbosity_error()
torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)

DEFAULTS = dict(model='tiny', prompt='a red house by the lake', negative='', seed=12345, steps=6, cfg=5.0, width=64,
                height=64, clip_skip=1, prediction='auto', sampler='euler', schedule='automatic', spacing='linspace',
                rng='philox', init=False, strength=1.0, mask=None, soft=False)

LONG = ('a wide valley under a pale sky, green hills, a river that bends twice, three old trees, a stone bridge, '
        'a red roof, small clouds, morning light, soft shadows, a narrow road, wild flowers, a flock of birds, '
        'far mountains, thin mist, warm colours, quiet water, tall grass, a wooden fence')
LDM = dict(model='tiny-ldm.safetensors', width=128, height=96, steps=4)
INPAINT = dict(model='tiny-inpaint', prompt='a blue door', init=True, mask=[16, 8, 56, 40])
BIG_SEED = 2 ** 33 + 7


def cases():
    def case(name, **fields):
        assert not fields.keys() - DEFAULTS.keys(), name
        return dict(DEFAULTS, name=name, **fields)

    # Every sampler over k-diffusion's levels, with both generators
    yield case('euler', seed=0)
    yield case('euler-torch', rng='torch', seed=BIG_SEED)
    yield case('euler-a', sampler='euler-a')
    yield case('euler-a-torch', sampler='euler-a', rng='torch')
    yield case('heun', sampler='heun', schedule='karras')
    yield case('dpm2', sampler='dpm2', rng='torch')
    yield case('dpm2-a', sampler='dpm2-a', seed=BIG_SEED)
    yield case('lms', sampler='lms', steps=9, rng='torch')
    yield case('dpmpp-2m-exponential', sampler='dpmpp-2m', schedule='exponential')
    yield case('dpmpp-2m-sgm-uniform', sampler='dpmpp-2m', schedule='sgm-uniform', rng='torch')
    yield case('dpmpp-2m-simple', sampler='dpmpp-2m', schedule='simple')
    yield case('dpmpp-2m-normal', sampler='dpmpp-2m', schedule='normal', steps=12)
    yield case('dpmpp-2m-odd-size', sampler='dpmpp-2m', width=104, height=72)
    yield case('dpmpp-2m-one-step', sampler='dpmpp-2m', steps=1)
    yield case('dpmpp-2s-a', sampler='dpmpp-2s-a')
    yield case('dpmpp-sde', sampler='dpmpp-sde', seed=BIG_SEED)
    yield case('dpmpp-sde-torch', sampler='dpmpp-sde', rng='torch')
    yield case('dpmpp-2m-sde', sampler='dpmpp-2m-sde', seed=0)
    yield case('dpmpp-2m-sde-torch', sampler='dpmpp-2m-sde', rng='torch', schedule='karras')
    yield case('dpmpp-3m-sde', sampler='dpmpp-3m-sde', steps=8)
    yield case('dpmpp-3m-sde-torch', sampler='dpmpp-3m-sde', rng='torch', steps=8, seed=2 ** 63 - 1)
    yield case('ddim', sampler='ddim')
    yield case('unipc', sampler='unipc', schedule='karras')
    yield case('lcm', sampler='lcm', cfg=1.5)

    # diffusers' own schedulers
    for sampler in ('euler', 'heun', 'ddim', 'unipc', 'lcm'):
        for spacing in ('leading', 'trailing'):
            yield case(f'{sampler}-{spacing}', sampler=sampler, spacing=spacing, rng='torch')
    yield case('euler-a-leading', sampler='euler-a', spacing='leading', rng='torch')
    yield case('dpmpp-2m-leading', sampler='dpmpp-2m', spacing='leading', rng='torch')
    yield case('euler-leading-high', spacing='leading', rng='torch', width=40, height=88)

    # A single file
    yield case('ldm-euler-leading', **LDM, spacing='leading', rng='torch')
    yield case('ldm-dpmpp-2m', **dict(LDM, width=104, height=120), sampler='dpmpp-2m',
               prompt='Eine Straße, CAFÉ — 夜景 🌃, ωμέγα')
    yield case('ldm-clip-skip', **LDM, sampler='ddim', spacing='leading', rng='torch', clip_skip=2)

    # Text
    yield case('clip-skip-2', spacing='leading', rng='torch', clip_skip=2)
    yield case('clip-skip-3', clip_skip=3)
    yield case('no-guidance', spacing='leading', rng='torch', cfg=1.0, negative='ignored')
    yield case('negative', spacing='trailing', rng='torch', negative='fog, rain', cfg=7.5)
    yield case('cfg-0', cfg=0.0, negative='fog')
    yield case('empty-prompt', prompt='', negative='fog')
    yield case('long-prompt', prompt=LONG)
    yield case('long-prompts', prompt=LONG, negative=LONG.replace('a ', 'the '), sampler='dpmpp-2m')
    yield case('break', prompt='a red house BREAK by the lake', negative='fog')
    yield case('emphasis', prompt='a (red:1.4) house, ((trees)), [mist] \\(drawn\\) (old (bridge:0.6))',
               negative='(fog:1.2)')

    # From a picture
    yield case('init-0.3', init=True, strength=0.3, steps=10)
    yield case('init-0.75', init=True, strength=0.75, sampler='dpmpp-2m', width=72, height=56, steps=9)
    yield case('init-1', init=True, strength=1.0, sampler='dpmpp-2m', rng='torch')
    yield case('init-euler-leading', init=True, strength=0.5, steps=8, spacing='leading', rng='torch')
    yield case('init-ddim-leading', init=True, strength=0.6, steps=10, sampler='ddim', spacing='leading', rng='torch')
    yield case('init-dpmpp-sde', init=True, strength=0.6, steps=10, sampler='dpmpp-sde')
    yield case('init-dpmpp-2m-sde-torch', init=True, strength=0.5, steps=10, sampler='dpmpp-2m-sde', rng='torch')
    yield case('init-ldm', **dict(LDM, steps=6), init=True, strength=0.5, spacing='leading', rng='torch')

    # With a mask, on a model of 4 channels
    yield case('mask-euler-leading', init=True, mask=[16, 8, 56, 40], strength=0.7, steps=10, spacing='leading', rng='torch')
    yield case('mask-ddim-leading', init=True, mask=[9, 3, 37, 61], strength=0.5, steps=10, sampler='ddim',
               spacing='leading', rng='torch')
    yield case('mask-dpmpp-2m', init=True, mask=[0, 32, 64, 64], strength=0.75, steps=8, sampler='dpmpp-2m')
    yield case('mask-full-strength', init=True, mask=[16, 8, 56, 40], sampler='euler-a')
    yield case('mask-soft', init=True, mask=[8, 8, 64, 56], soft=True, strength=0.9, steps=10, sampler='dpmpp-2m')
    yield case('mask-soft-sgm-uniform', init=True, mask=[8, 8, 64, 56], soft=True, strength=0.9, steps=5,
               sampler='euler', schedule='sgm-uniform')

    # An inpainting model
    yield case('inpaint', **INPAINT, spacing='leading', rng='torch')
    yield case('inpaint-0.6', **INPAINT, spacing='leading', rng='torch', strength=0.6, steps=10)
    yield case('inpaint-dpmpp-2m', **INPAINT, sampler='dpmpp-2m')
    yield case('inpaint-without-mask', **dict(INPAINT, mask=None), sampler='dpmpp-2m', strength=0.5, steps=8)
    yield case('inpaint-without-picture', **dict(INPAINT, mask=None, init=False))

    # v-prediction
    yield case('v-ddim-trailing', model='tiny-v', sampler='ddim', spacing='trailing', rng='torch')
    yield case('v-euler-leading', model='tiny-v', spacing='leading', rng='torch')
    yield case('v-dpmpp-2m', model='tiny-v', sampler='dpmpp-2m')
    yield case('v-option', prediction='v', sampler='dpmpp-2m', cfg=1.5)
    yield case('epsilon-option', model='tiny-v', prediction='epsilon')


def random(name, *shape):
    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], 'little')
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
def parts(models):
    """Single calls of single parts. All shapes are channels first."""
    for name, model in models.items():
        channels, context = model.unet.config.in_channels, model.unet.config.cross_attention_dim
        for height, width, tokens, t in ((16, 8, 77, 981.0), (9, 13, 154, 123.456), (16, 11, 77, 0.0)):
            x, text = random('x', 1, channels, height, width), random('context', 1, tokens, context)
            yield dict(model=name, part='unet', timestep=t, x=x, context=text, output=model.unet(x, t, text).sample)
        if name in ('tiny-v', 'tiny-inpaint'):
            continue
        for skip in (1, 2):
            prompt = 'a red house, by the lake'
            yield dict(model=name, part='text-encoder', prompt=prompt, clip_skip=skip,
                       output=reference.encode_prompt(model, prompt, skip))
        for height, width in ((64, 64), (72, 40)):
            x = reference.to_tensor(reference.picture(width, height))
            yield dict(model=name, part='vae-encoder', x=x, output=model.vae.encode(x).latent_dist.mean)
        for height, width in ((8, 8), (5, 9)):
            x = random('latent', 1, 4, height, width)
            yield dict(model=name, part='vae-decoder', x=x, output=model.vae.decode(x).sample)
    decoder = models['tiny-v'].preview_decoder
    for height, width in ((8, 8), (5, 9)):
        x = 3 * random('preview', 1, 4, height, width)
        output = decoder.decode(x / decoder.config.scaling_factor + decoder.config.shift_factor).sample
        yield dict(model='tiny-v', part='preview-decoder', x=x, output=(output + 1) / 2)


class Store:
    """Numbers one after the other; each is told where it stands."""

    def __init__(self):
        self.data = bytearray()

    def add(self, tensor):
        assert torch.isfinite(tensor).all()
        place = dict(offset=len(self.data) // 4, shape=list(tensor.shape[1:]))
        self.data += tensor.numpy().astype('<f4').tobytes()
        return place


def write(name, entries, store):
    lines = ',\n'.join(json.dumps(entry) for entry in entries)
    (DATA / f'{name}.json').write_text(f'[\n{lines}\n]\n')
    (DATA / f'{name}.f32').write_bytes(store.data)


def difference(a, b):
    return ((a - b).norm() / b.norm()).item()


def check_sensitivity(models):
    """A golden that a wrong prompt or seed would not change proves nothing."""
    plain = dict(DEFAULTS, name='plain')
    for name, model in models.items():
        size = dict(width=128, height=96) if 'ldm' in name else {}
        case = dict(plain, **size)
        expected = reference.run(case, model)
        for change in (dict(prompt='two grey cats'), dict(seed=1), dict(clip_skip=2)):
            found = difference(reference.run(dict(case, **change), model), expected)
            assert found > 1e-2, (name, change, found)


def main():
    models = make_models()
    if '--goldens' not in sys.argv[1:]:
        save_models(models)
    check_sensitivity(models)

    entries, store = [], Store()
    for case in cases():
        latents = reference.run(case, models[case['model']])
        assert latents.shape[2:] == (case['height'] // 8, case['width'] // 8)
        entries.append(dict(case, latents=store.add(latents)))
    assert len({entry['name'] for entry in entries}) == len(entries)
    write('cases', entries, store)

    entries, store = [], Store()
    for part in parts(models):
        entries.append({key: store.add(value) if torch.is_tensor(value) else value for key, value in part.items()})
    write('parts', entries, store)


if __name__ == '__main__':
    main()
