#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pictures of the starter model: what is written, told and left alone."""
import json
import math
import os
import pathlib
import pty
import re
import struct
import subprocess
import zipfile
import zlib
from xml.etree import ElementTree

from cli_fixture import (Case, Skipped, check, equal, main, read_exif_comment, read_jpeg_segments, read_png,
                         read_safetensors, read_webp_chunks, write_png)

TINY_FILE = pathlib.Path(__file__).resolve().parent.parent / "pipeline" / "data" / "tiny-ldm.safetensors"

PARAMETERS = re.compile(
    r"purple lake at night\nSteps: 2, Sampler: DPM\+\+ 2M, Schedule type: Karras, CFG scale: 7, Seed: 7, Size: 128x128, "
    r"Model hash: [0-9a-f]{10}, Model: starter, RNG: NV, Version: Pentimento [0-9.]+")


def check_recipe(recipe):
    equal(recipe["pentimento"], 1)
    wanted = {"prompt": "purple lake at night", "negative": "", "seed": 7, "steps": 2, "sampler": "dpmpp-2m",
              "schedule": "karras", "spacing": "linspace", "rng": "philox", "cfg": 7, "width": 128, "height": 128,
              "clip_skip": 1, "prediction": "v", "model": "starter"}
    equal({key: recipe[key] for key in wanted}, wanted)
    check(re.fullmatch("[0-9a-f]{64}", recipe["model_hash"]))


class Formats(Case):
    def test_png(self):
        out = self.generate("--output", "a.PNG").out
        equal(out, f"{self.work}/a.PNG\n")
        width, height, channels, samples, texts = read_png(self.work / "a.PNG")
        equal((width, height, channels), (128, 128, 3))
        check(len(set(samples)) > 50, "the picture is empty")
        equal(set(texts), {"parameters", "pentimento"})
        check(PARAMETERS.fullmatch(texts["parameters"]), texts["parameters"])
        check_recipe(json.loads(texts["pentimento"]))
        check(str(self.work) not in texts["pentimento"] + texts["parameters"], "a local path is told")

    def test_jpeg(self):
        for name in ("a.jpg", "b.jpeg"):
            self.generate("--output", name)
            segments = read_jpeg_segments(self.work / name)
            exif = next(data for marker, data in segments if data[:6] == b"Exif\0\0")
            check(PARAMETERS.fullmatch(read_exif_comment(exif[6:])))
            xmp = next(data for marker, data in segments if data.startswith(b"http://ns.adobe.com/xap/1.0/\0"))
            check(b"<pentimento:recipe>{&quot;pentimento&quot;:1," in xmp)
            check_recipe(json.loads(self.run("info", name, "--json").out)["recipe"])

    def test_webp(self):
        self.generate("--output", "a.webp")
        chunks = read_webp_chunks(self.work / "a.webp")
        check(b"VP8L" in chunks, "not lossless")
        check(PARAMETERS.fullmatch(read_exif_comment(chunks[b"EXIF"])))
        check(b"pentimento:recipe" in chunks[b"XMP "])
        check_recipe(json.loads(self.run("info", "a.webp", "--json").out)["recipe"])

    def test_prompts(self):
        prompt, negative = "caf\u00e9 \u65e5\u672c, (lake:1.2)\n\"night\"", "day:\nnoon"
        for name in ("a.png", "a.jpg", "a.webp"):
            self.run("generate", "--prompt", prompt, "--negative", negative, "--steps", 1, "--output", name)
            told = json.loads(self.run("info", name, "--json").out)
            equal((told["recipe"]["prompt"], told["recipe"]["negative"]), (prompt, negative))
            check(told["texts"]["parameters"].startswith(f"{prompt}\nNegative prompt: {negative}\nSteps: 1, "))


