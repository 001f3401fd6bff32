#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every string of the studio is in every language, as TAP.

Usage: check-translations.py SOURCE_ROOT
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

MARKS = ("_", "N_", "C_:1c,2", "NC_:1c,2", "ngettext:1,2", "g_dngettext:2,3")


def translatable(root):
    """Files that hold strings for translators."""
    for folder, pattern in (("src", "*.c"), ("ui", "*.ui")):
        for path in sorted((root / folder).rglob(pattern)):
            text = path.read_text(encoding="utf-8")
            if re.search(r'\b(N?_ ?|ngettext ?)\("', text) or 'translatable="yes"' in text:
                yield path.relative_to(root).as_posix()
    for path in sorted((root / "data/desktop").glob("*.in")):
        if path.name.endswith((".desktop.in", ".xml.in")):
            yield path.relative_to(root).as_posix()


def listed(root, name):
    lines = (root / "po" / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def check_list(root):
    """POTFILES names each of those files, and no other."""
    there, known = set(translatable(root)), set(listed(root, "POTFILES"))
    yield from (f"{name} is not in po/POTFILES" for name in sorted(there - known))
    yield from (f"po/POTFILES names {name}, which has no strings" for name in sorted(known - there))


def extract(root, target):
    command = ["xgettext", "--from-code=UTF-8", f"--directory={root}", f"--files-from={root}/po/POTFILES", f"--output={target}"]
    subprocess.run(command + [f"--keyword={mark}" for mark in MARKS], check=True, capture_output=True)


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False)


def check_language(root, language, template, folder):
    """All strings of now are translated, and fit their placeholders."""
    catalogue = root / "po" / f"{language}.po"
    merged = folder / f"{language}.po"
    checked = run("msgfmt", "--check", "--check-accelerators=_", "--output-file=/dev/null", str(catalogue))
    if checked.returncode != 0:
        yield from checked.stderr.splitlines()
    if run("msgmerge", "--no-fuzzy-matching", f"--output-file={merged}", str(catalogue), str(template)).returncode != 0:
        yield f"po/{language}.po cannot be merged with the strings of now"
        return
    missing = run("msgattrib", "--untranslated", "--no-obsolete", "--no-wrap", str(merged)).stdout
    fuzzy = run("msgattrib", "--only-fuzzy", "--no-obsolete", "--no-wrap", str(merged)).stdout
    for text in (missing, fuzzy):
        yield from (f"po/{language}.po lacks {line}" for line in text.splitlines() if re.match(r'msgid "[^"]', line))


def main(root):
    root = pathlib.Path(root).resolve()
    if shutil.which("xgettext") is None:
        print("1..0 # SKIP gettext is not installed")
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        template = folder / "pentimento.pot"
        extract(root, template)
        checks = [("POTFILES", list(check_list(root)))]
        checks += [(language, list(check_language(root, language, template, folder)))
                   for language in listed(root, "LINGUAS")]
    print(f"1..{len(checks)}")
    for number, (what, problems) in enumerate(checks, 1):
        print(f"{'not ok' if problems else 'ok'} {number} {what}")
        for problem in problems:
            print(problem, file=sys.stderr)
    return 1 if any(problems for _, problems in checks) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
