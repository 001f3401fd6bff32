#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests tests/count-results.py, whose count is the verdict of a test run."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

COUNTER = pathlib.Path(__file__).resolve().parent.parent / "count-results.py"


def count(*programs, text=None):
    """Exit status and lines of output for a log of (result, stdout) programs."""
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder, "testlog.json")
        log.write_text(text if text is not None else "\n".join(
            json.dumps({"name": "thing", "result": result, "stdout": stdout}) for result, stdout in programs))
        run = subprocess.run([sys.executable, COUNTER, log], capture_output=True, text=True, check=False)
    return run.returncode, run.stdout.splitlines()


class CountResults(unittest.TestCase):
    def test_counts_each_tap_case(self):
        self.assertEqual(count(("OK", "1..2\n# a word\nok 1 /a\nok 2 /b\n"), ("OK", "no tap\n")),
                         (0, ["3 passed, 0 failed"]))

    def test_a_failed_case_fails(self):
        self.assertEqual(count(("FAIL", "1..2\nok 1 /a\nnot ok 2 /b\n")),
                         (1, ["failed: thing /b", "1 passed, 1 failed"]))

    def test_a_crash_after_good_cases_fails(self):
        self.assertEqual(count(("ERROR", "1..3\nok 1 /a\n")), (1, ["failed: thing: error", "1 passed, 1 failed"]))
        self.assertEqual(count(("TIMEOUT", "1..3\nok 1 /a\n"))[0], 1)

    def test_a_skip_is_told_with_its_reason(self):
        self.assertEqual(count(("OK", "1..2\nok 1 /a\nok 2 /b # SKIP no display\n")),
                         (0, ["skipped: thing /b: no display", "1 skipped", "1 passed, 0 failed"]))
        self.assertEqual(count(("SKIP", "\n"), ("OK", ""))[1][0], "skipped: thing: no reason given")
        self.assertEqual(count(("SKIP", "1..0 # SKIP no GPU\n"), ("OK", ""))[1][0], "skipped: thing: no GPU")

    def test_nothing_run_is_no_success(self):
        self.assertEqual(count(text=""), (1, ["0 passed, 0 failed"]))
        self.assertEqual(count(("OK", "1..1\nok 1 /a # SKIP why\n"))[0], 1)

    def test_a_log_that_is_cut_off_fails(self):
        status, lines = count(text='{"name": "thing", "resu')
        self.assertEqual((status, lines[-1]), (1, "0 passed, 1 failed"))


if __name__ == "__main__":
    unittest.main()
