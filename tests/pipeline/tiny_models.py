# SPDX-License-Identifier: GPL-3.0-or-later
"""The small random models that the goldens are made with, and their files.

data/tiny         a diffusers folder: every part small, numbers that no family
                  has (4 heads, 8 norm groups, 993 tokens), so that they can
                  only come from the configs
data/tiny-v       the same with a scheduler of other betas and v-prediction,
                  and a decoder for previews
data/tiny-inpaint the same with a UNet of 9 input channels
data/tiny-ldm.safetensors  a single file with LDM's names and CLIP's vocabulary

All weights are f16 values; the references compute with them in f32.
"""
import hashlib
import json
import os
import pathlib
import shutil
import tempfile

import torch
from diffusers import AutoencoderKL, AutoencoderTiny, DDIMScheduler, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parent.parent
DATA = HERE / 'data'

SD1_BETAS = dict(beta_start=0.00085, beta_end=0.012, beta_schedule='scaled_linear')
V_BETAS = dict(beta_start=0.0006, beta_end=0.016, beta_schedule='linear')

# How many different rows the large token table of the single file has: so few
# that it compresses well.
TOKEN_ROWS = 251


class Model:
    def __init__(self, name, text_encoder, tokenizer, unet, vae, betas, prediction, preview_decoder=None):
        self.name = name
        self.text_encoder = text_encoder
        self.tokenizer = tokenizer
        self.unet = unet
        self.vae = vae
        self.betas = betas
        self.prediction = prediction
        self.preview_decoder = preview_decoder


def cross(*levels):
    return (tuple('CrossAttnDownBlock2D' if c else 'DownBlock2D' for c in levels),
            tuple('CrossAttnUpBlock2D' if c else 'UpBlock2D' for c in reversed(levels)))


def make_unet(channels, levels, context, **options):
    down, up = cross(*levels)
    return UNet2DConditionModel(block_out_channels=channels, down_block_types=down, up_block_types=up,
                                cross_attention_dim=context, **options)


def make_vae(channels, groups, scaling):
    n = len(channels)
    return AutoencoderKL(block_out_channels=channels, down_block_types=('DownEncoderBlock2D',) * n,
                         up_block_types=('UpDecoderBlock2D',) * n, layers_per_block=1, norm_num_groups=groups,
                         latent_channels=4, sample_size=64, scaling_factor=scaling)


def make_preview_decoder():
    return AutoencoderTiny(encoder_block_out_channels=(4, 4, 4, 4), decoder_block_out_channels=(12, 12, 12, 12),
                           num_encoder_blocks=(1, 1, 1, 1), num_decoder_blocks=(2, 1, 3, 1), scaling_factor=0.8,
                           shift_factor=0.1)


def make_text_encoder(vocabulary, width, layers, heads):
    config = CLIPTextConfig(vocab_size=vocabulary, hidden_size=width, intermediate_size=2 * width, num_hidden_layers=layers,
                            num_attention_heads=heads, projection_dim=width, hidden_act='quick_gelu',
                            bos_token_id=vocabulary - 2, eos_token_id=vocabulary - 1, pad_token_id=vocabulary - 1)
    encoder = CLIPTextModel(config)
    # diffusers still looks for the final norm where older versions had it.
    encoder.__dict__['text_model'] = encoder
    return encoder


def is_norm(name):
    return 'norm' in name or name.startswith('out.0')


# Layers whose outputs are to be smaller than their inputs: what ends a
# residual branch, so that many of them do not add up, and the last ones.
QUIET = {'conv2.': 0.4, 'to_out.0.': 0.4, 'ff.net.2.': 0.4, 'proj_out.': 0.4, 'out_proj.': 0.5, 'fc2.': 0.5}


def gain_of(name):
    ends = {'decoder.conv_out.weight': 0.6, 'encoder.conv_out.weight': 6.0}
    if name in ends:
        return ends[name]
    return next((gain for part, gain in QUIET.items() if part in name), 1.0)


