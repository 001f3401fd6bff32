#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes pictures/ and pictures.json with Pillow: picture files as other
programs write them, and what is to be read from each.

Usage: make-pictures.py, with Pillow installed. Deterministic.
"""
import io
import json
import pathlib
import struct
import zlib

from PIL import Image, ImageCms, PngImagePlugin

HERE = pathlib.Path(__file__).resolve().parent
OUT = HERE / "pictures"
WIDTH, HEIGHT = 7, 5
PARAMETERS = "a red sail\nNegative prompt: blur\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512"
UNICODE = "caf\u00e9 \u65e5\u672c \U0001f305\n" + PARAMETERS

expected = {}


def rgb(x, y):
    return (x * 36, y * 60, (x * 50 + y * 90) % 256)


def picture(mode):
    image = Image.new("RGB", (WIDTH, HEIGHT))
    image.putdata([rgb(x, y) for y in range(HEIGHT) for x in range(WIDTH)])
    if mode == "RGBA":
        image.putalpha(Image.frombytes("L", image.size, bytes(y * 60 + x for y in range(HEIGHT) for x in range(WIDTH))))
        return image
    return image.convert(mode) if mode != "RGB" else image


def pixels(image):
    """Samples, row by row."""
    channels = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "I;16": 1}[image.mode]
    data = image.getdata()
    return channels, [v for p in data for v in (p if isinstance(p, tuple) else (p,))]


def expect(name, image, texts=None, bits=8, tolerance=0, warnings=0, icc=False):
    channels, samples = pixels(image)
    expected[name] = {
        "width": image.width, "height": image.height, "channels": channels, "bits": bits, "pixels": samples,
        "tolerance": tolerance, "texts": texts or {}, "warnings": warnings, "icc": icc,
    }


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def raw_png(bits, colour, rows, extra=b"", interlace=0):
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, bits, colour, 0, 0, interlace)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(rows)) +
            chunk(b"IEND", b""))


def adam7(image):
    rows = b""
    for x0, y0, dx, dy in ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)):
        for y in range(y0, HEIGHT, dy):
            row = [image.getpixel((x, y)) for x in range(x0, WIDTH, dx)]
            if row:
                rows += b"\0" + bytes(v for p in row for v in p)
    return rows


def save(name, data):
    (OUT / name).write_bytes(data)


def pngs():
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", PARAMETERS)
    picture("RGB").save(OUT / "rgb.png", pnginfo=info)
    expect("rgb.png", picture("RGB"), {"parameters": PARAMETERS})

    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", UNICODE)
    picture("RGBA").save(OUT / "rgba.png", pnginfo=info)
    expect("rgba.png", picture("RGBA"), {"parameters": UNICODE})

    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "caf\u00e9 " * 40, zip=True)
    info.add_itxt("workflow", "\u65e5\u672c " * 40, zip=True)
    picture("L").save(OUT / "grey.png", pnginfo=info)
    expect("grey.png", picture("L"), {"Comment": "caf\u00e9 " * 40, "workflow": "\u65e5\u672c " * 40})

    picture("LA").save(OUT / "grey-alpha.png")
    expect("grey-alpha.png", picture("LA"))

    one = picture("RGB").convert("1", dither=Image.Dither.NONE)
    one.save(OUT / "one-bit.png")
    expect("one-bit.png", one.convert("L"))

    few = picture("RGB").quantize(16)
    few.save(OUT / "palette.png", bits=4)
    expect("palette.png", few.convert("RGB"))
    clear = few.copy()
    clear.info["transparency"] = bytes(range(0, 256, 16))
    clear.save(OUT / "palette-clear.png", bits=4)
    reread = Image.open(OUT / "palette-clear.png")
    expect("palette-clear.png", reread.convert("RGBA"))

    deep = Image.new("I;16", (WIDTH, HEIGHT))
    deep.putdata([x * 9000 + y * 257 + 3 for y in range(HEIGHT) for x in range(WIDTH)])
    deep.save(OUT / "grey-16.png")
    expect("grey-16.png", deep, bits=16)

    save("interlaced.png", raw_png(8, 2, adam7(picture("RGB")), interlace=1))
    expect("interlaced.png", picture("RGB"))

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # The time of making stands in bytes 24 to 35.
    profile = profile[:24] + struct.pack(">6H", 2024, 1, 1, 0, 0, 0) + profile[36:]
    picture("RGB").save(OUT / "profile.png", icc_profile=profile)
    expect("profile.png", picture("RGB"), icc=True)

    exif = Image.Exif()
    exif[0x0112] = 6
    picture("RGB").save(OUT / "turned.png", exif=exif)
    expect("turned.png", picture("RGB").transpose(Image.Transpose.ROTATE_270))
    return profile


def comment_exif(text, order):
    """Exif with a UserComment, its text in the order asked for."""
    code = {"ascii": b"ASCII\0\0\0", "none": b"\0" * 8}.get(order, b"UNICODE\0")
    coded = {"big": "utf-16-be", "little": "utf-16-le", "utf8": "utf-8", "ascii": "ascii", "none": "utf-8"}[order]
    value = code + text.encode(coded)
    endian = "<" if order == "little" else ">"
    head = (b"II" if order == "little" else b"MM") + struct.pack(endian + "HI", 42, 8)
    ifd0 = struct.pack(endian + "HHHIII", 1, 0x8769, 4, 1, 26, 0)
    exif = struct.pack(endian + "HHHIII", 1, 0x9286, 7, len(value), 44, 0)
    return head + ifd0 + exif + value


def jpegs(profile):
    smooth = Image.new("RGB", (WIDTH, HEIGHT), (200, 60, 30))

    for order in ("big", "little", "utf8", "none"):
        name = f"comment-{order}.jpg"
        smooth.save(OUT / name, quality=95, exif=b"Exif\0\0" + comment_exif(UNICODE, order))
        expect(name, smooth, {"parameters": UNICODE}, tolerance=3)
    smooth.save(OUT / "comment-ascii.jpg", quality=95, exif=b"Exif\0\0" + comment_exif(PARAMETERS, "ascii"))
    expect("comment-ascii.jpg", smooth, {"parameters": PARAMETERS}, tolerance=3)

    smooth.save(OUT / "progressive.jpg", quality=95, progressive=True, comment="hello", icc_profile=profile)
    expect("progressive.jpg", smooth, {"comment": "hello"}, tolerance=3, icc=True)
    smooth.convert("L").save(OUT / "grey.jpg", quality=95)
    expect("grey.jpg", smooth.convert("L"), tolerance=2)
    ink = Image.new("CMYK", (WIDTH, HEIGHT), (0, 128, 255, 51))
    ink.save(OUT / "ink.jpg", quality=95)
    shade = 255 - 51
    expect("ink.jpg", Image.new("RGB", (WIDTH, HEIGHT), (shade, shade * 127 // 255, 0)), tolerance=4, warnings=1)

    # Two halves that each way of turning moves elsewhere.
    halves = Image.new("RGB", (32, 16), (0, 0, 0))
    halves.paste((255, 255, 255), (0, 0, 16, 8))
    turns = {2: [0], 3: [3], 4: [1], 5: [5], 6: [4], 7: [6], 8: [2]}
    for orientation, (method,) in turns.items():
        exif = Image.Exif()
        exif[0x0112] = orientation
        name = f"orientation-{orientation}.jpg"
        halves.save(OUT / name, quality=95, exif=exif)
        expect(name, halves.transpose(Image.Transpose(method)), tolerance=3)


def webps(profile):
    picture("RGB").save(OUT / "lossless.webp", lossless=True, exact=True, icc_profile=profile,
                        exif=comment_exif(UNICODE, "big"))
    expect("lossless.webp", picture("RGB"), {"parameters": UNICODE}, icc=True)
    picture("RGBA").save(OUT / "alpha.webp", lossless=True, exact=True)
    expect("alpha.webp", picture("RGBA"))
    smooth = Image.new("RGB", (WIDTH, HEIGHT), (200, 60, 30))
    smooth.save(OUT / "lossy.webp", quality=95, exif=b"Exif\0\0" + comment_exif(PARAMETERS, "big"))
    expect("lossy.webp", smooth, {"parameters": PARAMETERS}, tolerance=6)
    frames = [Image.new("RGB", (WIDTH, HEIGHT), c) for c in ((10, 20, 30), (200, 100, 50))]
    frames[0].save(OUT / "animation.webp", save_all=True, append_images=frames[1:], lossless=True, duration=100)
    expect("animation.webp", frames[0].convert("RGBA"), warnings=1)


def main():
    OUT.mkdir(exist_ok=True)
    profile = pngs()
    jpegs(profile)
    webps(profile)
    with io.open(HERE / "pictures.json", "w", encoding="utf-8") as file:
        lines = [f"{json.dumps(name)}: {json.dumps(what, separators=(',', ':'))}" for name, what in sorted(expected.items())]
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
