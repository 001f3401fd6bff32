#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The studio's manual is one whole file a language that leads nowhere else, has
the same chapters as the others, and tells of every key that the shortcuts window
lists; as TAP.

Usage: check-manual.py SOURCE_ROOT
"""
import pathlib
import re
import sys
from html.parser import HTMLParser
from xml.etree import ElementTree

# Those that have another name in each language, or are arrows.
KEYS_WITH_NAMES = {"left", "right", "up", "down", "return", "escape", "delete", "menu"}
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


def check(root, language):
    """What is wrong with the manual of a language."""
    manual = Manual()
    manual.feed((root / "data/help" / language / "index.html").read_text(encoding="utf-8"))
    problems = manual.problems + [f"<{tag}> is not closed" for tag in manual.open]
    problems += [f"{link} leads nowhere" for link in manual.links if link[:1] != "#" or link[1:] not in manual.names]
    keys = set(listed_keys(root)) - manual.keys - KEYS_WITH_NAMES
    return problems + [f"the key {key} is not told of" for key in sorted(keys)], manual.names


def main(root):
    root = pathlib.Path(root)
    lines = (root / "po/LINGUAS").read_text(encoding="utf-8").splitlines()
    languages = ["C"] + [line for line in lines if line and not line.startswith("#")]
    chapters = check(root, "C")[1]
    failed = False
    print(f"1..{len(languages)}")
    for number, language in enumerate(languages, 1):
        problems, names = check(root, language)
        problems += [f"the chapter {name} is missing" for name in sorted(map(str, chapters - names))]
        failed = failed or bool(problems)
        print(f"{'not ok' if problems else 'ok'} {number} {language}")
        for problem in problems:
            print(f"{language}: {problem}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