def randomize(module):
    """Each tensor from a seed of its own name, so that no other change moves it."""
    for name, tensor in module.state_dict().items():
        if not tensor.is_floating_point():
            continue
        seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], 'little')
        noise = torch.randn(tensor.shape, generator=torch.Generator().manual_seed(seed))
        if 'token_embedding' in name and len(noise) > 40000:
            noise = noise[torch.arange(len(noise)) % TOKEN_ROWS]
        if 'embedding' in name and 'time' not in name:
            value = noise * (0.3 if 'position' in name else 1.0)
        elif is_norm(name) and tensor.ndim == 1:
            value = 0.2 * noise + (1.0 if name.endswith('weight') else 0.2)
        elif tensor.ndim == 1:
            value = 0.1 * noise
        else:
            value = noise * gain_of(name) / tensor[0].numel() ** 0.5
        tensor.copy_(value.half().float())
    return module.eval().requires_grad_(False)


def fit(unet, v_prediction=False):
    """Gives the last convolution the weights that best predict noise, or v, from
    what comes before it: without training, a random UNet with this ending is still a
    denoiser of a kind, and its runs are as tame as a real one's."""
    generator = torch.Generator().manual_seed(1)
    features, wanted = [], []
    hook = unet.conv_out.register_forward_pre_hook(
        lambda _, inputs: features.append(torch.nn.functional.unfold(inputs[0], 3, padding=1)))
    channels = unet.config.out_channels
    extra = unet.config.in_channels - channels
    for t in range(20, 1000, 70):
        abar = (1 - torch.linspace(SD1_BETAS['beta_start'] ** 0.5, SD1_BETAS['beta_end'] ** 0.5, 1000) ** 2).cumprod(0)[t]
        clean = torch.randn((4, channels, 3, 3), generator=generator)
        clean = torch.nn.functional.interpolate(clean, size=(16, 16), mode='bicubic')
        noise = torch.randn(clean.shape, generator=generator)
        x = abar.sqrt() * clean + (1 - abar).sqrt() * noise
        x = torch.cat([x, torch.randn((4, extra, 16, 16), generator=generator)], 1)
        context = torch.randn((4, 77, unet.config.cross_attention_dim), generator=generator) + 0.2
        unet(x, t, context)
        goal = abar.sqrt() * noise - (1 - abar).sqrt() * clean if v_prediction else noise
        wanted.append(goal.flatten(2))
    hook.remove()
    a = torch.cat([f.transpose(1, 2).flatten(0, 1) for f in features]).double()
    b = torch.cat([w.transpose(1, 2).flatten(0, 1) for w in wanted]).double()
    a = torch.cat([a, torch.ones(len(a), 1, dtype=a.dtype)], 1)
    gram = a.T @ a + 0.02 * len(a) * torch.eye(a.shape[1], dtype=a.dtype)
    solution = torch.linalg.solve(gram, a.T @ b).float()
    unet.conv_out.weight.copy_(solution[:-1].T.reshape(unet.conv_out.weight.shape).half().float())
    unet.conv_out.bias.copy_(solution[-1].half().float())
    return unet


def make_clip_tokenizer():
    """CLIP's own, from the table that is shipped for single files."""
    merges = (ROOT / 'data' / 'clip' / 'merges.txt').read_text(encoding='utf-8')
    printing = [*range(33, 127), *range(161, 173), *range(174, 256)]
    symbols = [*map(chr, printing), *map(chr, range(256, 512 - len(printing)))]
    tokens = [*symbols, *(s + '</w>' for s in symbols), *(m.replace(' ', '') for m in merges.split('\n')[1:-1]),
              '<|startoftext|>', '<|endoftext|>']
    assert len(tokens) == 49408
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / 'vocab.json').write_text(json.dumps({t: i for i, t in enumerate(tokens)}))
        (folder / 'merges.txt').write_text(merges, encoding='utf-8')
        return CLIPTokenizer.from_pretrained(folder, model_max_length=77)


