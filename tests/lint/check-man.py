#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The manual page names the options that pentimento-cli generate has, and no others.

Usage: check-man.py PENTIMENTO_CLI MANUAL_PAGE
"""
import pathlib
import re
import subprocess
import sys


def options_of_help(program):
    """The options, save those that only announce a later version."""
    text = subprocess.run([program, "generate", "--help"], capture_output=True, text=True, check=True).stdout
    entries = re.split(r"\n {4}(?=--)", text)[1:]
    return {entry.split()[0] for entry in entries if "comes with a later version" not in " ".join(entry.split())}


def options_of_page(page):
    text = pathlib.Path(page).read_text(encoding="utf-8").replace("\\-", "-").replace("\\~", " ")
    section = text.split(".SH OPTIONS OF GENERATE")[1].split("\n.SH ")[0]
    heads = re.findall(r"^\.TP\n(.*)$", section, re.MULTILINE)
    return {option for head in heads for option in re.findall(r"--[a-z][a-z-]*", head)}


def main(program, page):
    expected, told = options_of_help(program), options_of_page(page)
    for option in sorted(expected - told):
        print(f"{option} is missing from {page}")
    for option in sorted(told - expected):
        print(f"{option} of {page} is unknown to {program} generate")
    return 0 if expected and expected == told else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