class Names(Case):
    def test_count(self):
        out = self.generate("--count", 10, "--steps", 1, "--output", "a.b.png").out
        names = [f"a.b-{i:02}.png" for i in range(1, 11)]
        equal(out, "".join(f"{self.work}/{name}\n" for name in names))
        equal(self.files(), set(names))

    def test_default(self):
        for name in ("pentimento-7.png", "pentimento-7 (2).png", "pentimento-7 (3).png"):
            equal(self.generate("--steps", 1).out, f"{self.work}/{name}\n")

    def test_replaced(self):
        (self.work / "a.png").write_text("old")
        (self.work / "link.png").symlink_to("a.png")
        self.generate("--output", "link.png")
        read_png(self.work / "a.png")
        equal(self.files(), {"a.png", "link.png"})

    def test_anywhere(self):
        """From any folder, with no environment, and an absolute name."""
        target = self.work / "a.png"
        done = subprocess.run([self.program, "generate", "--prompt", "lake", "--steps", "1", "--output", target], cwd="/",
                              env={name: self.env[name] for name in self.env if name.endswith("SAN_OPTIONS")},
                              capture_output=True, text=True, timeout=120)
        equal((done.returncode, done.stdout), (0, f"{target}\n"))


class Seeds(Case):
    def test_batch(self):
        self.generate("--count", 3, "--output", "a.png", "--latents", "a.safetensors")
        batch = read_safetensors(self.work / "a.safetensors")["latents"]
        for i in range(3):
            self.generate("--seed", 7 + i, "--output", "b.png", "--latents", "b.safetensors")
            equal((self.work / "b.png").read_bytes(), (self.work / f"a-{i + 1}.png").read_bytes())
            single = read_safetensors(self.work / "b.safetensors")["latents"]
            n = len(single[1])
            equal(single[1], batch[1][i * n:(i + 1) * n])

    def test_random(self):
        seeds = set()
        for i in range(2):
            done = self.run("generate", "--prompt", "lake", "--steps", 1, "--json", "--output", "a.png", "--progress", "none")
            told = json.loads(done.out)
            equal(done.err, f"seed {told['seed']}\n")
            equal(told["recipe"]["seed"], told["seed"])
            equal(json.loads(read_png(self.work / "a.png")[4]["pentimento"])["seed"], told["seed"])
            seeds.add(told["seed"])
        check(len(seeds) == 2, "the same random seed twice")

    def test_largest(self):
        self.generate("--seed", 2**63 - 1, "--output", "a.png")
        equal(json.loads(self.run("info", "a.png", "--json").out)["recipe"]["seed"], 2**63 - 1)