@torch.no_grad()
def make_models():
    """The models by name, as the references use them."""
    tokenizer = CLIPTokenizer.from_pretrained(DATA / 'tokenizer')
    text_encoder = randomize(make_text_encoder(len(tokenizer), 32, 3, 4))
    vae = randomize(make_vae((16, 16, 32, 32), 4, 0.25))
    sizes = dict(channels=(16, 32, 32), levels=(True, True, False), context=32, layers_per_block=2,
                 attention_head_dim=4, norm_num_groups=8, sample_size=8)
    inpaint = make_unet((16, 32), (False, True), 32, layers_per_block=1, attention_head_dim=(2, 8), norm_num_groups=16,
                        in_channels=9, out_channels=4, use_linear_projection=True, sample_size=8)
    ldm = make_unet((32, 32, 32, 64), (True, True, True, False), 24, layers_per_block=2, attention_head_dim=8,
                    norm_num_groups=32, sample_size=64)
    models = [
        Model('tiny', text_encoder, tokenizer, fit(randomize(make_unet(**sizes))), vae, SD1_BETAS, 'epsilon'),
        Model('tiny-v', text_encoder, tokenizer, fit(randomize(make_unet(**sizes)), True), vae, V_BETAS, 'v_prediction',
              randomize(make_preview_decoder())),
        Model('tiny-inpaint', text_encoder, tokenizer, fit(randomize(inpaint)), vae, SD1_BETAS, 'epsilon'),
        Model('tiny-ldm.safetensors', randomize(make_text_encoder(49408, 24, 2, 1)), make_clip_tokenizer(),
              fit(randomize(ldm)), randomize(make_vae((32, 32, 32, 32), 32, 0.18215)), SD1_BETAS, 'epsilon'),
    ]
    return {model.name: model for model in models}


def save_tensors(tensors, path):
    save_file({name: value.half().contiguous() for name, value in tensors.items() if value.is_floating_point()}, path,
              metadata={'format': 'pt'})
    path.chmod(0o644)


def save_part(module, folder, name):
    module.save_config(folder) if hasattr(module, 'save_config') else module.config.save_pretrained(folder)
    # The names that all text encoders before transformers 5 were saved with
    prefix = 'text_model.' if isinstance(module, CLIPTextModel) else ''
    save_tensors({prefix + key.removeprefix(prefix): value for key, value in module.state_dict().items()}, folder / name)


def link(path, target):
    path.symlink_to(os.path.relpath(target, path.parent))


def save_folder(model, shared=None):
    """Parts that are those of @shared become links."""
    folder = DATA / model.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    parts = {
        'text_encoder': (model.text_encoder, 'model.safetensors'),
        'unet': (model.unet, 'diffusion_pytorch_model.safetensors'),
        'vae': (model.vae, 'diffusion_pytorch_model.safetensors'),
    }
    for part, (module, name) in parts.items():
        if shared is not None and getattr(shared, part) is module:
            link(folder / part, DATA / shared.name / part)
        else:
            (folder / part).mkdir()
            save_part(module, folder / part, name)
    if model.preview_decoder is not None:
        (folder / 'preview_decoder').mkdir()
        save_part(model.preview_decoder, folder / 'preview_decoder', 'diffusion_pytorch_model.safetensors')
    link(folder / 'tokenizer', DATA / 'tokenizer')
    DDIMScheduler(**model.betas, prediction_type=model.prediction, clip_sample=False, set_alpha_to_one=False,
                  steps_offset=1).save_pretrained(folder / 'scheduler')
    index = {
        '_class_name': 'StableDiffusionPipeline', '_diffusers_version': '0.42.1',
        'scheduler': ['diffusers', 'DDIMScheduler'], 'text_encoder': ['transformers', 'CLIPTextModel'],
        'tokenizer': ['transformers', 'CLIPTokenizer'], 'unet': ['diffusers', 'UNet2DConditionModel'],
        'vae': ['diffusers', 'AutoencoderKL'],
    }
    (folder / 'model_index.json').write_text(json.dumps(index, indent=2) + '\n')


RESNET = {'norm1': 'in_layers.0', 'conv1': 'in_layers.2', 'norm2': 'out_layers.0', 'conv2': 'out_layers.3',
          'time_emb_proj': 'emb_layers.1', 'conv_shortcut': 'skip_connection'}


