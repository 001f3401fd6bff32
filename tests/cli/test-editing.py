#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits of pictures of every kind: what is kept is kept as it is in the file, and what cannot be is told."""
import json
import pathlib
import struct
import zlib

from cli_fixture import Case, check, equal, main, read_jpeg_segments, read_png, read_png_chunks, write_png

PICTURES = pathlib.Path(__file__).resolve().parent.parent / "library" / "pictures"
EXPECTED = json.loads(PICTURES.with_suffix(".json").read_text())
KINDS = ("rgb.png", "rgba.png", "grey.png", "grey-alpha.png", "grey-16.png", "one-bit.png", "palette.png", "palette-clear.png",
         "profile.png", "turned.png", "orientation-6.jpg", "ink.jpg", "progressive.jpg", "lossless.webp", "alpha.webp",
         "animation.webp")


def read_profile(path):
    """The colour profile of a PNG file, or None."""
    bodies = [body for kind, body in read_png_chunks(path) if kind == b"iCCP"]
    return zlib.decompress(bodies[0].split(b"\0", 1)[1][1:]) if bodies else None


class Editing(Case):
    def left_half(self, width, height, name="mask.png"):
        """A mask that repaints the left half; the columns it repaints."""
        columns = (width + 1) // 2
        write_png(self.work / name, width, height, 1, (b"\xff" * columns + bytes(width - columns)) * height)
        return columns

    def edit(self, source, *args, **more):
        done = self.generate("--init", source, "--mask", "mask.png", "--fill", "noise", "--progress", "none", "--json", *args,
                             **more)
        return json.loads(done.out)["recipe"]


class Kinds(Editing):
    def check_kept(self, name, output):
        """Every kept pixel of the result is the file's, in the file's own channels and bits."""
        wanted = EXPECTED[name]
        width, height, channels, samples, _ = read_png(output)
        equal((width, height, channels), (wanted["width"], wanted["height"], wanted["channels"]))
        equal(isinstance(samples, list), wanted["bits"] == 16)
        columns = (width + 1) // 2
        changed = False
        for i, (got, should) in enumerate(zip(samples, wanted["pixels"])):
            if i // channels % width >= columns:
                check(abs(got - should) <= wanted["tolerance"], f"{name}: sample {i} is {got}, not {should}")
            changed = changed or got != should
        check(changed, f"{name}: nothing was painted")

    def test_kept(self):
        for name in KINDS:
            self.left_half(EXPECTED[name]["width"], EXPECTED[name]["height"])
            recipe = self.edit(PICTURES / name, "--output", "a.png", "--keep-edit", "a.ora")
            self.check_kept(name, self.work / "a.png")
            equal("notes" in recipe, EXPECTED[name]["warnings"] > 0)
            equal(read_profile(self.work / "a.png") is not None, EXPECTED[name]["icc"])
            self.run("recompose", "a.ora", "--output", "b.png")
            for read in (lambda path: read_png(path)[:4], read_profile):
                equal(read(self.work / "b.png"), read(self.work / "a.png"))
            equal(self.run("rerun", "a.png").out.split()[0], "identical")

    def test_profile_is_the_same(self):
        self.left_half(7, 5)
        self.edit(PICTURES / "profile.png", "--output", "a.png")
        equal(read_profile(self.work / "a.png"), read_profile(PICTURES / "profile.png"))
        self.edit(PICTURES / "profile.png", "--output", "a.jpg")
        profile = b"".join(data[14:] for marker, data in read_jpeg_segments(self.work / "a.jpg")
                           if data.startswith(b"ICC_PROFILE\0"))
        equal(profile, read_profile(PICTURES / "profile.png"))

    def test_turned_once(self):
        """The pixels are upright, so that the result's Exif must not turn them again."""
        self.left_half(16, 32)
        recipe = self.edit(PICTURES / "orientation-6.jpg", "--output", "a.jpg")
        equal((recipe["width"], recipe["height"]), (16, 32))
        exif = next(data for marker, data in read_jpeg_segments(self.work / "a.jpg") if data[:6] == b"Exif\0\0")[6:]
        start, = struct.unpack(">I", exif[4:8])
        count, = struct.unpack(">H", exif[start:start + 2])
        tags = [struct.unpack(">H", exif[start + 2 + 12 * i:start + 4 + 12 * i])[0] for i in range(count)]
        check(0x0112 not in tags, tags)

    def test_what_a_format_cannot_keep(self):
        for name, output, word in (("rgba.png", "a.jpg", "transparency"), ("grey-16.png", "a.webp", "8 bits")):
            self.left_half(7, 5)
            check(word in self.edit(PICTURES / name, "--output", output)["notes"])


