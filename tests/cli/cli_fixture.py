# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of pentimento-cli have in common: running it in an empty
folder, small readers of its files that share no code with it, and TAP.
"""
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import traceback
import zlib

SIDE = 128
TIMEOUT = 120
NAME = "pentimento-cli: "


class Case:
    """A test with an empty folder of its own; methods named test_* are run."""

    program = None

    def set_up(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pentimento-cli-"))
        self.work = self.folder / "work"
        self.work.mkdir()
        self.env = {"PATH": os.environ["PATH"], "XDG_CACHE_HOME": str(self.folder / "cache"), "LC_ALL": "C.UTF-8",
                    "HOME": str(self.folder / "home"), "PENTIMENTO_DATA_DIR": str(self.folder / "data")}
        for name in os.environ:
            if name.endswith("SAN_OPTIONS") or name.startswith("VK_"):
                self.env[name] = os.environ[name]

    def tear_down(self):
        shutil.rmtree(self.folder)

    def start(self, *args, **more):
        return subprocess.Popen([self.program, *map(str, args)], cwd=self.work, env=self.env, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, **more)

    def run(self, *args, status=0):
        process = self.start(*args)
        try:
            process.out, process.err = process.communicate(timeout=TIMEOUT)
        finally:
            process.kill()
        if process.returncode != status:
            raise AssertionError(f"{args} gave {process.returncode}, not {status}: {process.err}{process.out}")
        return process

    def fails(self, status, *args, says="", leaves=0):
        """It fails with that status, one sentence and no output, and leaves nothing new behind."""
        before = self.files()
        process = self.run(*args, status=status)
        lines = [line for line in process.err.splitlines() if not line.startswith(("seed ", NAME + "warning: "))]
        check(len(lines) == 1, f"{args}: not one sentence: {process.err!r}")
        check(lines[0].startswith(NAME) and lines[0][-1] in ".?!", f"{args}: not a sentence: {lines[0]!r}")
        check(says in lines[0], f"{args}: no {says!r} in {lines[0]!r}")
        check(process.out == "", f"{args}: printed {process.out!r}")
        check(self.files() == before, f"{args}: left {self.files() - before}")
        return lines[0]

    def files(self):
        return {path.relative_to(self.work).as_posix() for path in self.work.rglob("*")}

    def generate(self, *args, **more):
        """A small picture of the starter model: SIDE pixels square, unless a size follows from `args`."""
        small = () if {"--width", "--height", "--init"}.intersection(args) else ("--width", SIDE, "--height", SIDE)
        return self.run("generate", "--prompt", "purple lake at night", "--steps", 2, "--seed", 7, *small, *args, **more)


class LibraryCase(Case):
    def store(self, *args):
        """The files of small pictures that are stored in the library."""
        return json.loads(self.generate("--library", "--json", *args).out)["files"]

    def list(self, *args):
        return json.loads(self.run("history", "list", "--json", *args).out)

    def history(self, *args, **more):
        return self.run("history", *args, **more).out


class Skipped(Exception):
    """The system lacks what a test needs; the message says what."""


def check(condition, message="not so"):
    if not condition:
        raise AssertionError(message)


def equal(got, wanted):
    check(got == wanted, f"got {got!r}, not {wanted!r}")


def read_png_chunks(path):
    """Kind and body of each chunk of a PNG file."""
    data = pathlib.Path(path).read_bytes()
    equal(data[:8], b"\x89PNG\r\n\x1a\n")
    at, chunks = 8, []
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        equal(struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0], zlib.crc32(kind + body))
        chunks.append((kind, body))
        at += 12 + size
    return chunks


def read_png(path):
    """Size, channels, samples (bytes; of 16 bits a list) and texts of a PNG file."""
    packed, texts = b"", {}
    for kind, body in read_png_chunks(path):
        if kind == b"IHDR":
            width, height, bits, colour = struct.unpack(">IIBB", body[:10])
            check(bits in (8, 16), f"{bits} bits")
            channels = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
        elif kind == b"IDAT":
            packed += body
        elif kind == b"tEXt":
            key, text = body.split(b"\0", 1)
            texts[key.decode("latin-1")] = text.decode("latin-1")
        elif kind == b"iTXt":
            key, _, rest = body.partition(b"\0")
            texts[key.decode("latin-1")] = rest[2:].split(b"\0", 2)[2].decode("utf-8")
    step = channels * bits // 8
    samples = unfilter(zlib.decompress(packed), width * step, height, step)
    if bits == 16:
        samples = [value for value, in struct.iter_unpack(">H", samples)]
    return width, height, channels, samples, texts


def unfilter(data, stride, height, step):
    rows, before = [], bytearray(stride)
    for y in range(height):
        kind = data[y * (stride + 1)]
        row = bytearray(data[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for x in range(stride):
            a = row[x - step] if x >= step else 0
            b = before[x]
            c = before[x - step] if x >= step else 0
            near = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
            row[x] = (row[x] + (0, a, b, (a + b) // 2, near)[kind]) & 255
        rows.append(bytes(row))
        before = row
    return b"".join(rows)


def write_png(path, width, height, channels, samples):
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    colour = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    stride = width * channels
    rows = b"".join(b"\0" + samples[y * stride:(y + 1) * stride] for y in range(height))
    pathlib.Path(path).write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)) +
        chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def read_exif_comment(tiff):
    """The UserComment of big-endian Exif as we write it."""
    equal(tiff[:4], b"MM\0*")

    def entries(at):
        for i in range(struct.unpack(">H", tiff[at:at + 2])[0]):
            yield struct.unpack(">HHII", tiff[at + 2 + 12 * i:at + 14 + 12 * i])

    exif = next(value for tag, _, _, value in entries(struct.unpack(">I", tiff[4:8])[0]) if tag == 0x8769)
    size, at = next((n, value) for tag, _, n, value in entries(exif) if tag == 0x9286)
    equal(tiff[at:at + 8], b"UNICODE\0")
    return tiff[at + 8:at + size].decode("utf-16-be")


def read_jpeg_segments(path):
    data = pathlib.Path(path).read_bytes()
    equal(data[:2], b"\xff\xd8")
    equal(data[-2:], b"\xff\xd9")
    at, segments = 2, []
    while data[at + 1] != 0xda:
        size = struct.unpack(">H", data[at + 2:at + 4])[0]
        segments.append((data[at + 1], data[at + 4:at + 2 + size]))
        at += 2 + size
    return segments


def read_webp_chunks(path):
    data = pathlib.Path(path).read_bytes()
    equal((data[:4], data[8:12]), (b"RIFF", b"WEBP"))
    at, chunks = 12, {}
    while at < len(data):
        kind, size = struct.unpack("<4sI", data[at:at + 8])
        chunks[kind] = data[at + 8:at + 8 + size]
        at += 8 + size + size % 2
    return chunks


def read_safetensors(path):
    """Name to shape and values of f32 tensors."""
    data = pathlib.Path(path).read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    equal(size % 8, 0)
    header = json.loads(data[8:8 + size])
    tensors, end = {}, 0
    for name, what in header.items():
        equal(what["dtype"], "F32")
        first, last = what["data_offsets"]
        tensors[name] = what["shape"], struct.unpack(f"<{(last - first) // 4}f", data[8 + size + first:8 + size + last])
        end = max(end, last)
    equal(len(data), 8 + size + end)
    return tensors


def main(*classes):
    """Runs the tests; the program is the only argument."""
    Case.program = os.path.abspath(sys.argv[1])
    tests = [(cls, name) for cls in classes for name in dir(cls) if name.startswith("test_")]
    print(f"1..{len(tests)}")
    failed = 0
    for number, (cls, name) in enumerate(tests, 1):
        case = cls()
        case.set_up()
        try:
            getattr(case, name)()
            word, note = "ok", ""
        except Skipped as reason:
            word, note = "ok", f" # SKIP {reason}"
        except Exception:
            failed += 1
            word, note = "not ok", ""
            print("# " + traceback.format_exc().replace("\n", "\n# "))
        finally:
            case.tear_down()
        print(f"{word} {number} {cls.__name__}.{name[5:]}{note}", flush=True)
    sys.exit(1 if failed else 0)
