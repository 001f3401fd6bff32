# SPDX-License-Identifier: GPL-3.0-or-later
"""A small reader of the text that A1111 writes into its pictures, by its
description and sharing no code with ours: the prompt, the negative prompt
behind "Negative prompt: ", and a last line of "Key: value" pairs with commas
between them, where a value that holds a comma, a colon or a line break is a
JSON string.
"""
import json

NEGATIVE = "Negative prompt: "


def read_pairs(line):
    pairs, rest = {}, line
    while rest:
        key, rest = rest.split(": ", 1)
        if rest.startswith('"'):
            value, end = json.JSONDecoder().raw_decode(rest)
        else:
            end = rest.find(", ") if ", " in rest else len(rest)
            value = rest[:end]
        pairs[key] = value
        rest = rest[end:].removeprefix(", ")
    return pairs


def read_a1111(text):
    lines = text.split("\n")
    pairs = read_pairs(lines.pop())
    start = next((i for i, line in enumerate(lines) if line.startswith(NEGATIVE)), len(lines))
    negative = "\n".join(lines[start:]).removeprefix(NEGATIVE)
    return "\n".join(lines[:start]), negative, pairs