def ldm_unet_name(name, layers, n_levels):
    tops = {'time_embedding.linear_1': 'time_embed.0', 'time_embedding.linear_2': 'time_embed.2',
            'conv_in': 'input_blocks.0.0', 'conv_norm_out': 'out.0', 'conv_out': 'out.2'}
    for top, ldm in tops.items():
        if name.startswith(top + '.'):
            return ldm + name[len(top):]
    where, _, rest = name.partition('.')
    if where == 'mid_block':
        kind, index, rest = rest.split('.', 2)
        block = f'middle_block.{1 if kind == "attentions" else 2 * int(index)}'
    else:
        level, kind, index, rest = rest.split('.', 3)
        level, index = int(level), int(index)
        if where == 'down_blocks':
            if kind == 'downsamplers':
                return f'input_blocks.{(layers + 1) * (level + 1)}.0.op{rest.removeprefix("conv")}'
            block = f'input_blocks.{(layers + 1) * level + index + 1}.{1 if kind == "attentions" else 0}'
        else:
            if kind == 'upsamplers':
                # After the resnet and, where the level has one, its transformer.
                return f'output_blocks.{(layers + 1) * level + layers}.{1 if level == 0 else 2}.{rest}'
            block = f'output_blocks.{(layers + 1) * level + index}.{1 if kind == "attentions" else 0}'
    if kind == 'resnets':
        layer, _, end = rest.partition('.')
        rest = f'{RESNET[layer]}.{end}'
    return f'{block}.{rest}'


def ldm_vae_name(name, n_levels):
    for new, old in (('conv_norm_out', 'norm_out'), ('conv_shortcut', 'nin_shortcut'), ('to_out.0', 'proj_out'),
                     ('group_norm', 'norm'), ('to_q', 'q'), ('to_k', 'k'), ('to_v', 'v'),
                     ('mid_block.attentions.0', 'mid.attn_1'), ('mid_block.resnets.0', 'mid.block_1'),
                     ('mid_block.resnets.1', 'mid.block_2'), ('downsamplers.0', 'downsample'),
                     ('upsamplers.0', 'upsample'), ('.resnets.', '.block.'), ('down_blocks', 'down')):
        name = name.replace(new, old)
    for level in range(n_levels):
        name = name.replace(f'up_blocks.{level}.', f'up.{n_levels - 1 - level}.')
    return name


def save_ldm(model):
    tensors = {}
    unet, vae = model.unet, model.vae
    for name, value in unet.state_dict().items():
        ldm = ldm_unet_name(name, unet.config.layers_per_block, len(unet.config.block_out_channels))
        tensors['model.diffusion_model.' + ldm] = value
    for name, value in vae.state_dict().items():
        if '.attentions.' in name and value.ndim == 2:
            value = value[:, :, None, None]
        tensors['first_stage_model.' + ldm_vae_name(name, len(vae.config.block_out_channels))] = value
    for name, value in model.text_encoder.state_dict().items():
        tensors['cond_stage_model.transformer.text_model.' + name.removeprefix('text_model.')] = value
    save_tensors(tensors, DATA / model.name)


def check_ldm(model):
    """diffusers' own conversion of the file must give the model back."""
    from diffusers.loaders.single_file_utils import (
        convert_ldm_unet_checkpoint, convert_ldm_vae_checkpoint)
    tensors = load_file(DATA / model.name)
    unet = convert_ldm_unet_checkpoint(dict(tensors), dict(model.unet.config))
    vae = convert_ldm_vae_checkpoint(dict(tensors), dict(model.vae.config))
    for module, found in ((model.unet, unet), (model.vae, vae)):
        wanted = module.state_dict()
        assert set(found) == set(wanted), set(found) ^ set(wanted)
        for name, value in wanted.items():
            assert torch.equal(found[name].float().reshape(value.shape), value), name


def save_models(models):
    save_folder(models['tiny'])
    save_folder(models['tiny-v'], models['tiny'])
    save_folder(models['tiny-inpaint'], models['tiny'])
    save_ldm(models['tiny-ldm.safetensors'])
    check_ldm(models['tiny-ldm.safetensors'])
