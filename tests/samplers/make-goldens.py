#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes golden/ with k-diffusion, torchsde and diffusers (CPU, float32).

schedules.txt  a line a list: sampler schedule spacing steps initial-scale resolved
schedules.f32  for each: sigmas (steps + 1), timesteps (steps), targets (steps)
runs.txt       a line a run: sampler schedule spacing steps rng seed start n
runs.f32       for each: the final latent (n)

The model is toy() below, which the C test has too. Needs torch, torchsde,
torchdiffeq, scipy, k_diffusion and diffusers.
"""
import itertools
import math
import pathlib
import sys
import warnings

import torch

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'reference'))
from reference_rng import Rng  # noqa: E402
from reference_samplers import external, sampling  # noqa: E402
import diffusers  # noqa: E402
import torchsde._brownian.brownian_interval as brownian_interval  # noqa: E402

warnings.simplefilter('ignore')
torch.set_num_threads(1)
HERE = pathlib.Path(__file__).parent / 'golden'
BETAS = dict(beta_start=0.00085, beta_end=0.012, beta_schedule='scaled_linear')
ABAR = diffusers.EulerDiscreteScheduler(**BETAS).alphas_cumprod

SCHEDULES = ['normal', 'karras', 'exponential', 'sgm-uniform', 'simple']
AUTOMATIC = {'dpmpp-2m': 'karras', 'dpmpp-sde': 'karras', 'dpmpp-2s-a': 'karras', 'dpm2': 'karras',
             'dpm2-a': 'karras', 'dpmpp-2m-sde': 'exponential', 'dpmpp-3m-sde': 'exponential'}
DISCARD = {'dpm2', 'dpm2-a', 'dpmpp-3m-sde'}
K_DIFFUSION = {'euler': 'euler', 'euler-a': 'euler_ancestral', 'heun': 'heun', 'dpm2': 'dpm_2',
               'dpm2-a': 'dpm_2_ancestral', 'lms': 'lms', 'dpmpp-2m': 'dpmpp_2m',
               'dpmpp-2s-a': 'dpmpp_2s_ancestral', 'dpmpp-sde': 'dpmpp_sde',
               'dpmpp-2m-sde': 'dpmpp_2m_sde', 'dpmpp-3m-sde': 'dpmpp_3m_sde'}
STOCHASTIC = ['euler-a', 'dpm2-a', 'dpmpp-2s-a', 'dpmpp-sde', 'dpmpp-2m-sde', 'dpmpp-3m-sde', 'lcm']
BROWNIAN = {'dpmpp-sde', 'dpmpp-2m-sde', 'dpmpp-3m-sde'}
SAMPLERS = list(K_DIFFUSION) + ['ddim', 'unipc', 'lcm']


def toy(x, t):
    """A model that predicts noise: rational, so that C computes the same."""
    t = torch.as_tensor(t, dtype=torch.float32)
    return x * ((0.2 + 0.0007 * t) / (1 + 0.125 * x * x))


def tree_normals(kind):
    return lambda size, dtype, device, seed: Rng(kind, int(seed))(size)


def denoiser():
    return external.DiscreteEpsDDPMDenoiser(toy, ABAR, quantize=False)


def k_sigmas(schedule, n):
    model = denoiser()
    low, high = model.sigmas[0].item(), model.sigmas[-1].item()
    if schedule == 'normal':
        return model.get_sigmas(n)
    if schedule == 'karras':
        return sampling.get_sigmas_karras(n, low, high)
    if schedule == 'exponential':
        return sampling.get_sigmas_exponential(n, low, high)
    if schedule == 'sgm-uniform':
        start, end = (model.sigma_to_t(torch.tensor(s)) for s in (high, low))
        return torch.stack([model.t_to_sigma(t) for t in torch.linspace(start, end, n + 1)[:-1]] + [torch.tensor(0.)])
    return torch.tensor([model.sigmas[-(1 + int(i * (1000 / n)))].item() for i in range(n)] + [0.])


def diffusers_scheduler(sampler, spacing):
    common = dict(BETAS, timestep_spacing=spacing, steps_offset=1)
    if sampler == 'heun':
        return diffusers.HeunDiscreteScheduler(**common)
    if sampler == 'euler-a':
        return diffusers.EulerAncestralDiscreteScheduler(**common)
    if sampler == 'ddim':
        return diffusers.DDIMScheduler(**common, set_alpha_to_one=False, clip_sample=False)
    if sampler == 'unipc':
        return diffusers.UniPCMultistepScheduler(**common)
    if sampler == 'lcm':
        return diffusers.LCMScheduler(**common, set_alpha_to_one=False)
    if sampler in ('dpmpp-2m', 'dpmpp-2m-sde', 'dpmpp-3m-sde'):
        return diffusers.DPMSolverMultistepScheduler(**common)
    return diffusers.EulerDiscreteScheduler(**common)


def at_most(values, n):
    """Without the entry too many that trailing's float arange makes."""
    return values[:n]


