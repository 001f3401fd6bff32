# SPDX-License-Identifier: GPL-3.0-or-later
"""What a case's latent is according to diffusers, transformers, k-diffusion and
torchsde, in f32 on the CPU.

run(case, model) looks at the case's spacing: under leading and trailing a
diffusers pipeline runs it as its users would; under linspace k-diffusion's
samplers run over k-diffusion's noise levels. Text is tokenized by transformers
and cut into chunks and weighted by the rules of A1111, written out below.
"""
import pathlib
import re
import sys

import diffusers
import numpy as np
import torch
import torchsde._brownian.brownian_interval as brownian_interval
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'reference'))
from reference_rng import Rng  # noqa: E402
from reference_samplers import external, sampling  # noqa: E402
import diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion_img2img as img2img_module  # noqa: E402
import diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion_inpaint as inpaint_module  # noqa: E402

AUTOMATIC = {'dpmpp-2m': 'karras', 'dpmpp-sde': 'karras', 'dpmpp-2s-a': 'karras', 'dpm2': 'karras',
             'dpm2-a': 'karras', 'dpmpp-2m-sde': 'exponential', 'dpmpp-3m-sde': 'exponential'}
DISCARD = {'dpm2', 'dpm2-a', 'dpmpp-3m-sde'}
K_DIFFUSION = {'euler': 'euler', 'ddim': 'euler', 'euler-a': 'euler_ancestral', 'heun': 'heun', 'dpm2': 'dpm_2',
               'dpm2-a': 'dpm_2_ancestral', 'lms': 'lms', 'dpmpp-2m': 'dpmpp_2m',
               'dpmpp-2s-a': 'dpmpp_2s_ancestral', 'dpmpp-sde': 'dpmpp_sde',
               'dpmpp-2m-sde': 'dpmpp_2m_sde', 'dpmpp-3m-sde': 'dpmpp_3m_sde'}
ANCESTRAL = {'euler-a', 'dpm2-a', 'dpmpp-2s-a'}
BROWNIAN = {'dpmpp-sde', 'dpmpp-2m-sde', 'dpmpp-3m-sde'}


# Pictures: a formula each, so that the C test makes the same.

