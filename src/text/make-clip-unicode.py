#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes pent-clip-unicode-tables.h: what the tokenizers library takes for a
letter, a number, a space and a lower case, and which characters its NFC knows,
found by asking it about every character.

Its Unicode version differs from GLib's, which differs from system to system,
and one id more or less shifts a whole prompt; so the answers are written down.

    make-clip-unicode.py > pent-clip-unicode-tables.h
"""
import tokenizers
from tokenizers import Regex, normalizers


def characters():
    return (c for c in range(1, 0x110000) if not 0xD800 <= c < 0xE000)


def members(pattern):
    mark = normalizers.Replace(Regex(pattern), "\x01")
    return [c for c in characters() if mark.normalize_str(chr(c)) == "\x01" and c != 1]


def ranges(numbers):
    result = []
    for c in numbers:
        if result and result[-1][1] == c - 1:
            result[-1][1] = c
        else:
            result.append([c, c])
    return result


def lower_ranges():
    """[first, last, step, difference]: capitals often stand at every other place."""
    lower = normalizers.Lowercase()
    result = []
    for c in characters():
        small = lower.normalize_str(chr(c))
        if small == chr(c) or c == 0x130:
            continue
        assert len(small) == 1, hex(c)
        difference = ord(small) - c
        if result:
            first, last, step, d = result[-1]
            if d == difference and (c - last == step or (first == last and c - last <= 2)):
                result[-1][1:3] = [c, c - last]
                continue
        result.append([c, c, 1, difference])
    assert [ord(c) for c in lower.normalize_str("\u0130")] == [0x69, 0x307]
    return result


def composing():
    """All that its NFC may move, take apart or put together. Unicode never
    changes what NFC does to characters that it once knew, so for these any
    version gives the same; all others its NFC leaves where they are."""
    nfc, nfd = normalizers.NFC(), normalizers.NFD()
    found = set()
    for c in characters():
        parts = nfd.normalize_str(chr(c))
        if parts != chr(c):
            found.update([c], map(ord, parts))
        if nfc.normalize_str("a\u0345" + chr(c))[-1] != chr(c):  # it moved before the last of marks
            found.add(c)
    return sorted(found | {0x345})


def write(kind, name, rows, form, per_line):
    print(f"\nstatic const {kind} {name}[] = {{")
    for i in range(0, len(rows), per_line):
        print("  " + " ".join(form(r) + "," for r in rows[i : i + per_line]))
    print("};")


print("/* SPDX-License-Identifier: GPL-3.0-or-later */")
print("/* Written by make-clip-unicode.py; do not edit. */")
print(f"/* Asked: tokenizers {tokenizers.__version__}. */")


def pair(r):
    return f"{{ 0x{r[0]:x}, 0x{r[1]:x} }}"


def case(r):
    return f"{{ 0x{r[0]:x}, 0x{r[1]:x}, {r[2]}, {r[3]} }}"


write("CharacterRange", "letters", ranges(members(r"\p{L}")), pair, 6)
write("CharacterRange", "numbers", ranges(members(r"\p{N}")), pair, 6)
write("CharacterRange", "spaces", ranges(members(r"\s")), pair, 6)
write("CharacterRange", "composing", ranges(composing()), pair, 6)
write("CaseRange", "capitals", lower_ranges(), case, 4)
