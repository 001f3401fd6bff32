#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the tables and plots of docs/performance.md from what compare.py measured.

  peers/bin/pip install matplotlib && peers/bin/python docs/performance/report.py

Every NAME.json beside this file becomes a plot, NAME.svg, and a table in the page, between the line that begins with
"<!-- measured" and the one that ends it.
"""
import json
import pathlib
import statistics

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "pentimento"
from matplotlib import pyplot  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent / "performance.md"
BEGIN, END = "<!-- measured: made by performance/report.py -->\n", "<!-- end of what was measured -->\n"
PARTS = {"step": "a guided step", "decode": "decoding"}
OURS = "pentimento"


def is_ours(name):
    return name.startswith(OURS)


def best_peer(contenders, part):
    """The name of the fastest that is not ours."""
    times = {name: statistics.median(told[part]) for name, told in contenders.items() if not is_ours(name)}
    return min(times, key=times.get)


def cell(seconds):
    return f"{statistics.median(seconds):.3f} ({min(seconds):.3f} to {max(seconds):.3f})"


def make_table(told):
    lines = ["| size | engine | " + " | ".join(f"seconds of {words}" for words in PARTS.values()) + " |", "|---|---|---|---|"]
    for size, contenders in told["results"].items():
        for name, times in contenders.items():
            lines.append(f"| {size} | {name} | " + " | ".join(cell(times[part]) for part in PARTS) + " |")
        for name in filter(is_ours, contenders):
            ratios = []
            for part in PARTS:
                peer = best_peer(contenders, part)
                ratio = statistics.median(contenders[name][part]) / statistics.median(contenders[peer][part])
                ratios.append(f"**{ratio:.2f}** of {peer}")
            lines.append(f"| {size} | {name}, ratio to the best peer | " + " | ".join(ratios) + " |")
    return "\n".join(lines) + "\n"


def describe(told):
    machine, versions = told["machine"], told["versions"]
    engines = ", ".join(f"{name} {version}" for name, version in versions.items())
    features = f" with {', '.join(machine['features'])}" if machine["features"] else ""
    return (f"{machine['processor']}{features}, {machine['processors']} processors, {machine['memory_gib']} GiB, "
            f"{machine['system']}; {engines}; {told['date']}. Medians of {told['rounds']} rounds of {told['runs']} runs, least and "
            f"greatest in brackets.\n")


def plot(told, file):
    sizes = list(told["results"])
    figure, axes = pyplot.subplots(len(sizes), len(PARTS), figsize=(10, 1 + 1.9 * len(sizes)), squeeze=False)
    for row, size in zip(axes, sizes):
        for panel, (part, words) in zip(row, PARTS.items()):
            contenders = told["results"][size]
            names = sorted(contenders, key=lambda name: -statistics.median(contenders[name][part]))
            medians = [statistics.median(contenders[name][part]) for name in names]
            spread = [[m - min(contenders[name][part]) for name, m in zip(names, medians)],
                      [max(contenders[name][part]) - m for name, m in zip(names, medians)]]
            panel.barh(names, medians, xerr=spread, color=["#c0582b" if is_ours(name) else "#9a9996" for name in names])
            panel.set_title(f"{size} x {size}: seconds of {words}", fontsize=10)
            panel.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})
    pyplot.close(figure)


def main():
    text = ""
    for source in sorted(HERE.glob("*.json")):
        told = json.loads(source.read_text())
        plot(told, source.with_suffix(".svg"))
        text += f"{describe(told)}\n{make_table(told)}\n![{source.stem}](performance/{source.stem}.svg)\n\n"
    page = PAGE.read_text()
    head, rest = page.split(BEGIN, 1)
    PAGE.write_text(head + BEGIN + "\n" + text + END + rest.split(END, 1)[1])


if __name__ == "__main__":
    main()
