#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGKILL at random moments of generating, storing, deleting, rebuilding and
migrating: what was told as stored is there and whole, and the database sound.

Usage: test-kill.py PENTIMENTO_CLI MAKE_OLD_LIBRARY [ROUNDS [SEED]]
"""
import json
import os
import pathlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading

from cli_fixture import read_png

OLD_ROWS = 300
TIMEOUT = 300
ROUNDS_OF_ONE = 60  # in one library, since all its pictures are looked at after each
CLOSE = 0.25  # seconds, for the moments that follow a word


class Victim:
    """A library in a folder of its own, and what is known of it from outside."""

    def __init__(self, program, make_old, chance):
        self.program, self.make_old, self.chance = program, make_old, chance
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pentimento-kill-"))
        self.env = {**os.environ, "HOME": str(self.folder), "XDG_CACHE_HOME": str(self.folder / "cache"),
                    "PENTIMENTO_DATA_DIR": str(self.folder / "data")}
        self.stored = {}  # file to its bytes, of what was told and not given up
        self.n_killed = 0

    def database(self):
        return self.folder / "data" / "library" / "library.db"

    def run(self, *args, wait_for=None, seconds=0.0):
        """Runs and kills it, so long after it said @wait_for (or after the start); what it said."""
        process = subprocess.Popen([self.program, *map(str, args)], env=self.env, text=True, cwd=self.folder,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        timer = threading.Timer(seconds, process.kill)
        told = []
        if wait_for is None:
            timer.start()
        for line in process.stderr:
            told.append(line)
            if wait_for is not None and wait_for in line:
                timer.start()
                wait_for = None
        process.wait(TIMEOUT)
        timer.cancel()
        self.n_killed += process.returncode == -9
        if process.returncode not in (0, -9):
            raise AssertionError(f"{args} gave {process.returncode}: {''.join(told)}")
        return told

    def generate(self):
        words = random.choice([None, "decod", "decod", "finished"])
        told = self.run("generate", "--prompt", "purple lake", "--steps", 1, "--width", 64, "--height", 64, "--library",
                        "--count", 3, "--progress", "json", "--seed", self.chance.randrange(1000), wait_for=words,
                        seconds=self.chance.random() * (1.5 if words is None else CLOSE))
        for line in told:
            # The last line may have been cut.
            file = json.loads(line).get("file") if line.endswith("}\n") else None
            if file is not None:
                self.stored[file] = pathlib.Path(file).read_bytes()

    def delete(self):
        files = self.chance.sample(sorted(self.stored), min(2, len(self.stored)))
        if files:
            self.run("history", "delete", *files, seconds=self.chance.random() * 0.1)
            for file in files:
                del self.stored[file]
        self.run("history", "purge", seconds=self.chance.random() * 0.1)

    def rebuild(self):
        if self.chance.random() < 0.5 and self.database().exists():
            data = bytearray(self.database().read_bytes())
            data[4096 * (len(data) // 8192):] = b"\xa5" * len(data[4096 * (len(data) // 8192):])
            self.database().write_bytes(data)
            for suffix in ("-wal", "-shm"):
                self.database().with_name("library.db" + suffix).unlink(missing_ok=True)
        self.run("history", "rebuild", seconds=self.chance.random() * 0.4)
        subprocess.run([self.program, "history", "rebuild"], env=self.env, check=True, capture_output=True,
                       timeout=TIMEOUT)

    def migrate(self):
        other = self.folder / "old" / "library" / "library.db"
        shutil.rmtree(self.folder / "old", ignore_errors=True)
        other.parent.mkdir(parents=True)
        subprocess.run([self.make_old, other, str(self.chance.choice([1, 2, 3, 4])), str(OLD_ROWS)], check=True, timeout=TIMEOUT)
        mine, self.env["PENTIMENTO_DATA_DIR"] = self.env["PENTIMENTO_DATA_DIR"], str(self.folder / "old")
        self.run("history", "list", seconds=self.chance.random() * 0.08)
        assert_sound(other, OLD_ROWS)
        listed = subprocess.run([self.program, "history", "list", "--json"], env=self.env, check=True,
                                capture_output=True, timeout=TIMEOUT)
        assert len(json.loads(listed.stdout)) == OLD_ROWS
        assert_sound(other, OLD_ROWS)
        self.env["PENTIMENTO_DATA_DIR"] = mine

    def check(self):
        """Everything that was told is there and whole, and the library knows it."""
        for file, contents in self.stored.items():
            assert pathlib.Path(file).read_bytes() == contents, f"{file} has changed"
            read_png(file)
        listed = subprocess.run([self.program, "history", "list", "--json"], env=self.env, capture_output=True, text=True,
                                timeout=TIMEOUT)
        assert listed.returncode == 0, listed.stderr
        pictures = {picture["file"]: picture for picture in json.loads(listed.stdout)}
        lost = set(self.stored) - set(pictures)
        assert not lost, f"the library has lost {lost}"
        for file, picture in pictures.items():
            assert "missing" not in picture, f"{file} is listed and not there"
            read_png(file)
        if self.database().exists():
            assert_sound(self.database(), None)


def assert_sound(database, rows):
    with sqlite3.connect(database, timeout=60) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        if rows is not None:
            assert connection.execute("SELECT count (*) FROM pictures").fetchone() == (rows,)
    connection.close()


def main(program, make_old, rounds="12", seed=None):
    seed = int(seed) if seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"1..1\n# seed {seed}", flush=True)
    random.seed(seed)
    chance = random.Random(seed)
    victim, n_killed, n_stored = None, 0, 0
    for number in range(int(rounds)):
        if number % ROUNDS_OF_ONE == 0:
            if victim is not None:
                n_killed, n_stored = n_killed + victim.n_killed, n_stored + len(victim.stored)
                print(f"# {n_killed} of {number} were killed, {n_stored} pictures are there and whole", flush=True)
                shutil.rmtree(victim.folder)
            victim = Victim(os.path.abspath(program), os.path.abspath(make_old), chance)
        what = ("generate", "delete", "generate", "rebuild", "generate", "migrate")[number % 6]
        try:
            getattr(victim, what)()
            victim.check()
        except Exception as problem:
            print(f"not ok 1 kill\n# round {number}, {what}, in {victim.folder}: {problem}")
            raise
    shutil.rmtree(victim.folder)
    n_killed, n_stored = n_killed + victim.n_killed, n_stored + len(victim.stored)
    print(f"# {n_killed} of {rounds} were killed, {n_stored} pictures are there and whole\nok 1 kill")


if __name__ == "__main__":
    main(*sys.argv[1:])