class Output(Case):
    def test_json(self):
        done = self.generate("--count", 2, "--output", "a.png", "--json", "--progress", "none")
        equal(done.err, "")
        told = json.loads(done.out)
        equal(set(told), {"seed", "recipe", "device", "precision", "seconds", "peak_memory_bytes", "files"})
        equal(told["seed"], 7)
        check_recipe(told["recipe"])
        check(told["device"] in ("cpu", "vulkan:0"), told["device"])
        check(told["precision"] in ("f32", "bf16", "f16"), told["precision"])
        equal(set(told["seconds"]), {"load", "text", "step", "decode", "total"})
        equal(len(told["seconds"]["step"]), 4)
        times = [*told["seconds"]["step"], *(told["seconds"][key] for key in ("load", "text", "decode", "total"))]
        check(all(isinstance(time, float) and time >= 0 for time in times), times)
        check(told["seconds"]["total"] >= sum(told["seconds"]["step"]))
        check(told["peak_memory_bytes"] > 1 << 20)
        equal(told["files"], [f"{self.work}/a-1.png", f"{self.work}/a-2.png"])

    def test_json_progress(self):
        done = self.generate("--count", 2, "--steps", 3, "--output", "a.png", "--progress", "json", "--json")
        lines = [json.loads(line) for line in done.err.splitlines()]
        equal([line["file"] for line in lines if "file" in line], json.loads(done.out)["files"])
        check(all(line["stage"] == "finished" for line in lines if "file" in line))
        fractions = [line["fraction"] for line in lines if "fraction" in line]
        equal(fractions, sorted(fractions))
        check(0 <= fractions[0] and fractions[-1] <= 1)
        equal([(line["picture"], line["step"]) for line in lines if line["stage"] == "step"],
              [(picture, step) for picture in (1, 2) for step in (1, 2, 3)])

    def test_plain_progress(self):
        err = self.generate("--output", "a.png").err
        for line in ("step 1 of 2", "step 2 of 2, ", f"finished {self.work}/a.png\n"):
            check(line in err, err)
        check("\r" not in err and "\033" not in err, repr(err))
        equal(self.generate("--output", "a.png", "--progress", "none").err, "")

    def draw(self, **env):
        """What a terminal is told."""
        try:
            terminal, end = pty.openpty()
        except OSError as error:
            raise Skipped(f"the system gives no terminal: {error}")
        self.env.update({"TERM": "xterm", **env})
        process = subprocess.Popen([self.program, "generate", "--prompt", "lake", "--steps", "2", "--output", "a.png"],
                                   cwd=self.work, env=self.env, stdout=subprocess.DEVNULL, stderr=end)
        os.close(end)
        told = b""
        try:
            while True:
                told += os.read(terminal, 4096)
        except OSError:  # the other end is closed
            os.close(terminal)
        equal(process.wait(timeout=120), 0)
        return told.decode()

    def test_bar(self):
        told = self.draw()
        check("\r[\033[32m" in told and " 33 %  step 1 of 2\033[K" in told and told.endswith("\r\033[K"), repr(told))
        told = self.draw(NO_COLOR="1")
        check("\r[" in told and " 33 %  step 1 of 2\033[K" in told and "\033[3" not in told, repr(told))
        told = self.draw(NO_COLOR="", TERM="dumb")
        check("\033" not in told and "step 1 of 2" in told, repr(told))

    def test_closed_streams(self):
        """Whoever reads may go: the picture is made all the same."""
        process = self.start("generate", "--prompt", "lake", "--steps", 2, "--output", "a.png")
        process.stderr.close()
        process.wait(timeout=120)
        process.stdout.close()
        equal(process.returncode, 0)
        read_png(self.work / "a.png")

    def test_no_streams(self):
        """A file that is opened does not become standard output or error."""
        for closed in (">&-", "2>&-", "<&- >&- 2>&-"):
            subprocess.run(["sh", "-c", f'exec "$0" generate --prompt lake --steps 1 --output a.png {closed}', self.program],
                           cwd=self.work, env=self.env, check=True, timeout=120, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
            read_png(self.work / "a.png")
            equal(self.files(), {"a.png"})
            (self.work / "a.png").unlink()

    def test_full_output(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([self.program, "generate", "--prompt", "lake", "--steps", "1", "--output", "a.png"],
                                  stdout=full, stderr=subprocess.PIPE, cwd=self.work, env=self.env, timeout=120)
        equal(done.returncode, 3)
        equal(self.files(), {"a.png"})

    def test_dry_run(self):
        done = self.generate("--count", 2, "--output", "a.png", "--dry-run", "--json", "--preview-dir", "p", "--latents",
                             "l.safetensors", "--sampler", "euler", "--width", 136)
        told = json.loads(done.out)
        equal((told["dry_run"], told["seed"], told["files"]), (True, 7, [f"{self.work}/a-1.png", f"{self.work}/a-2.png"]))
        equal((told["recipe"]["schedule"], told["recipe"]["width"], told["recipe"]["height"]), ("normal", 136, 256))
        equal(self.files(), set())
        text = self.generate("--dry-run").out
        check("schedule      karras\n" in text and "pentimento-7.png\n" in text, text)
        self.fails(3, "generate", "--prompt", "x", "--dry-run", "--output", "none/a.png")
        self.fails(3, "generate", "--prompt", "x", "--dry-run", "--model", "none", says="none")


class Extras(Case):
    def test_previews(self):
        self.generate("--steps", 5, "--output", "a.png")
        self.generate("--steps", 5, "--output", "b.png", "--preview-dir", "p/q", "--preview-every", 2)
        equal((self.work / "a.png").read_bytes(), (self.work / "b.png").read_bytes())
        names = sorted(path.name for path in (self.work / "p/q").iterdir())
        equal(names, ["preview-1-2.png", "preview-1-4.png", "preview-1-5.png"])
        shapes = {read_png(self.work / "p/q" / name)[:3] for name in names}
        equal(shapes, {(128, 128, 3)})

        self.generate("--steps", 10, "--count", 2, "--output", "c.png", "--preview-dir", "r")
        names = {path.name for path in (self.work / "r").iterdir()}
        equal(names, {f"preview-{i}-{step:02}.png" for i in (1, 2) for step in range(1, 11)})

    def test_latents(self):
        self.generate("--steps", 8, "--count", 2, "--width", 64, "--height", 96, "--output", "a.png", "--latents",
                      "a.safetensors")
        tensors = read_safetensors(self.work / "a.safetensors")
        equal(set(tensors), {"latents"})
        shape, values = tensors["latents"]
        equal(shape, [2, 4, 12, 8])
        equal(len(values), 2 * 4 * 12 * 8)
        check(all(math.isfinite(value) for value in values))
        spread = math.sqrt(sum(value * value for value in values) / len(values))
        check(0.2 < spread < 5, f"standard deviation {spread}")

    def test_image_to_image(self):
        samples = bytes((x * y + c * 40) % 256 for y in range(50) for x in range(75) for c in range(3))
        write_png(self.work / "source.png", 75, 50, 3, samples)
        done = self.generate("--steps", 4, "--init", "source.png", "--strength", 0.5, "--output", "a.png", "--json")
        told = json.loads(done.out)
        equal(len(told["seconds"]["step"]), 2)
        equal((told["recipe"]["strength"], told["recipe"]["width"], told["recipe"]["height"]), (0.5, 75, 50))
        check(re.fullmatch("[0-9a-f]{64}", told["recipe"]["source_hash"]))
        width, height, _, _, texts = read_png(self.work / "a.png")
        equal((width, height), (75, 50))
        check("Denoising strength: 0.5, " in texts["parameters"])

    def test_mask(self):
        size = 64
        source = bytes((3 * x + 5 * y + 50 * c) % 256 for y in range(size) for x in range(size) for c in range(3))
        mask = bytes(255 if 16 <= x < 40 and 20 <= y < 48 else 0 for y in range(size) for x in range(size))
        write_png(self.work / "source.png", size, size, 3, source)
        write_png(self.work / "mask.png", size, size, 1, mask)
        told = json.loads(self.generate("--init", "source.png", "--mask", "mask.png", "--grow", 0, "--feather", 0,
                                        "--region", "whole", "--fill", "noise", "--output", "a.png", "--json").out)
        samples = read_png(self.work / "a.png")[3]
        kept = [i for i in range(size * size) if mask[i] == 0]
        check(all(samples[3 * i:3 * i + 3] == source[3 * i:3 * i + 3] for i in kept), "what is kept has changed")
        check(any(samples[3 * i:3 * i + 3] != source[3 * i:3 * i + 3] for i in range(size * size) if mask[i]))
        equal({key: told["recipe"][key] for key in ("fill", "region", "grow", "feather", "composite")},
              {"fill": "noise", "region": "whole", "grow": 0, "feather": 0, "composite": "exact"})
        equal({key: told["recipe"][key] for key in ("blend", "computed", "computed_size")},
              {"blend": 0, "computed": "0,0,64,64", "computed_size": "64x64"})
        originals = self.work / ".pentimento-originals"
        equal(read_png(originals / (told["recipe"]["source_hash"] + ".png"))[3], source)
        equal(read_png(originals / (told["recipe"]["mask_hash"] + ".png"))[3], mask)

    def test_recompose(self):
        size = 64
        source = bytes((3 * x + 5 * y + 50 * c) % 200 for y in range(size) for x in range(size) for c in range(4))
        mask = bytes(255 if 16 <= x < 40 and 20 <= y < 48 else 0 for y in range(size) for x in range(size))
        write_png(self.work / "source.png", size, size, 4, source)
        write_png(self.work / "mask.png", size, size, 1, mask)
        self.generate("--init", "source.png", "--mask", "mask.png", "--fill", "noise", "--count", 2, "--output", "a.png",
                      "--keep-edit", "a.ora")
        equal({name for name in self.files() if not name.startswith(".pentimento-originals")},
              {"source.png", "mask.png", "a-1.png", "a-2.png", "a-1.ora", "a-2.ora"})
        equal(self.run("recompose", "a-2.ora", "--output", "again.png").out, f"{self.work}/again.png\n")
        equal(read_png(self.work / "again.png")[3], read_png(self.work / "a-2.png")[3])

        told = json.loads(self.run("recompose", "a-1.ora", "--output", "b.png", "--grow", 3, "--feather=0", "--match", 0.5,
                                   "--json").out)
        equal((told["files"], told["recipe"]["joined"]), ([f"{self.work}/b.png"], "3,0,0.5"))
        samples = read_png(self.work / "b.png")[3]
        changed = [i for i in range(size * size) if samples[4 * i:4 * i + 4] != source[4 * i:4 * i + 4]]
        equal((min(i % size for i in changed), max(i % size for i in changed)), (13, 42))
        equal((min(changed) // size, max(changed) // size), (17, 50))
        check(all(samples[4 * i + 3] == 255 for i in changed), "what is painted is not opaque")

    def test_notes(self):
        """What cannot be kept as it was is said, and the recipe remembers."""
        ink = pathlib.Path(__file__).parent.parent / "library" / "pictures" / "ink.jpg"
        write_png(self.work / "mask.png", 7, 5, 1, bytes([255] * 35))
        done = self.generate("--init", ink, "--mask", "mask.png", "--output", "a.jpg", "--json")
        told = json.loads(done.out)["recipe"]["notes"]
        for word in ("Source: the picture is CMYK", "Result: a JPEG", "white everywhere"):
            check(word in told, told)
        check(str(self.work) not in told and "ink.jpg" not in told, told)
        equal(done.err.count("warning: "), 3)

    def test_fit_and_hires(self):
        write_png(self.work / "source.png", 100, 50, 3, bytes(15000))
        recipe = json.loads(self.generate("--init", "source.png", "--width", 64, "--height", 64, "--fit", "pad", "--output",
                                          "a.png", "--json").out)["recipe"]
        equal((recipe["fit"], "hires" in recipe), ("pad", False))
        done = json.loads(self.generate("--width", 64, "--height", 48, "--hires", 2, "--output", "b.png", "--json").out)
        recipe = done["recipe"]
        equal([recipe[key] for key in ("width", "height", "hires", "hires_strength", "computed_size")],
              [128, 96, 2, 0.5, "64x48"])
        equal(len(done["seconds"]["step"]), 3)
        width, height, _, _, texts = read_png(self.work / "b.png")
        equal((width, height), (128, 96))
        check("Denoising strength: 0.5, " in texts["parameters"] and "Hires upscale: 2, " in texts["parameters"])

    def test_edit_is_open_raster(self):
        write_png(self.work / "source.png", 40, 40, 3, bytes(4800))
        self.generate("--init", "source.png", "--outpaint", "20,0,8,0", "--output", "a.png", "--keep-edit", "a.ora")
        with zipfile.ZipFile(self.work / "a.ora") as archive:
            equal(archive.testzip(), None)
            first = archive.infolist()[0]
            equal((first.filename, first.compress_type, archive.read(first)), ("mimetype", 0, b"image/openraster"))
            image = ElementTree.fromstring(archive.read("stack.xml"))
            equal((image.attrib["w"], image.attrib["h"]), ("68", "40"))
            layers = [layer.attrib["src"] for layer in image.iter("layer")]
            equal((layers[-1], len(layers)), ("data/base.png", len(set(layers))))
            check(set(layers) | {"mergedimage.png", "Thumbnails/thumbnail.png"} <= set(archive.namelist()))
            (self.work / "merged.png").write_bytes(archive.read("mergedimage.png"))
        equal(read_png(self.work / "merged.png")[3], read_png(self.work / "a.png")[3])

    def test_options_reach_the_recipe(self):
        told = json.loads(self.generate("--sampler", "euler-a", "--schedule", "sgm-uniform", "--rng", "torch", "--cfg", 3.5,
                                        "--clip-skip", 2, "--precision", "f32", "--device", "cpu", "--negative", "day",
                                        "--width", 64, "--height", 72, "--step-cache", 2, "--cfg-from", 0.1,
                                        "--cfg-to", 0.6, "--output", "a.png", "--json").out)
        wanted = {"step_cache": 2, "cfg_from": 0.1, "cfg_to": 0.6, "sampler": "euler-a",
                  "schedule": "sgm-uniform", "rng": "torch", "cfg": 3.5, "clip_skip": 2,
                  "precision": "f32", "device": "cpu", "negative": "day", "width": 64, "height": 72}
        equal({key: told["recipe"][key] for key in wanted}, wanted)
        check(", Clip skip: 2, RNG: CPU, " in read_png(self.work / "a.png")[4]["parameters"])

    def test_last_wins(self):
        told = json.loads(self.generate("--width", 64, "--height=64", "--width=72", "--output", "a.jpg", "--output", "b.png",
                                        "--json").out)
        equal((told["recipe"]["width"], told["files"]), (72, [f"{self.work}/b.png"]))


class Others(Case):
    def test_info(self):
        text = ("a sail\nNegative prompt: blur\nSteps: 28, Sampler: DPM++ 2M Karras, CFG scale: 7.5, Seed: 99, Size: 512x768, "
                "ENSD: 31337")
        write_png(self.work / "a.png", 2, 2, 3, bytes(12))
        told = json.loads(self.run("info", "a.png", "--json").out)
        equal((told["recipe"], told["source"], told["width"]), (None, None, 2))
        check("without a recipe" in self.run("info", "a.png").out)

        chunk = b"tEXtparameters\0" + text.encode("latin-1")
        data = (self.work / "a.png").read_bytes()
        data = data[:33] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + data[33:]
        (self.work / "a.png").write_bytes(data)
        told = json.loads(self.run("info", "a.png", "--json").out)
        equal(told["source"], "a1111")
        wanted = {"prompt": "a sail", "negative": "blur", "steps": 28, "sampler": "dpmpp-2m", "schedule": "karras",
                  "cfg": 7.5, "seed": 99, "width": 512, "height": 768}
        equal({key: told["recipe"][key] for key in wanted}, wanted)
        equal(told["others"], {"ENSD": "31337"})
        check("ENSD          31337" in self.run("info", "a.png").out)

    def test_inspect(self):
        model = pathlib.Path(__file__).resolve().parents[2] / "data" / "starter"
        check("Stable Diffusion 1" in self.run("inspect", model).out)
        json.loads(self.run("inspect", model, "--json").out)

    def test_devices(self):
        told = json.loads(self.run("devices", "--json").out)
        equal(told["devices"][0]["name"], "cpu")
        equal([device["name"] for device in told["devices"] if device["auto"]], [told["auto"]])
        text = self.run("devices").out
        check(all(device["name"] in text and device["reason"] in text for device in told["devices"]), text)

    def test_bench(self):
        told = json.loads(self.run("bench", "--size", "64,72", "--runs", 2, "--operators", "--json", "--device", "cpu").out)
        equal([run["width"] for run in told["runs"]], [64, 72])
        equal((told["device"], told["model"]), ("cpu", "starter"))
        for run in told["runs"]:
            equal(len(run["seconds"]["step"]), 2)
            check(run["roofline"]["gflops"] > 0, run)
            check(run["peak_memory_bytes"] > run["planned_memory_bytes"] > 1 << 20, run)
            for part in ("unet", "decoder"):
                kinds = {row["operator"] for row in run[part]["operators"]}
                check({"conv2d", "linear", "group norm", "attention"} <= kinds, kinds)
        check("64 x 64" in self.run("bench", "--size", 64, "--runs", 1, "--device", "cpu").out)

    def test_tokens(self):
        text = self.run("tokens", "a (red:1.3) sea BREAK dawn").out
        check("Chunk 1 of 2: 3 of 75 tokens" in text and "Chunk 2 of 2: 1 of 75 tokens" in text, text)
        check(re.search(r"\d+ +1\.3  red</w>\n", text), text)
        told = json.loads(self.run("tokens", "a (red:1.3) sea", "--json").out)
        equal([len(chunk) for chunk in told["chunks"]], [77])
        equal([round(token["weight"], 6) for token in told["chunks"][0][:4]], [1, 1, 1.3, 1])
        equal(told["chunks"][0][2]["token"], "red</w>")
        # A single file has no tokenizer of its own: CLIP's own table reads for it.
        told = json.loads(self.run("tokens", "--model", TINY_FILE, "a cat", "--json").out)
        equal([token["id"] for token in told["chunks"][0][:4]], [49406, 320, 2368, 49407])


if __name__ == "__main__":
    main(Formats, Names, Seeds, Output, Extras, Others)
