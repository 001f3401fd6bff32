#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The studio's manual is one whole file that leads nowhere else, and tells of
every key that the shortcuts window lists; as TAP.

Usage: check-manual.py SOURCE_ROOT
"""
import pathlib
import re
import sys
from html.parser import HTMLParser
from xml.etree import ElementTree

EMPTY = {"meta", "br", "img", "link", "hr"}
WORDS = {"bracketleft": "[", "bracketright": "]", "plus": "+", "minus": "-", "comma": ",", "question": "?",
         "space": "space"}


class Manual(HTMLParser):
    """Takes note of tags that do not match, of what is linked, and of keys."""

    def __init__(self):
        super().__init__()
        self.open, self.problems, self.links, self.names, self.keys = [], [], [], set(), set()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.names.add(attributes.get("id"))
        self.links += [attributes[name] for name in ("href", "src") if name in attributes]
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"line {self.getpos()[0]}: </{tag}> closes nothing")

    def handle_data(self, data):
        if self.open and self.open[-1] == "kbd":
            self.keys.add(data.lower())


def listed_keys(root):
    """The last key of each shortcut: "<Control>l" is "l"."""
    tree = ElementTree.parse(root / "ui/gtk/help-overlay.ui")
    for shortcut in tree.iter("property"):
        if shortcut.get("name") == "accelerator":
            for key in re.sub("<[^>]*>", "", shortcut.text).split():
                yield WORDS.get(key, key).lower()


def main(root):
    root = pathlib.Path(root)
    manual = Manual()
    manual.feed((root / "data/help/index.html").read_text(encoding="utf-8"))
    arrows = {"left", "right", "up", "down"}
    checks = [
        ("well-formed", manual.problems + [f"<{tag}> is not closed" for tag in manual.open]),
        ("links", [f"{link} leads nowhere" for link in manual.links if link[:1] != "#" or link[1:] not in manual.names]),
        ("keys", [f"{key} is not told of" for key in sorted(set(listed_keys(root)) - manual.keys - arrows)]),
    ]
    print(f"1..{len(checks)}")
    for number, (what, problems) in enumerate(checks, 1):
        print(f"{'not ok' if problems else 'ok'} {number} {what}")
        for problem in problems:
            print(problem, file=sys.stderr)
    return 1 if any(problems for _, problems in checks) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
