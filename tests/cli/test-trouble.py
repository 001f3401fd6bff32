#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The library where the disk, the files or other programs are in its way, and
what other programs read in our pictures.
"""
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import sqlite3
import struct
import subprocess
import tempfile
import zlib

from a1111_text import read_a1111
from cli_fixture import LibraryCase, Skipped, check, equal, main, read_png, write_png


class OtherPrograms(LibraryCase):
    def test_a1111_reads_ours(self):
        """Prompts with everything that the format is made of itself."""
        prompts = [("purple lake", ""), ("a (lake:1.2), [sea], Steps: 3", "blur, Steps: 5, Seed: 1"),
                   ("two\nlines, \"quoted\", it's", "bad\nhands"), ("Möwe 鸥 \U0001f30a", "grey: dull"), ("back\\slash,", "a\\")]
        for number, (prompt, negative) in enumerate(prompts):
            self.run("generate", "--prompt", prompt, "--negative", negative, "--steps", 2, "--width", 64, "--height", 72,
                     "--cfg", 6.5, "--sampler", "dpmpp-2m-sde", "--seed", 2**53 + number, "--clip-skip", 2, "--output",
                     f"{number}.png")
            got_prompt, got_negative, pairs = read_a1111(read_png(self.work / f"{number}.png")[4]["parameters"])
            equal((got_prompt, got_negative), (prompt, negative))
            equal({key: pairs[key] for key in ("Steps", "CFG scale", "Seed", "Size", "Clip skip", "Model")},
                  {"Steps": "2", "CFG scale": "6.5", "Seed": str(2**53 + number), "Size": "64x72", "Clip skip": "2",
                   "Model": "starter"})
            equal((pairs["Sampler"], pairs["Schedule type"]), ("DPM++ 2M SDE", "Exponential"))
            check(re.fullmatch("[0-9a-f]{10}", pairs["Model hash"]), pairs)


class Trouble(LibraryCase):
    """What may be at fault with disk and files: a sentence each, and the library unharmed."""

    def database(self):
        return self.folder / "data" / "library" / "library.db"

    def unharmed(self, n):
        with sqlite3.connect(self.database()) as connection:
            equal(connection.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        connection.close()
        pictures = self.list()
        equal(len(pictures), n)
        for picture in pictures:
            read_png(picture["file"])

    def mount(self, *options):
        """A file system of its own in the place of the data folder."""
        (self.folder / "data").mkdir()
        self.mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", self.folder / "data"],
                                      capture_output=True).returncode == 0
        if not self.mounted:
            raise Skipped("nothing may be mounted here")

    def tear_down(self):
        if getattr(self, "mounted", False):
            subprocess.run(["umount", self.folder / "data"], check=True)
        super().tear_down()

    def test_full_disk(self):
        self.mount("size=700k")
        self.store()
        for n in range(60):
            process = self.start("generate", "--prompt", "x", "--steps", 1, "--library", "--seed", n)
            _, said = process.communicate()
            if process.returncode != 0:
                break
        equal(process.returncode, 3)
        check("No space left" in said or "disk is full" in said, said)
        equal(len([line for line in said.splitlines() if line.startswith("pentimento-cli: ")]), 1)
        self.unharmed(n + 1)
        subprocess.run(["mount", "-o", "remount,size=8m", self.folder / "data"], check=True)
        self.store()
        self.unharmed(n + 2)

    def test_read_only(self):
        self.mount("size=8m")
        files = self.store("--count", 2)
        subprocess.run(["mount", "-o", "remount,ro", self.folder / "data"], check=True)
        equal(len(self.list()), 2)
        equal([p["id"] for p in json.loads(self.history("search", "purple", "--json"))], [2, 1])
        equal(self.run("rerun", files[0]).out, "identical\n")
        self.fails(3, "history", "favourite", 1, says="library.db")
        self.fails(3, "generate", "--prompt", "x", "--library", says=str(self.folder / "data"))
        subprocess.run(["mount", "-o", "remount,rw", self.folder / "data"], check=True)
        self.unharmed(2)

    def test_large_file(self):
        """No file may grow: the database neither."""
        self.store()
        limit = self.database().stat().st_size
        process = subprocess.run(
            [self.program, "generate", "--prompt", "x", "--steps", "1", "--library", "--count", "60"], env=self.env,
            cwd=self.work, capture_output=True, text=True, restore_signals=False,
            preexec_fn=lambda: (signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
                                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))))
        if process.returncode == 0:
            raise Skipped("sixty pictures fit into as many bytes as one")
        equal(process.returncode, 3)
        self.unharmed(len(self.list()))

    def test_other_file_system(self):
        shm = pathlib.Path("/dev/shm")
        if not os.access(shm, os.W_OK) or shm.stat().st_dev == self.folder.stat().st_dev:
            raise Skipped("there is no other file system")
        with tempfile.TemporaryDirectory(dir=shm) as other:
            (self.folder / "data").mkdir()
            for name in ("pictures", "library"):
                place = pathlib.Path(other) / name
                place.mkdir()
                (self.folder / "data" / name).symlink_to(place)
            files = self.store("--count", 2)
            check(pathlib.Path(files[0]).resolve().is_relative_to(other), files)
            self.store("--output", "here.png")
            self.unharmed(3)

    def test_newer_version(self):
        self.store()
        with sqlite3.connect(self.database()) as connection:
            connection.execute("PRAGMA user_version = 99")
        connection.close()
        for command in (("history", "list"), ("history", "rebuild"), ("generate", "--prompt", "x", "--library")):
            self.fails(3, *command, says="newer Pentimento")
        with sqlite3.connect(self.database()) as connection:
            equal(connection.execute("SELECT count (*) FROM pictures").fetchone(), (1,))
        connection.close()

    def test_names(self):
        """Blanks, quotes, and bytes that are no UTF-8."""
        source = self.store()[0]
        folder = os.fsencode(self.work) + b"/it's \"odd\" \xff"
        os.mkdir(folder)
        shutil.copy(source, folder + b"/a b\xfe.png")
        imported = subprocess.run([self.program, b"history", b"import", folder], env=self.env, capture_output=True)
        equal(imported.returncode, 0)
        equal([(p["id"], "missing" in p) for p in self.list()], [(2, False), (1, False)])
        equal(self.run("rerun", 2).out, "identical\n")

    def test_huge_metadata(self):
        """100 MB of text are refused or read, and never stall."""
        def chunk(kind, body):
            return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

        self.store()
        write_png(self.work / "small.png", 4, 4, 3, bytes(48))
        data = (self.work / "small.png").read_bytes()
        text = b"x" * 100_000_000
        packed = zlib.compress(b"y" * 100_000_000)
        for name, extra in (("plain", chunk(b"tEXt", b"parameters\0" + text)),
                            ("packed", chunk(b"zTXt", b"parameters\0\0" + packed)),
                            ("ours", chunk(b"iTXt", b"pentimento\0\0\0\0\0" + b"[" * 100_000_000))):
            (self.work / f"{name}.png").write_bytes(data[:33] + extra + data[33:])
            process = self.start("history", "import", f"{name}.png")
            _, said = process.communicate(timeout=60)
            check(process.returncode in (0, 3), said)
            equal(len(said.splitlines()), 1 if process.returncode else 0)
            (self.work / f"{name}.png").unlink()
        with sqlite3.connect(self.database()) as connection:
            equal(connection.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        connection.close()

    def test_json_of_others(self):
        write_png(self.work / "small.png", 4, 4, 3, bytes(48))
        data = (self.work / "small.png").read_bytes()
        for number, text in enumerate((b"{}", b"[1]", b'{"pentimento": 99}', b'{"pentimento": 1, "steps": "many"}', b"\xff",
                                       b'{"pentimento": 1, "seed": 1e999}', b"{" * 5000)):
            body = b"pentimento\0" + text
            chunk = struct.pack(">I", len(body)) + b"tEXt" + body + struct.pack(">I", zlib.crc32(b"tEXt" + body))
            (self.work / f"{number}.png").write_bytes(data[:33] + chunk + data[33:])
            self.fails(3, "rerun", f"{number}.png", says=f"{number}.png")
            self.history("import", f"{number}.png")
        equal(len(self.list()), 7)

    def test_both_at_once(self):
        """Two programs that store, and one that lists, all the while."""
        both = [self.start("generate", "--prompt", "x", "--steps", 1, "--width", 64, "--height", 64, "--library", "--count",
                           8, "--seed", seed) for seed in (10, 50)]
        while any(process.poll() is None for process in both):
            for picture in self.list():
                read_png(picture["file"])
        equal([process.wait() for process in both], [0, 0])
        for process in both:
            process.communicate()
        self.unharmed(16)


if __name__ == "__main__":
    main(OtherPrograms, Trouble)
