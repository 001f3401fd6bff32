#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of the source tree that a compiler does not check, as TAP.

Usage: check-source.py SOURCE_ROOT
"""
import pathlib
import re
import sys

FOLDERS = ("src", "shaders", "tests", "data", "ui", "po", "flatpak", ".ci")
CODE = {".c", ".h", ".comp", ".glsl", ".hpp", ".cpp"}
SCRIPTS = {".py", ".build", ".sh", ".options"}
TEXT = CODE | SCRIPTS | {".ui", ".md", ".xml", ".in", ".css"}
NOT_SOURCE = ("data/starter/", "data/clip/")
SOURCE_AFTER_ALL = "data/starter/train/"
TOP_FILES = ("meson.build", "meson_options.txt", "run", "README.md")


def source_files(root):
    for name in TOP_FILES:
        if (root / name).is_file():
            yield name, root / name
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            made = name.startswith(NOT_SOURCE) and not name.startswith(SOURCE_AFTER_ALL)
            if path.is_file() and not made and not re.search(r"/(corpus|__pycache__)", name):
                yield name, path


def is_script(name, text):
    return text.startswith("#!") or pathlib.PurePath(name).suffix in SCRIPTS or name == "meson_options.txt"


def spdx_line(name, text):
    """The licence stands in the first line (the second of a script)."""
    if pathlib.PurePath(name).suffix not in CODE and not is_script(name, text):
        return
    head = text.splitlines()[: 2 if text.startswith("#!") else 1]
    if not any("SPDX-License-Identifier: GPL-3.0-or-later" in line for line in head):
        yield 1, "no SPDX-License-Identifier line"


def include_of_parent(name, text):
    """A folder reaches another through its exported headers alone."""
    for number, line in enumerate(text.splitlines(), 1):
        if pathlib.PurePath(name).suffix in CODE and re.match(r'\s*#\s*include\s*"\.\./', line):
            yield number, line.strip()


def gtk_outside_app(name, text):
    """Only the studio knows of GTK."""
    if not name.startswith("src/") or name.startswith("src/app/"):
        return
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"\s*#\s*include\s*<(gtk|gdk|adwaita)\b", line) or "gtk4" in line or "libadwaita" in line:
            yield number, line.strip()


def whitespace(name, text):
    """No tabs, no blanks at the end of a line, a newline at the end."""
    if pathlib.PurePath(name).suffix not in TEXT and not text.startswith("#!"):
        return
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line or line != line.rstrip():
            yield number, "tab or blank at the end of the line"
    if text and not text.endswith("\n"):
        yield text.count("\n") + 1, "no newline at the end of the file"


def unfinished(name, text):
    """What is left to do is told in the issues, not in the code."""
    if pathlib.PurePath(name).suffix not in CODE:
        return
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", line):
            yield number, line.strip()


def task_that_ends_elsewhere(name, text):
    """Widgets end in the main thread: src/app/errands sees to it."""
    if not name.startswith("src/app/") or name.startswith("src/app/errands/"):
        return
    for number, line in enumerate(text.splitlines(), 1):
        if re.search(r"\bg_task_run_in_thread\b", line):
            yield number, line.strip()


RULES = (spdx_line, include_of_parent, gtk_outside_app, whitespace, unfinished, task_that_ends_elsewhere)


def main(root):
    problems = {rule: [] for rule in RULES}
    for name, path in source_files(pathlib.Path(root)):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for rule in RULES:
            problems[rule] += [f"{name}:{number}: {what}" for number, what in rule(name, text)]
    print(f"1..{len(RULES)}")
    for number, rule in enumerate(RULES, 1):
        print(f"{'not ok' if problems[rule] else 'ok'} {number} {rule.__name__.replace('_', '-')}")
        for problem in problems[rule]:
            print(problem, file=sys.stderr)
    return 1 if any(problems.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