def picture(width, height):
    """(height, width, 3), bytes"""
    y, x = np.mgrid[:height, :width]
    checks = ((x // 12 + y // 10) % 2) * 90
    return np.stack([x * 255 // max(width - 1, 1), y * 255 // max(height - 1, 1), 80 + checks], 2).astype(np.uint8)


def mask_picture(width, height, box, soft):
    """(height, width), bytes: white in the box; soft: rising from its left to
    its right edge."""
    mask = np.zeros((height, width), np.uint8)
    left, top, right, bottom = box
    ramp = 255 if not soft else 40 + (np.arange(right - left) * 215) // (right - left - 1)
    mask[top:bottom, left:right] = ramp
    return mask


def to_tensor(pixels):
    return torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 127.5 - 1


# Text

TOKEN = re.compile(r'\\.|[()\[\]]|:\s*([+-]?[.\d]+)\s*\)|[^\\()\[\]:]+|:')


def weighted_runs(prompt):
    """[text, weight] pairs; weight None is a BREAK."""
    runs, opened = [], []

    def multiply(start, factor):
        for run in runs[start:]:
            run[1] *= factor

    for match in TOKEN.finditer(prompt):
        piece = match[0]
        if piece[0] == '\\':
            runs.append([piece[1:], 1.0])
        elif piece in '([':
            opened.append(len(runs))
        elif match[1] is not None:
            multiply(opened.pop(), float(match[1]))
        elif piece in ')]':
            multiply(opened.pop(), 1.1 if piece == ')' else 1 / 1.1)
        else:
            for i, part in enumerate(re.split(r'\s*\bBREAK\b\s*', piece)):
                if i > 0:
                    runs.append(['BREAK', -1.0])
                runs.append([part, 1.0])
    joined = []
    for text, weight in runs:
        if joined and weight == joined[-1][1] and weight >= 0:
            joined[-1][0] += text
        else:
            joined.append([text, weight])
    return joined


def chunks_of(model, prompt):
    """[ids, weights] of 75 each."""
    comma = model.tokenizer.convert_tokens_to_ids(',</w>')
    eos = model.tokenizer.eos_token_id
    chunks, chunk, last_comma = [], [], -1

    def close(keep):
        nonlocal chunk, last_comma
        chunks.append(chunk[:keep] + [(eos, 1.0)] * (75 - len(chunk[:keep])))
        chunk, last_comma = chunk[keep:], -1

    for text, weight in weighted_runs(prompt):
        if weight < 0:
            close(75)
            continue
        for token in model.tokenizer(text, add_special_tokens=False)['input_ids']:
            if token == comma and len(chunk) < 75:
                last_comma = len(chunk)
            elif len(chunk) == 75:
                close(last_comma + 1 if token != comma and 0 <= last_comma and 75 - last_comma <= 20 else 75)
            chunk.append((token, weight))
    if chunk or not chunks:
        close(75)
    return chunks


def encode_prompt(model, prompt, clip_skip=1):
    bos, eos = model.tokenizer.bos_token_id, model.tokenizer.eos_token_id
    parts = []
    for chunk in chunks_of(model, prompt):
        ids = torch.tensor([[bos, *(token for token, _ in chunk), eos]])
        weights = torch.tensor([1.0, *(weight for _, weight in chunk), 1.0])
        states = model.text_encoder(ids, output_hidden_states=True).hidden_states[-clip_skip]
        norm = getattr(model.text_encoder, 'text_model', model.text_encoder).final_layer_norm
        z = norm(states)
        weighted = z * weights[None, :, None]
        parts.append(weighted * (z.mean() / weighted.mean()) if (weights != 1).any() else z)
    return torch.cat(parts, 1)


# Noise levels and k-diffusion's samplers

def alphas_cumprod(model):
    return diffusers.DDIMScheduler(**model.betas).alphas_cumprod


def discrete(model, function, prediction):
    kind = external.DiscreteVDDPMDenoiser if prediction == 'v_prediction' else external.DiscreteEpsDDPMDenoiser

    class Discrete(kind):
        # The base classes name the call to the inner model differently.
        def get_eps(self, *args, **kwargs):
            return self.inner_model(*args, **kwargs)

        get_v = get_eps

    return Discrete(function, alphas_cumprod(model), quantize=False)


def k_sigmas(denoiser, schedule, n):
    low, high = denoiser.sigmas[0].item(), denoiser.sigmas[-1].item()
    if schedule == 'normal':
        return denoiser.get_sigmas(n)
    if schedule == 'karras':
        return sampling.get_sigmas_karras(n, low, high)
    if schedule == 'exponential':
        return sampling.get_sigmas_exponential(n, low, high)
    if schedule == 'sgm-uniform':
        times = torch.linspace(len(denoiser.sigmas) - 1, 0, n + 1)[:-1]
        return torch.cat([denoiser.t_to_sigma(times), torch.zeros(1)])
    return torch.tensor([denoiser.sigmas[-(1 + int(i * (1000 / n)))].item() for i in range(n)] + [0.])


class Guided:
    """D(x, sigma) with guidance, an inpainting model's inputs, and a mask by
    the rule of PentRepaint."""

    def __init__(self, model, case, extra=None):
        self.case, self.extra = case, extra
        self.contexts = [encode_prompt(model, case['prompt'], case['clip_skip'])]
        if case['cfg'] != 1:
            self.contexts.append(encode_prompt(model, case['negative'], case['clip_skip']))
        self.unet = model.unet
        prediction = {'auto': model.prediction, 'v': 'v_prediction', 'epsilon': 'epsilon'}[case['prediction']]
        self.denoiser = discrete(model, self.call, prediction)
        self.repaint = None

    def call(self, x, t, context):
        if self.extra is not None:
            x = torch.cat([x, self.extra], 1)
        return self.unet(x, t, context).sample

    def __call__(self, x, sigma):
        t = self.denoiser.sigma_to_t(sigma)
        if self.repaint is not None:
            strength, original, noise, first, last = self.repaint
            threshold = (t.item() - last) / (first - last) if first > last else 0
            active = (strength > 0) & (strength >= min(threshold, 1))
            x = torch.where(active, x, original + sigma * noise)
        d = self.denoiser(x, sigma, context=self.contexts[0])
        if len(self.contexts) > 1:
            negative = self.denoiser(x, sigma, context=self.contexts[1])
            d = negative + self.case['cfg'] * (d - negative)
        if self.repaint is not None:
            d = torch.where(active, d, original)
        return d

    def sigma_to_t(self, sigma):
        return self.denoiser.sigma_to_t(sigma)


def sample_unipc(guided, x, sigmas, prediction_betas):
    """diffusers' UniPC over any levels, the model told fractional timesteps."""
    scheduler = diffusers.UniPCMultistepScheduler(**prediction_betas, prediction_type='sample')
    scheduler.set_timesteps(len(sigmas) - 1)
    scheduler.sigmas = sigmas.clone()
    scheduler.set_begin_index(0)
    x = x / (sigmas[0] ** 2 + 1) ** 0.5
    for t, sigma in zip(scheduler.timesteps, sigmas[:-1]):
        d = guided(x * (sigma ** 2 + 1) ** 0.5, sigma[None])
        x = scheduler.step(d, t, x, return_dict=False)[0]
    return x


def sample_lcm(guided, x, sigmas, rng):
    """The steps of diffusers' LCMScheduler at any level."""
    for sigma, following in zip(sigmas, sigmas[1:]):
        scaled = 10 * guided.sigma_to_t(sigma[None])
        skip, out = 0.25 / (scaled ** 2 + 0.25), scaled / (scaled ** 2 + 0.25) ** 0.5
        x = out * guided(x, sigma[None]) + skip * x / (sigma ** 2 + 1) ** 0.5
        if following > 0:
            x = x + following * rng(x.shape)
    return x


def sample_k(guided, case, x, sigmas, rng, betas):
    sampler = case['sampler']
    if sampler == 'unipc':
        return sample_unipc(guided, x, sigmas, betas)
    if sampler == 'lcm':
        return sample_lcm(guided, x, sigmas, rng)
    extra = {}
    if sampler in ANCESTRAL:
        extra['noise_sampler'] = lambda sigma, following: rng(x.shape)
    if sampler in BROWNIAN:
        brownian_interval._randn = lambda size, dtype, device, seed: Rng(case['rng'], int(seed))(size)
        extra['noise_sampler'] = sampling.BrownianTreeNoiseSampler(x, sigmas[sigmas > 0].min(), sigmas.max(),
                                                                   seed=case['seed'])
    return getattr(sampling, 'sample_' + K_DIFFUSION[sampler])(guided, x, sigmas, disable=True, **extra)


def mean_latent(model, pixels):
    return model.vae.encode(to_tensor(pixels)).latent_dist.mean * model.vae.config.scaling_factor


def inpainting_inputs(model, case, pixels):
    """Mask and masked latent, as diffusers' inpainting pipeline makes them; all
    is to be repainted where there is no picture or no mask."""
    height, width = case['height'], case['width']
    mask = torch.ones(1, 1, height, width)
    if case['mask'] is not None:
        mask = torch.from_numpy(mask_picture(width, height, case['mask'], False) > 127)[None, None].float()
    tensor = to_tensor(pixels) if pixels is not None else torch.zeros(1, 3, height, width)
    masked = tensor * (mask < 0.5)
    latent = model.vae.encode(masked).latent_dist.mean * model.vae.config.scaling_factor
    return torch.cat([torch.nn.functional.interpolate(mask, latent.shape[2:]), latent], 1)


def run_k(case, model):
    pixels = picture(case['width'], case['height']) if case['init'] else None
    extra = inpainting_inputs(model, case, pixels) if model.unet.config.in_channels == 9 else None
    guided = Guided(model, case, extra)
    schedule = case['schedule']
    if schedule == 'automatic':
        schedule = AUTOMATIC.get(case['sampler'], 'normal')
    sigmas = k_sigmas(guided.denoiser, schedule, case['steps'] + (case['sampler'] in DISCARD))
    if case['sampler'] in DISCARD:
        sigmas = torch.cat([sigmas[:-2], sigmas[-1:]])

    rng = Rng(case['rng'], case['seed'])
    noise = rng((1, 4, case['height'] // 8, case['width'] // 8))
    if pixels is None:
        return sample_k(guided, case, noise * sigmas[0], sigmas, rng, model.betas)
    original = mean_latent(model, pixels)
    start = case['steps'] - min(int(case['steps'] * case['strength']), case['steps'])
    x = noise * sigmas[0] if case['strength'] == 1 else original + noise * sigmas[start]
    sigmas = sigmas[start:]
    if case['mask'] is None or extra is not None:
        return sample_k(guided, case, x, sigmas, rng, model.betas)

    mask = mask_picture(case['width'], case['height'], case['mask'], case['soft'])
    strength = torch.from_numpy(mask[::8, ::8].astype(np.float32) / 255)[None, None]
    first, last = guided.sigma_to_t(sigmas[:1]).item(), guided.sigma_to_t(sigmas[-2:-1]).item()
    guided.repaint = strength, original, noise, first, last
    x = sample_k(guided, case, x, sigmas, rng, model.betas)
    return torch.where(strength > 0, x, original)


# diffusers' pipelines

def diffusers_scheduler(model, sampler, spacing):
    common = dict(model.betas, prediction_type=model.prediction, timestep_spacing=spacing, steps_offset=1)
    kinds = {'euler': diffusers.EulerDiscreteScheduler, 'euler-a': diffusers.EulerAncestralDiscreteScheduler,
             'heun': diffusers.HeunDiscreteScheduler, 'unipc': diffusers.UniPCMultistepScheduler,
             'dpmpp-2m': diffusers.DPMSolverMultistepScheduler}
    if sampler == 'ddim':
        return diffusers.DDIMScheduler(**common, set_alpha_to_one=False, clip_sample=False)
    if sampler == 'lcm':
        return diffusers.LCMScheduler(**common, set_alpha_to_one=False)
    return kinds[sampler](**common)


def mean_of_posterior(output, generator=None, sample_mode='sample'):
    """In place of diffusers' retrieve_latents, which draws a sample first."""
    return output.latent_dist.mean


def run_diffusers(case, model):
    kind = diffusers.StableDiffusionPipeline
    arguments = dict(width=case['width'], height=case['height'])
    if case['init']:
        pixels = picture(case['width'], case['height'])
        kind, arguments = diffusers.StableDiffusionImg2ImgPipeline, dict(image=Image.fromarray(pixels),
                                                                        strength=case['strength'])
    if case['mask'] is not None:
        kind = diffusers.StableDiffusionInpaintPipeline
        mask = mask_picture(case['width'], case['height'], case['mask'], False)
        arguments.update(mask_image=Image.fromarray(mask), width=case['width'], height=case['height'])
    img2img_module.retrieve_latents = inpaint_module.retrieve_latents = mean_of_posterior
    pipeline = kind(vae=model.vae, text_encoder=model.text_encoder, tokenizer=model.tokenizer, unet=model.unet,
                    scheduler=diffusers_scheduler(model, case['sampler'], case['spacing']), safety_checker=None,
                    feature_extractor=None, requires_safety_checker=False)
    pipeline.set_progress_bar_config(disable=True)
    if case['clip_skip'] == 1:
        arguments.update(prompt=case['prompt'], negative_prompt=case['negative'])
    else:
        # diffusers would skip layers for the positive prompt alone.
        arguments.update(prompt_embeds=encode_prompt(model, case['prompt'], case['clip_skip']),
                         negative_prompt_embeds=encode_prompt(model, case['negative'], case['clip_skip']))
    return pipeline(num_inference_steps=case['steps'], guidance_scale=case['cfg'], output_type='latent',
                    generator=torch.Generator().manual_seed(case['seed']), **arguments).images


@torch.no_grad()
def run(case, model):
    if case['spacing'] == 'linspace':
        return run_k(case, model)
    assert case['rng'] == 'torch'
    return run_diffusers(case, model)
