#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ctrl-C and its kin: status 130 within a second, finished pictures stay,
unfinished ones leave nothing.
"""
import os
import signal
import time

from cli_fixture import TIMEOUT, Case, check, equal, main

PROMISED_SECONDS = 1
ATTEMPTS = 3  # a busy machine may keep the program waiting for a processor


class Signals(Case):
    def interrupt(self, number, line, *args):
        """Sends the signal once @line was told; seconds until the end, and what was told."""
        process = self.start("generate", "--prompt", "lake", "--seed", 1, "--output", "a.png", *args)
        try:
            told = ""
            while line not in told:
                more = process.stderr.readline()
                check(more, f"it ended before {line!r}: {told}")
                told += more
            begin = time.monotonic()
            process.send_signal(number)
            _, rest = process.communicate(timeout=TIMEOUT)
            seconds = time.monotonic() - begin
        finally:
            process.kill()
        equal(process.returncode, 130)
        check("Cancelled" in rest, rest)
        return seconds, rest

    def within_a_second(self, number, line, *args):
        for attempt in range(ATTEMPTS):
            seconds, rest = self.interrupt(number, line, *args)
            if seconds < PROMISED_SECONDS:
                return rest
        raise AssertionError(f"{ATTEMPTS} times no answer within a second, last {seconds:.2f}")

    def test_each(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self.within_a_second(number, "step 3 of 400", "--steps", 400, "--width", 256, "--height", 256)
            equal(self.files(), set())

    def test_while_reading(self):
        self.within_a_second(signal.SIGINT, "reading the", "--steps", 400)
        equal(self.files(), set())

    def test_large(self):
        self.within_a_second(signal.SIGINT, "step 1 of 400", "--steps", 400, "--width", 512, "--height", 512, "--latents",
                             "a.safetensors")
        equal(self.files(), set())

    def test_finished_stay(self):
        seconds, rest = self.interrupt(signal.SIGINT, "finished", "--steps", 3, "--count", 100)
        names = sorted(self.files())
        check(1 <= len(names) < 100, names)
        equal(names, [f"a-{i:03}.png" for i in range(1, len(names) + 1)])
        check(f"Cancelled with {len(names)} of 100 pictures finished." in rest, rest)

    def test_twice(self):
        process = self.start("generate", "--prompt", "lake", "--seed", 1, "--steps", 400, "--output", "a.png")
        try:
            process.stderr.readline()
            process.send_signal(signal.SIGINT)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=TIMEOUT)
        finally:
            process.kill()
        equal(process.returncode, 130)
        equal(self.files(), set())

    def test_ignored_hangup(self):
        """As under nohup."""
        process = self.start("generate", "--prompt", "lake", "--seed", 1, "--steps", 20, "--output", "a.png",
                             preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
        try:
            process.stderr.readline()
            process.send_signal(signal.SIGHUP)
            process.communicate(timeout=TIMEOUT)
        finally:
            process.kill()
        equal(process.returncode, 0)
        check(os.path.exists(self.work / "a.png"))


if __name__ == "__main__":
    main(Signals)
