#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the tables and plots of docs/performance.md from what compare.py and "bench --operators" measured.

  peers/bin/pip install matplotlib && peers/bin/python docs/performance/report.py

Every NAME.json beside this file, written by compare.py --json or by pentimento-cli bench --operators --json, becomes a
plot, NAME.svg, and a table in the page, between the line that begins with "<!-- measured" and the one that ends it.
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
PRODUCTS = ("conv2d", "linear", "geglu")
COLOUR, GREY = "#c0582b", "#9a9996"
#: Operators that take less of a step are put together.
LEAST_SHARE = 0.02


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


def plot_comparison(told, file):
    sizes = list(told["results"])
    figure, axes = pyplot.subplots(len(sizes), len(PARTS), figsize=(10, 1 + 1.9 * len(sizes)), squeeze=False)
    for row, size in zip(axes, sizes):
        for panel, (part, words) in zip(row, PARTS.items()):
            contenders = told["results"][size]
            names = sorted(contenders, key=lambda name: -statistics.median(contenders[name][part]))
            medians = [statistics.median(contenders[name][part]) for name in names]
            spread = [[m - min(contenders[name][part]) for name, m in zip(names, medians)],
                      [max(contenders[name][part]) - m for name, m in zip(names, medians)]]
            panel.barh(names, medians, xerr=spread, color=[COLOUR if is_ours(name) else GREY for name in names])
            panel.set_title(f"{size} x {size}: seconds of {words}", fontsize=10)
            panel.spines[["top", "right"]].set_visible(False)
    save(figure, file)


def save(figure, file):
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})
    pyplot.close(figure)


def compare(told, file):
    """The text about a file of compare.py's, and its plot."""
    plot_comparison(told, file)
    return f"{describe(told)}\n{make_table(told)}\n"


def tell_rate(operator):
    """Operations a second, or bytes where those are more, as for what only moves them."""
    if operator["gflops"] > operator["gigabytes_per_second"]:
        return f"{operator['gflops']:.0f} GFLOP/s"
    return f"{operator['gigabytes_per_second']:.1f} GB/s"


def make_operator_table(operators):
    lines = ["| operator | calls | share of the step | rate | of the device's limit |", "|---|---|---|---|---|"]
    large = [operator for operator in operators if operator["share"] >= LEAST_SHARE]
    for o in sorted(large, key=lambda operator: -operator["share"]):
        lines.append(f"| {o['operator']} {o['shape']} | {o['calls']} | {o['share']:.1%} | {tell_rate(o)} | {o['roofline_share']:.0%} |")
    small = [operator for operator in operators if operator["share"] < LEAST_SHARE]
    lines.append(f"| {len(small)} others | {sum(o['calls'] for o in small)} | {sum(o['share'] for o in small):.1%} | | |")
    return "\n".join(lines) + "\n"


def plot_operators(operators, file):
    kinds = {}
    for operator in operators:
        kinds[operator["operator"]] = kinds.get(operator["operator"], 0) + operator["share"]
    names = sorted(kinds, key=kinds.get)
    figure, panel = pyplot.subplots(figsize=(8, 0.6 + 0.3 * len(names)))
    panel.barh(names, [100 * kinds[name] for name in names],
               color=[COLOUR if name in PRODUCTS else GREY for name in names])
    panel.set_xlabel("percent of a guided step; in colour what is a product")
    panel.spines[["top", "right"]].set_visible(False)
    save(figure, file)


def profile(told, file):
    """The text about a file of bench's, and its plot."""
    run = told["runs"][0]
    operators, limit = run["unet"]["operators"], run["roofline"]
    plot_operators(operators, file)
    products = sum(operator["share"] for operator in operators if operator["operator"] in PRODUCTS)
    return (f"Operators of a guided step of {told['model']} at {run['width']} x {run['height']}: {told['device_name']}, "
            f"{told['precision']}; limits {limit['gflops']:.0f} GFLOP/s and {limit['gigabytes_per_second']:.1f} GB/s. "
            f"Products take {products:.0%} of {run['unet']['seconds']:.2f} s.\n\n{make_operator_table(operators)}\n")


def main():
    comparisons, profiles = "", ""
    for source in sorted(HERE.glob("*.json")):
        told, file = json.loads(source.read_text()), source.with_suffix(".svg")
        picture = f"![{source.stem}](performance/{source.stem}.svg)\n\n"
        if "results" in told:
            comparisons += compare(told, file) + picture
        else:
            profiles += profile(told, file) + picture
    page = PAGE.read_text()
    head, rest = page.split(BEGIN, 1)
    text = f"\n{comparisons}## Operator by operator\n\n{profiles}"
    PAGE.write_text(head + BEGIN + text + END + rest.split(END, 1)[1])


if __name__ == "__main__":
    main()
