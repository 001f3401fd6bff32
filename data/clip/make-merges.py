#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes merges.txt: CLIP's byte-pair merges, from the table in open_clip_torch.

The table, bpe_simple_vocab_16e6.txt.gz, goes on for 262146 lines; the first is
a header and CLIP uses the 48894 after it. Needs `pip install open_clip_torch`.

    make-merges.py > merges.txt
"""
import gzip
import importlib.util
import pathlib
import sys

N_MERGES = 49152 - 256 - 2

package = importlib.util.find_spec("open_clip").submodule_search_locations[0]
with gzip.open(pathlib.Path(package) / "bpe_simple_vocab_16e6.txt.gz", "rt", encoding="utf-8") as table:
    lines = table.read().split("\n")
assert "#version: 0.2" in lines[0]
sys.stdout.reconfigure(encoding="utf-8", newline="\n")
print("#version: 0.2")
print("\n".join(lines[1 : N_MERGES + 1]))