def schedule_of(sampler, schedule, spacing, steps):
    """(sigmas, timesteps, targets, initial scale, resolved schedule)"""
    if spacing == 'linspace':
        resolved = AUTOMATIC.get(sampler, 'normal') if schedule == 'automatic' else schedule
        sigmas = k_sigmas(resolved, steps + (sampler in DISCARD))
        if sampler in DISCARD:
            sigmas = torch.cat([sigmas[:-2], sigmas[-1:]])
        return sigmas, denoiser().sigma_to_t(sigmas[:-1]), sigmas[1:], sigmas[0].item(), resolved

    scheduler = diffusers_scheduler(sampler, spacing)
    scheduler.set_timesteps(steps)
    if sampler == 'heun':
        timesteps = torch.cat([scheduler.timesteps[:1], scheduler.timesteps[1::2]])
    else:
        timesteps = scheduler.timesteps
    timesteps = at_most(timesteps, steps)
    table = ((1 - ABAR) / ABAR) ** 0.5
    sigmas = torch.cat([table[timesteps.long()], torch.zeros(1)])
    targets = sigmas[1:]
    if sampler == 'ddim':
        targets = table[(timesteps - 1000 // steps).clamp(min=0)]
    scale = float(scheduler.init_noise_sigma)
    if sampler in ('ddim', 'unipc', 'lcm', 'dpmpp-2m', 'dpmpp-2m-sde', 'dpmpp-3m-sde'):
        scale = (sigmas[0].item() ** 2 + 1) ** 0.5
    return sigmas, timesteps, targets, scale, 'normal'


def run_k_diffusion(sampler, x, sigmas, rng, seed):
    if len(sigmas) == 2 and sampler in ('dpmpp-2m-sde', 'dpmpp-3m-sde'):
        return denoiser()(x, sigmas[:1])  # theirs trips over an unset h
    extra = {}
    if sampler in STOCHASTIC:
        extra['noise_sampler'] = lambda s, s_next: rng(x.shape)
    if sampler in BROWNIAN and len(sigmas) > 2:
        brownian_interval._randn = tree_normals(rng.kind)
        extra['noise_sampler'] = sampling.BrownianTreeNoiseSampler(
            x, sigmas[sigmas > 0].min(), sigmas.max(), seed=seed)
    return getattr(sampling, 'sample_' + K_DIFFUSION[sampler])(denoiser(), x, sigmas, disable=True, **extra)


def run_diffusers(sampler, spacing, steps, start, x, rng):
    """x in the scheduler's own scale; so is the result."""
    scheduler = diffusers_scheduler(sampler, spacing)
    scheduler.set_timesteps(steps)
    timesteps = scheduler.timesteps
    begin = start * getattr(scheduler, 'order', 1)
    if hasattr(scheduler, 'set_begin_index'):
        scheduler.set_begin_index(begin)
    for t in timesteps[begin:]:
        output = toy(scheduler.scale_model_input(x, t), t)
        if sampler in ('euler-a', 'lcm'):
            # Their schedulers take a generator; ours may be Philox.
            module = sys.modules[type(scheduler).__module__]
            module.randn_tensor = lambda shape, **_: rng(shape)
        x = scheduler.step(output, t, x, return_dict=False)[0]
    return x


def run_unipc_over(sigmas, x):
    """diffusers' UniPC over any levels, the model told fractional timesteps."""
    scheduler = diffusers.UniPCMultistepScheduler(**BETAS)
    steps = len(sigmas) - 1
    scheduler.set_timesteps(steps)
    scheduler.sigmas = sigmas.clone()
    scheduler.set_begin_index(0)
    x = x / (sigmas[0] ** 2 + 1) ** 0.5
    for t, t_model in zip(scheduler.timesteps, denoiser().sigma_to_t(sigmas[:-1])):
        x = scheduler.step(toy(x, t_model), t, x, return_dict=False)[0]
    return x


def run_ddim_over(sigmas, x):
    """Eq. 12 of the paper at unit variance, abar = 1 / (sigma^2 + 1)."""
    abar = 1 / (sigmas ** 2 + 1)
    x = x * abar[0] ** 0.5
    for i, t in enumerate(denoiser().sigma_to_t(sigmas[:-1])):
        eps = toy(x, t)
        x0 = (x - (1 - abar[i]) ** 0.5 * eps) / abar[i] ** 0.5
        x = abar[i + 1] ** 0.5 * x0 + (1 - abar[i + 1]) ** 0.5 * eps
    return x


def run_lcm_over(sigmas, x, rng):
    """LCMScheduler.step at unit variance, abar = 1 / (sigma^2 + 1)."""
    abar = 1 / (sigmas ** 2 + 1)
    x = x * abar[0] ** 0.5
    for i, t in enumerate(denoiser().sigma_to_t(sigmas[:-1])):
        scaled = 10 * t
        skip, out = 0.25 / (scaled ** 2 + 0.25), scaled / (scaled ** 2 + 0.25) ** 0.5
        x0 = (x - (1 - abar[i]) ** 0.5 * toy(x, t)) / abar[i] ** 0.5
        x = out * x0 + skip * x
        if i + 2 < len(sigmas):
            x = abar[i + 1] ** 0.5 * x + (1 - abar[i + 1]) ** 0.5 * rng(x.shape)
    return x


def picture(shape):
    """What image-to-image starts from."""
    i = torch.arange(math.prod(shape))
    return ((i * 37 % 101).float() / 50 - 1).reshape(shape)


def run(sampler, schedule, spacing, steps, kind, seed, start, shape):
    sigmas, _, _, scale, _ = schedule_of(sampler, schedule, spacing, steps)
    rng = Rng(kind, seed)
    x = rng(shape)
    x = x * scale if start == 0 else picture(shape) + x * sigmas[start]
    sigmas = sigmas[start:]
    if spacing == 'linspace':
        if sampler == 'ddim':
            return run_ddim_over(sigmas, x)
        if sampler == 'unipc':
            return run_unipc_over(sigmas, x)
        if sampler == 'lcm':
            return run_lcm_over(sigmas, x, rng)
        return run_k_diffusion(sampler, x, sigmas, rng, seed)

    if sampler in ('euler', 'euler-a', 'heun'):
        return run_diffusers(sampler, spacing, steps, start, x, rng)
    unit = x / (sigmas[0] ** 2 + 1) ** 0.5
    if sampler in ('ddim', 'unipc', 'lcm'):
        return run_diffusers(sampler, spacing, steps, start, unit, rng)
    result = run_k_diffusion(sampler, x, sigmas, rng, seed)
    if sampler == 'dpmpp-2m':
        other = run_diffusers(sampler, spacing, steps, start, unit, rng)
        assert (result - other).norm() < 1e-5 * other.norm()
    return result


def schedule_cases():
    for schedule, steps in itertools.product(SCHEDULES, range(1, 61)):
        yield 'euler', schedule, 'linspace', steps
    for sampler, steps in itertools.product(SAMPLERS, (1, 2, 20)):
        yield sampler, 'automatic', 'linspace', steps
    for sampler, schedule, steps in itertools.product(sorted(DISCARD), SCHEDULES, (1, 7, 20)):
        yield sampler, schedule, 'linspace', steps
    for sampler, spacing, steps in itertools.product(('euler', 'ddim', 'unipc'), ('leading', 'trailing'), range(1, 61)):
        yield sampler, 'automatic', spacing, steps
    for steps in range(1, 51):
        yield 'lcm', 'normal', 'leading', steps
    for sampler, spacing, steps in itertools.product(SAMPLERS, ('leading', 'trailing'), (1, 7, 20, 50)):
        yield sampler, 'normal', spacing, steps
    for sampler, spacing in itertools.product(('euler', 'dpmpp-2m', 'ddim'), ('leading', 'trailing')):
        yield sampler, 'normal', spacing, 103


SEEDS = [0, 12345, 2**33 + 1, 2**63 - 1]
SMALL, EVEN = (1, 4, 6, 5), (1, 4, 4, 6)


def run_cases():
    seeds = itertools.cycle(SEEDS)
    spaced = [('automatic', spacing) for spacing in ('leading', 'trailing')]
    over = [(schedule, 'linspace') for schedule in SCHEDULES] + spaced
    for number, (sampler, (schedule, spacing), steps) in enumerate(itertools.product(SAMPLERS, over, (3, 8, 20, 21))):
        kinds = ['philox', 'torch'] if sampler in STOCHASTIC else [('philox', 'torch')[number % 2]]
        for kind in kinds:
            yield sampler, schedule, spacing, steps, kind, next(seeds), 0, SMALL
    for sampler, kind in itertools.product(SAMPLERS, ('philox', 'torch')):
        yield sampler, 'automatic', 'linspace', 1, kind, next(seeds), 0, EVEN
        yield sampler, 'automatic', 'linspace', 12, kind, next(seeds), 0, EVEN
    for sampler, spacing, (steps, start) in itertools.product(
            SAMPLERS, ('linspace', 'leading', 'trailing'), ((20, 5), (7, 4), (8, 7))):
        yield sampler, 'automatic', spacing, steps, 'torch', next(seeds), start, SMALL
        if sampler in BROWNIAN:
            yield sampler, 'automatic', spacing, steps, 'philox', next(seeds), start, SMALL


def main():
    HERE.mkdir(exist_ok=True)
    with open(HERE / 'schedules.txt', 'w') as text, open(HERE / 'schedules.f32', 'wb') as data:
        for case in schedule_cases():
            *lists, scale, resolved = schedule_of(*case)
            print(*case, repr(float(scale)), resolved, file=text)
            for values in lists:
                data.write(values.numpy().astype('<f4').tobytes())
    with open(HERE / 'runs.txt', 'w') as text, open(HERE / 'runs.f32', 'wb') as data:
        for *case, shape in run_cases():
            result = run(*case, shape)
            assert torch.isfinite(result).all(), case
            print(*case, math.prod(shape), file=text)
            data.write(result.numpy().astype('<f4').tobytes())


main()
