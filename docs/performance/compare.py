#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times Pentimento beside the engines one would otherwise run, on one machine in one sitting.

  python3 -m venv peers && peers/bin/pip install torch diffusers transformers openvino
  peers/bin/python docs/performance/compare.py --model MODEL.safetensors --size 256,512 --rounds 5 --json docs/performance/NAME.json

Every round runs each contender once, in a process of its own, one after the other, so that a machine whose speed drifts
is slow for all of them. The peers get random weights of Stable Diffusion 1's size (MODEL should have the same): speed
does not depend on them. A contender's figure is a guided denoising step (a batch of two) and a decoding of the latent.
stable-diffusion.cpp joins with --sdcpp PROGRAM, with its own timings of the same MODEL. Prints ratios to Pentimento's
best; report.py makes the tables and plots of docs/performance.md from the file.
"""
import argparse
import datetime
import importlib.metadata
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time

PEERS = ("openvino-f32", "openvino-bf16", "diffusers-f32", "diffusers-bf16")
OURS = "pentimento"


def timed(call, runs):
    call()
    seconds = []
    for _ in range(runs):
        begin = time.monotonic()
        call()
        seconds.append(time.monotonic() - begin)
    return seconds


def make_unet():
    from diffusers import UNet2DConditionModel

    return UNet2DConditionModel(
        sample_size=64, in_channels=4, out_channels=4, layers_per_block=2, block_out_channels=(320, 640, 1280, 1280),
        down_block_types=("CrossAttnDownBlock2D",) * 3 + ("DownBlock2D",),
        up_block_types=("UpBlock2D",) + ("CrossAttnUpBlock2D",) * 3, cross_attention_dim=768, attention_head_dim=8).eval()


def make_decoder():
    from diffusers import AutoencoderKL

    return AutoencoderKL(
        in_channels=3, out_channels=3, latent_channels=4, block_out_channels=(128, 256, 512, 512), layers_per_block=2,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4).eval()


def compile_openvino(module, example, shapes, kept, precision):
    """The module as OpenVINO likes it, converted once and kept in a file."""
    import openvino

    if not kept.exists():
        model = openvino.convert_model(module, example_input=example)
        model.reshape(shapes)
        openvino.save_model(model, kept, compress_to_fp16=False)
    hints = {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY",
             "INFERENCE_NUM_THREADS": os.cpu_count()}
    return openvino.Core().compile_model(kept, "CPU", hints)


def run_openvino(precision, size, runs, work):
    import numpy
    import torch

    side = size // 8

    class Denoise(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.unet = make_unet()

        def forward(self, latent, timestep, context):
            return self.unet(latent, timestep, context, return_dict=False)[0]

    class Decode(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.vae = make_decoder()

        def forward(self, latent):
            return self.vae.decode(latent, return_dict=False)[0]

    latents, context = torch.randn(2, 4, side, side), torch.randn(2, 77, 768)
    unet = compile_openvino(Denoise(), (latents, torch.tensor(500.0), context),
                            {0: [2, 4, side, side], 1: [], 2: [2, 77, 768]}, work / f"unet-{size}.xml", precision)
    inputs = [latents.numpy(), numpy.float32(500), context.numpy()]
    steps = timed(lambda: unet(inputs), runs)
    del unet
    decoder = compile_openvino(Decode(), latents[:1], {0: [1, 4, side, side]}, work / f"decoder-{size}.xml", precision)
    latent = [latents[:1].numpy()]
    return {"step": steps, "decode": timed(lambda: decoder(latent), runs)}


def run_diffusers(precision, size, runs, _work):
    import torch

    side, kind = size // 8, {"f32": torch.float32, "bf16": torch.bfloat16}[precision]
    place = {"dtype": kind, "memory_format": torch.channels_last}
    latents = torch.randn(2, 4, side, side).to(**place)
    context = torch.randn(2, 77, 768).to(kind)
    unet = make_unet().to(**place)
    steps = timed(lambda: unet(latents, 500, context), runs)
    del unet
    vae, latent = make_decoder().to(**place), latents[:1].contiguous(memory_format=torch.channels_last)
    return {"step": steps, "decode": timed(lambda: vae.decode(latent), runs)}


def run_peer(name, size, runs, work):
    import torch

    torch.set_grad_enabled(False)
    torch.set_num_threads(os.cpu_count())
    engine, precision = name.split("-")
    return {"openvino": run_openvino, "diffusers": run_diffusers}[engine](precision, size, runs, work)


def ask_peer(options, name, size):
    command = [sys.executable, __file__, "--peer", name, "--size", str(size), "--runs", str(options.runs),
               "--work", str(options.work)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)


def ask_pentimento(options, name, size):
    command = [options.program, "bench", "--model", options.model, "--size", str(size), "--runs", str(options.runs),
               "--device", options.device, "--precision", name.split("-")[1], "--json"]
    told = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    run = told["runs"][0]
    seconds = run["seconds"]
    return {"step": seconds["step"], "decode": seconds["decode_again"], "load": [seconds["load"]],
            "first_decode": [seconds["decode"]], "peak_memory_bytes": [run["peak_memory_bytes"]],
            "device": told["device_name"]}


def ask_sdcpp(options, _name, size):
    """Its log tells seconds of the sampling and of the decoding."""
    steps = options.runs + 1
    with tempfile.TemporaryDirectory() as folder:
        command = [options.sdcpp, "-m", options.model, "-p", "a lighthouse", "-W", str(size), "-H", str(size), "--steps",
                   str(steps), "--cfg-scale", "7", "-t", str(os.cpu_count()), "-o", folder + "/a.png", "-v"]
        log = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    sampling = re.search(r"sampling completed, taking ([\d.]+)s", log)
    decoding = re.search(r"latent 1 decoded, taking ([\d.]+)s", log)
    return {"step": [float(sampling[1]) / steps], "decode": [float(decoding[1])]}


def ask(options, name, size):
    if name.startswith(OURS):
        return ask_pentimento(options, name, size)
    return (ask_sdcpp if name == "sdcpp" else ask_peer)(options, name, size)


def describe_machine():
    model = re.search(r"model name\s*: (.*)", pathlib.Path("/proc/cpuinfo").read_text())
    flags = pathlib.Path("/proc/cpuinfo").read_text()
    memory = re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text())
    system = re.search(r'PRETTY_NAME="(.*)"', pathlib.Path("/etc/os-release").read_text())
    return {"processor": model[1] if model else platform.machine(), "processors": os.cpu_count(),
            "features": [name for name in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if name in flags],
            "memory_gib": round(int(memory[1]) / 2**20, 1), "system": system[1] if system else platform.system()}


def find_versions(options):
    told = subprocess.run([options.program, "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout
    versions = {OURS: told.split()[-1]}
    for package in ("torch", "diffusers", "openvino"):
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            pass
    return versions


def measure(options):
    results = {str(size): {name: {} for name in options.contenders} for size in options.size}
    for round_ in range(options.rounds):
        for size in options.size:
            for name in options.contenders:
                for key, value in ask(options, name, size).items():
                    kept = results[str(size)][name]
                    kept[key] = kept.get(key, []) + value if isinstance(value, list) else value
                print(f"round {round_ + 1}, {size}, {name}:",
                      " ".join(f"{second:.3f}" for second in results[str(size)][name]["step"][-options.runs:]),
                      file=sys.stderr, flush=True)
    return results


def print_ratios(results):
    for size, contenders in results.items():
        for part in ("step", "decode"):
            medians = {name: statistics.median(times[part]) for name, times in contenders.items()}
            ours = min(value for name, value in medians.items() if name.startswith(OURS))
            for name, value in sorted(medians.items(), key=lambda item: item[1]):
                print(f"{size}x{size} {part:6} {name:16} {value:8.3f} s   {ours / value:5.2f} of it is Pentimento's best")


def parse():
    root = pathlib.Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=str(root / "build/src/cli/pentimento-cli"))
    parser.add_argument("--model", help="a checkpoint of Stable Diffusion 1's size")
    parser.add_argument("--device", default="cpu", help="Pentimento's")
    parser.add_argument("--size", default="256", help="sides, with commas")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=2, help="timed steps of each round")
    parser.add_argument("--contenders", default=",".join((OURS + "-f32", OURS + "-int8", OURS + "-bf16") + PEERS), help="with commas")
    parser.add_argument("--sdcpp", help="stable-diffusion.cpp's program")
    parser.add_argument("--json", help="the file to write")
    parser.add_argument("--work", type=pathlib.Path, help="folder for converted models")
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.size = [int(size) for size in options.size.split(",")]
    options.contenders = options.contenders.split(",") + (["sdcpp"] if options.sdcpp else [])
    if options.peer is None and options.model is None:
        parser.error("--model is missing")
    return options


def main():
    options = parse()
    if options.peer:
        print(json.dumps(run_peer(options.peer, options.size[0], options.runs, options.work)))
        return
    with tempfile.TemporaryDirectory() as folder:
        options.work = options.work or pathlib.Path(folder)
        options.work.mkdir(parents=True, exist_ok=True)
        results = measure(options)
    if options.json:
        told = {"date": datetime.date.today().isoformat(), "machine": describe_machine(),
                "versions": find_versions(options), "model": pathlib.Path(options.model).name,
                "rounds": options.rounds, "runs": options.runs, "results": results}
        pathlib.Path(options.json).write_text(json.dumps(told, indent=1) + "\n")
    print_ratios(results)


if __name__ == "__main__":
    main()
