#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts the test cases in the logs of meson test (testlog.json).

Usage: count-results.py TESTLOG.json...

A program that speaks TAP counts once for every case, any other once. Prints
what failed, what was skipped and why, then as the last line "N passed, N
failed". The exit status is 0 only if something passed and nothing failed.
"""
import json
import re
import sys

CASE = re.compile(r"^(not )?ok\b\s*\d*\s*-?\s*(.*?)\s*(?:#\s*(SKIP|TODO)\b\s*(.*))?$", re.IGNORECASE)
PLAN_SKIP = re.compile(r"^1\.\.0\s*(?:#\s*SKIP\b\s*(.*))?$", re.IGNORECASE)


def cases_of(program):
    """Yields (name, verdict, reason) for each case of one test program."""
    name, result = program["name"], program["result"]
    failed = False
    found = False
    for line in (program.get("stdout") or "").splitlines():
        plan = PLAN_SKIP.match(line)
        if plan:
            found = True
            yield name, "skipped", plan[1] or "no reason given"
        case = CASE.match(line)
        if not case:
            continue
        found = True
        title = f"{name} {case[2]}"
        if case[3] and case[3].upper() == "SKIP":
            yield title, "skipped", case[4] or "no reason given"
        elif case[1]:
            failed = True
            yield title, "failed", ""
        else:
            yield title, "passed", ""
    if result in ("OK", "EXPECTEDFAIL"):
        if not found:
            yield name, "passed", ""
    elif result == "SKIP":
        if not found:
            words = (program.get("stdout") or "").strip() or "no reason given"
            yield name, "skipped", words.splitlines()[-1]
    elif not failed:
        # It crashed, hung or was broken off after the cases that it told of.
        yield name, "failed", result.lower()


def main(logs):
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    for log in logs:
        try:
            with open(log, encoding="utf-8") as lines:
                programs = [json.loads(line) for line in lines]
        except (OSError, ValueError) as error:
            print(f"{log}: {error}")
            counts["failed"] += 1
            continue
        for program in programs:
            for name, verdict, reason in cases_of(program):
                counts[verdict] += 1
                if verdict != "passed":
                    print(f"{verdict}: {name}{': ' + reason if reason else ''}")
    if counts["skipped"]:
        print(f"{counts['skipped']} skipped")
    print(f"{counts['passed']} passed, {counts['failed']} failed")
    return 0 if counts["passed"] and not counts["failed"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
