#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is typed wrong gets one sentence and status 2, before any file is
opened; wrong files and folders get one sentence and status 3.
"""
import os
import pathlib
import struct
import subprocess

from cli_fixture import Case, check, equal, main, write_png

PROMPT = ("generate", "--prompt", "x")
OPTIONS = """prompt negative seed count width height model vae clip-skip prediction steps cfg sampler schedule spacing rng
init strength mask fill outpaint region grow feather composite device precision memory-limit output preview-dir
preview-every latents library json progress dry-run""".split()
FLAGS = {"library", "json", "dry-run"}
WHOLES = {"seed": (0, 2**63 - 1), "count": (1, 9999), "steps": (1, 10000), "clip-skip": (1, 24), "grow": (0, 16384),
          "feather": (0, 16384), "preview-every": (1, 10000), "memory-limit": (1, 2**43 - 1)}
WORDS = {
    "sampler": ("euler euler-a heun dpm2 dpm2-a lms dpmpp-2m dpmpp-2s-a dpmpp-sde dpmpp-2m-sde dpmpp-3m-sde ddim unipc lcm",
                {"eulr": "euler", "Euler-a": "euler-a", "dpmpp2m": "dpmpp-2m", "uni-pc": "unipc", "ddmi": "ddim",
                 "huen": "heun", "dpm++-2m": "dpmpp-2m", "dpmpp-2m-sd": "dpmpp-2m-sde"}),
    "schedule": ("automatic normal karras exponential sgm-uniform simple",
                 {"karas": "karras", "auto": "automatic", "sgm_uniform": "sgm-uniform", "exponental": "exponential"}),
    "spacing": ("linspace leading trailing", {"trailng": "trailing", "linear": "linspace"}),
    "rng": ("philox torch", {"phlox": "philox", "troch": "torch"}),
    "prediction": ("auto epsilon v", {"eps": "epsilon", "V": "v"}),
    "fill": ("original blur noise neutral", {"orignal": "original", "niose": "noise"}),
    "region": ("auto whole masked", {"mask": "masked", "hole": "whole"}),
    "composite": ("exact none", {"exakt": "exact", "non": "none"}),
    "precision": ("auto f32 bf16 f16", {"fp16": "f16", "bf61": "bf16"}),
    "progress": ("auto bar plain json none", {"jsn": "json", "plian": "plain"}),
}


class Commands(Case):
    def test_nothing(self):
        self.fails(2, says="--help")

    def test_unknown(self):
        for typed, meant in {"generat": "generate", "Inspect": "inspect", "device": "devices", "tokns": "tokens",
                             "inof": "info", "histroy": "history", "rrun": "rerun"}.items():
            self.fails(2, typed, says=f"did you mean {meant}?")
        self.fails(2, "zzzzzzzz", says="--help")
        self.fails(2, "", says="no command")
        self.fails(2, "--prompt", "x", says="generate --prompt")

    def test_margins(self):
        self.fails(2, *PROMPT, "--outpaint", "8,8,8,8", says="--init")
        for margins in ("8,8,8", "8,8,8,-8", "8,8,8,8,8", "0,0,0,0", "a,b,c,d", "8,8,8,99999", ""):
            self.fails(2, *PROMPT, "--init", "none.png", "--outpaint", margins, says="--outpaint")
        self.fails(3, *PROMPT, "--init", "none.png", "--outpaint", "8,0,8,0", says="none.png")

    def test_hires(self):
        self.fails(2, *PROMPT, "--hires", 0.5, says="--hires")
        self.fails(2, *PROMPT, "--hires", 2, "--init", "none.png", "--mask", "none.png", says="--hires")
        self.fails(2, *PROMPT, "--init", "none.png", "--fit", "corp", says="crop")

    def test_keep_edit(self):
        edit = (*PROMPT, "--init", "none.png", "--mask", "none.png")
        self.fails(2, *PROMPT, "--init", "none.png", "--keep-edit", "a.ora", says="--mask")
        self.fails(2, *edit, "--keep-edit", "a.png", says=".ora")
        self.fails(2, *edit, "--keep-edit", "a.ora", "--composite", "none", says="--composite")
        self.fails(2, "recompose", "--output", "a.png", says="an edit")
        self.fails(2, "recompose", "a.ora", says="--output")
        self.fails(2, "recompose", "a.ora", "--output", "a.txt", says=".png")
        self.fails(2, "recompose", "a.ora", "--output", "a.png", "--match", 2, says="--match")
        self.fails(3, "recompose", "a.ora", "--output", "a.png", says="a.ora")
        for contents in (b"no archive", b"PK\5\6" + bytes(18)):
            (self.work / "a.ora").write_bytes(contents)
            self.fails(3, "recompose", "a.ora", "--output", "a.png", says="a.ora")

    def test_help(self):
        for args in ((), ("generate",), ("recompose",), ("inspect",), ("devices",), ("tokens",), ("info",), ("rerun",),
                     ("history",), ("template",), ("bench",)):
            for ask in ((*args, "--help"), (*args, "-h"), ("help", *args)):
                text = self.run(*ask).out
                check(0 < text.index("Examples:") < 300, f"{ask} does not start with examples")
                check(all(len(line) <= 100 and line == line.rstrip() for line in text.splitlines()), text)
        text = self.run("generate", "--help").out
        for option in OPTIONS:
            check(f"--{option}" in text, f"--{option} is not in the help")
        self.run("generate", "--steps", "many", "--help")

    def test_version(self):
        check(self.run("--version").out.startswith("pentimento-cli 0."))

    def test_operands(self):
        for command, what in {"inspect": "a model", "info": "a picture", "tokens": "a text"}.items():
            self.fails(2, command, says=f"needs {what}")
            self.fails(2, command, "a", "b", says="quotes")
            self.fails(2, command, "a", "--jsn", says="did you mean --json?")
        self.fails(2, "devices", "x", says="belongs to no option")


class Options(Case):
    def test_unknown(self):
        for option in OPTIONS:
            if len(option) < 4:
                continue
            wrong = option[:2] + option[3] + option[2] + option[4:]
            if wrong != option:
                self.fails(2, *PROMPT, f"--{wrong}", "1", says=f"did you mean --{option}?")
                self.fails(2, *PROMPT, f"--{wrong}=1", says=f"--{wrong} is no option")
        self.fails(2, *PROMPT, "-s", "1", says="-s is no option")
        self.fails(2, *PROMPT, "--s" * 40, says="is no option")

    def test_missing_value(self):
        for option in OPTIONS:
            if option in FLAGS:
                self.fails(2, *PROMPT, f"--{option}=yes", says="takes no value")
            else:
                self.fails(2, *PROMPT, f"--{option}", says=f"--{option} needs a value")

    def test_empty_value(self):
        for option in OPTIONS:
            if option not in FLAGS | {"prompt", "negative"}:
                self.fails(2, *PROMPT, f"--{option}=", says=f"--{option}")

    def test_words(self):
        for option, (words, wrong) in WORDS.items():
            for typed, meant in wrong.items():
                said = self.fails(2, *PROMPT, f"--{option}", typed, says=f"did you mean {meant}?")
                check(all(word in said for word in words.split()), said)

    def test_whole_numbers(self):
        for option, (least, most) in WHOLES.items():
            for value in (least - 1, most + 1, "12abc", "1.5", "0x10", "1e3", " 5", "5 ", "nan", "-1", "+", "-", "five",
                          "99999999999999999999999999", "\u0663"):
                said = self.fails(2, *PROMPT, f"--{option}", value, says=f"--{option} cannot be")
                check(f"{least} to {most}" in said, said)

    def test_real_numbers(self):
        for option, most in {"cfg": 1000, "strength": 1}.items():
            for value in ("nan", "inf", "-inf", "1e999", "-0.1", f"{most}.001", "0,5", "0x1p0", "1.2.3", "7x", "e", "."):
                said = self.fails(2, *PROMPT, f"--{option}", value, says=f"--{option} cannot be")
                check(f"0 to {most}" in said, said)

    def test_sides(self):
        for side in ("width", "height"):
            for value, near in {1: "8 and 16", 100: "96 and 104", 513: "512 and 520", 7: "8 and 16"}.items():
                self.fails(2, *PROMPT, f"--{side}", value, says=near)
            for value in ("0", "-8", "12abc", "8.0", "4294967296"):
                self.fails(2, *PROMPT, f"--{side}", value, says=f"--{side} cannot be")

    def test_devices(self):
        for value in ("cuda", "vulkan:", "vulkan:-1", "vulkan:x", "vulkan:1.5", "gpu", "CPU", "vulkan:99999999999"):
            self.fails(2, *PROMPT, "--device", value, says="vulkan:N")
        self.fails(2, *PROMPT, "--device", "vulcan", says="did you mean vulkan?")

    def test_bench(self):
        for value in ("", "0", "100", "256,", "56", "x", "256,,512", "99999"):
            self.fails(2, "bench", "--size", value, says="--size")
        self.fails(2, "bench", "--runs", "0", says="--runs")
        self.fails(2, "bench", "--device", "cuda", says="vulkan:N")
        self.fails(2, "bench", "picture.png", says="picture.png")
        self.fails(3, "bench", "--model", "none.safetensors", says="none.safetensors")

    def test_combinations(self):
        for schedule in ("karras", "exponential", "sgm-uniform", "simple"):
            for spacing in ("leading", "trailing"):
                self.fails(2, *PROMPT, "--spacing", spacing, "--schedule", schedule, says="--schedule normal or automatic")
        self.fails(2, *PROMPT, "--spacing", "leading", "--steps", 1000, says="999")
        self.fails(2, *PROMPT, "--seed", 2**63 - 1, "--count", 2, says="--seed can be at most 9223372036854775806")
        # Before the mask is opened, which does not exist.
        self.fails(2, *PROMPT, "--mask", "none.png", says="--init")

    def test_names(self):
        for name in ("a", "a.gif", "a.png/", "a.png.txt", "folder/", ".", "/tmp"):
            self.fails(2, *PROMPT, "--output", name, says=".png, .jpg, .jpeg or .webp")
        for name in ("a", "a.png", "a.SafeTensors.txt"):
            self.fails(2, *PROMPT, "--latents", name, says=".safetensors")

    def test_prompt(self):
        self.fails(2, "generate", says="--prompt is missing")
        self.fails(2, *PROMPT, "more", "words", says="quotes")
        self.fails(2, *PROMPT, "--", "--steps", says="quotes")
        self.fails(2, "generate", "--prompt", os.fsdecode(b"\xff"), says="UTF-8")
        self.fails(2, *PROMPT, "--negative", os.fsdecode(b"a\xc3"), says="UTF-8")
        self.fails(2, "tokens", os.fsdecode(b"\xff"), says="UTF-8")

    def test_last_wins(self):
        self.fails(2, *PROMPT, "--steps", "5", "--steps", "x", says="--steps")
        self.run(*PROMPT, "--steps", "x", "--steps=5", "--seed", "1", "--dry-run")

    def test_lonely(self):
        for option, value in {"strength": ".5", "fill": "blur", "grow": "1", "preview-every": "2"}.items():
            err = self.run(*PROMPT, "--seed", 1, f"--{option}", value, "--dry-run").err
            check(f"warning: --{option} has no effect without --" in err, err)


class Files(Case):
    """Nothing here may be computed first: it would take hours."""

    LONG = (*PROMPT, "--steps", "10000", "--seed", "1", "--progress", "none")

    def test_output_folder(self):
        (self.work / "file").write_text("x")
        (self.work / "taken.png").mkdir()
        os.mkfifo(self.work / "pipe.png")
        for name in ("missing/a.png", "file/a.png", "taken.png", "pipe.png", "/proc/a.png", "x" * 300 + ".png"):
            self.fails(3, *self.LONG, "--output", name, says="a.png" if "/" in name else name[:9])
        (self.work / "b-2.png").mkdir()
        self.fails(3, *self.LONG, "--output", "b.png", "--count", 3, says="b-2.png")
        self.fails(3, *self.LONG, "--output", "c.png", "--latents", "missing/a.safetensors", says="missing")
        self.fails(3, *self.LONG, "--output", "c.png", "--preview-dir", "file", says="file")
        self.fails(3, *self.LONG, "--output", "c.png", "--preview-dir", "/proc/none", says="/proc/none")

    def test_pictures(self):
        write_png(self.work / "good.png", 16, 8, 3, bytes(384))
        write_png(self.work / "other.png", 8, 8, 1, bytes(64))
        good = (self.work / "good.png").read_bytes()
        bad = {"empty.png": b"", "text.png": b"not a picture at all", "short.png": good[:40], "gif.png": b"GIF89a" + bytes(50)}
        for name, data in bad.items():
            (self.work / name).write_bytes(data)
        (self.work / "folder.png").mkdir()
        os.mkfifo(self.work / "pipe.png")
        for name in (*bad, "folder.png", "pipe.png", "missing.png", "/dev/null", "/dev/zero", "good.png/x"):
            self.fails(3, *self.LONG, "--init", name, says=name)
            self.fails(3, *self.LONG, "--init", "good.png", "--mask", name, says=name)
            self.fails(3, "info", name, says=name)
            self.fails(3, "info", name, "--json", says=name)
        self.fails(3, *self.LONG, "--init", "good.png", "--mask", "other.png", says="8 x 8")

    def test_models(self):
        header = b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
        bad = {
            "empty.safetensors": b"", "text.safetensors": b"hello", "short.safetensors": struct.pack("<Q", 1000) + b"{}",
            "huge.safetensors": struct.pack("<Q", 2**63) + b"{}", "cut.safetensors": struct.pack("<Q", len(header)) + header,
            "other.safetensors": struct.pack("<Q", len(header)) + header + bytes(8), "pickle.ckpt": b"PK\3\4" + bytes(100),
        }
        for name, data in bad.items():
            (self.work / name).write_bytes(data)
        (self.work / "folder").mkdir()
        os.mkfifo(self.work / "pipe.safetensors")
        for name in (*bad, "folder", "pipe.safetensors", "missing", "/dev/zero"):
            self.fails(3, *self.LONG, "--model", name, says=pathlib.Path(name).name)
            self.fails(3, *self.LONG, "--vae", name, says=pathlib.Path(name).name)
            self.fails(3, "tokens", "--model", name, "x", says=pathlib.Path(name).name)
            equal(self.run("inspect", name, status=3).returncode, 3)

    def test_memory_and_devices(self):
        for side in (16392, 99999992, 2147483640):
            self.fails(4, *self.LONG, "--width", side, "--height", side)
            self.fails(4, *self.LONG, "--width", side, "--height", 8)
        self.fails(4, *self.LONG, "--width", 16384, "--height", 16384, "--memory-limit", 1000)
        self.fails(4, *self.LONG, "--memory-limit", 1, says="--memory-limit")
        self.fails(5, *self.LONG, "--device", "vulkan:99", says="vulkan:99")

    def test_standard_output(self):
        for args in (("--help",), ("--version",), ("devices",), ("tokens", "x"), (*PROMPT, "--seed", 1, "--dry-run")):
            with open("/dev/full", "w") as full:
                done = subprocess.run([self.program, *map(str, args)], stdout=full, stderr=subprocess.PIPE, text=True,
                                      cwd=self.work, env=self.env)
            equal(done.returncode, 3)
            check("Standard output" in done.stderr, done.stderr)


if __name__ == "__main__":
    main(Commands, Options, Files)