class Masks(Editing):
    def source(self, width, height):
        samples = bytes((7 * x + 5 * y + 80 * c) % 256 for y in range(height) for x in range(width) for c in range(3))
        write_png(self.work / "source.png", width, height, 3, samples)
        return samples

    def test_of_every_kind(self):
        """Where the file is not black, and only there, something changes."""
        for name in ("grey-16.png", "one-bit.png", "palette.png", "palette-clear.png", "grey-alpha.png", "alpha.webp", "ink.jpg",
                     "animation.webp"):
            wanted, channels = EXPECTED[name], EXPECTED[name]["channels"]
            source = self.source(wanted["width"], wanted["height"])
            (self.work / "mask.png").write_bytes((PICTURES / name).read_bytes())
            recipe = self.edit("source.png", "--match", 0, "--blend", 0, "--output", "a.png")
            equal("notes" in recipe, wanted["warnings"] > 0 or name == "ink.jpg")
            samples = read_png(self.work / "a.png")[3]
            for i in range(wanted["width"] * wanted["height"]):
                pixel = wanted["pixels"][i * channels:(i + 1) * channels]
                black = max(pixel[:max(channels - 1 + channels % 2, 1)]) == 0 or channels % 2 == 0 and pixel[-1] == 0
                check(not black or samples[3 * i:3 * i + 3] == source[3 * i:3 * i + 3], f"{name}: pixel {i}")

    def test_refused(self):
        self.source(40, 30)
        self.left_half(30, 40)
        edit = ("generate", "--prompt", "x", "--seed", 1, "--init", "source.png", "--mask", "mask.png", "--output", "a.png",
                "--progress", "none")
        self.fails(3, *edit, says="30 x 40")
        write_png(self.work / "mask.png", 40, 30, 1, bytes(1200))
        self.fails(3, *edit, says="black everywhere")
        self.left_half(40, 30)
        self.fails(4, *edit, "--region", "whole", "--outpaint", "3000,3000,3000,3000", "--memory-limit", 200, says="memory")
        self.fails(4, *edit, "--region", "masked", "--outpaint", "3000,3000,3000,3000", "--memory-limit", 200, says="6040 x 6032")
        self.fails(4, *edit, "--outpaint", "16384,0,0,0", says="16384")
        self.fails(2, *edit[:5], *edit[7:], says="--init")

    def test_one_pixel(self):
        self.source(1, 1)
        self.left_half(1, 1)
        for region in ("auto", "masked", "whole"):
            recipe = self.edit("source.png", "--region", region, "--output", "a.png")
            equal(read_png(self.work / "a.png")[:3], (1, 1, 3))
            check("white everywhere" in recipe["notes"], recipe)
        write_png(self.work / "mask.png", 1, 1, 1, b"\0")
        self.edit("source.png", "--outpaint", "9,0,3,5", "--output", "a.png")
        width, height, _, samples, _ = read_png(self.work / "a.png")
        equal((width, height, samples[27:30]), (13, 6, bytes((0, 80, 160))))


class Previews(Editing):
    def test_on_the_canvas(self):
        """As large as the result, and outside of the mask the picture itself."""
        size = 300
        source = bytes((7 * x + 5 * y + 80 * c) % 256 for y in range(size) for x in range(size) for c in range(3))
        write_png(self.work / "source.png", size, size, 3, source)
        mask = bytes(255 if 100 <= x < 130 and 60 <= y < 90 else 0 for y in range(size) for x in range(size))
        write_png(self.work / "mask.png", size, size, 1, mask)
        self.edit("source.png", "--output", "a.png", "--preview-dir", "p")
        previews = sorted((self.work / "p").iterdir())
        equal(len(previews), 2)
        for preview in previews:
            width, height, channels, samples, _ = read_png(preview)
            equal((width, height, channels), (size, size, 3))
            differ = {i // 3 for i in range(0, len(samples)) if samples[i] != source[i]}
            check(differ and all(mask[i] for i in differ), f"{preview.name}: {len(differ)} pixels")


if __name__ == "__main__":
    main(Kinds, Masks, Previews)
