#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small edit in a photograph costs what its region costs. That its other
pixels stay is for tests/pipeline/test-editing.c to see.
"""
import json

from cli_fixture import Case, check, equal, main, write_png

WIDTH, HEIGHT, SIDE = 6000, 4000, 600
LEFT, TOP = 3100, 1700
GIB = 1 << 30


def photograph():
    """Rows that differ from one another, and pixels within them."""
    row = bytearray()
    for x in range(WIDTH):
        row += bytes(((x * 7 >> 4) & 255, (x * 3 >> 5) & 255, (x >> 3) * 5 & 255))
    return b"".join(bytes(row[3 * (y % 50):]) + bytes(row[:3 * (y % 50)]) for y in range(HEIGHT))


def square():
    empty, line = bytes(WIDTH), bytes(LEFT) + b"\xff" * SIDE + bytes(WIDTH - LEFT - SIDE)
    return b"".join(line if TOP <= y < TOP + SIDE else empty for y in range(HEIGHT))


class Large(Case):
    def test_photograph(self):
        write_png(self.work / "photo.png", WIDTH, HEIGHT, 3, photograph())
        write_png(self.work / "mask.png", WIDTH, HEIGHT, 1, square())
        small = json.loads(self.generate("--width", 640, "--height", 640, "--output", "a.png", "--json").out)
        edit = json.loads(self.generate("--init", "photo.png", "--mask", "mask.png", "--fill", "blur", "--output", "b.png",
                                        "--json").out)

        # The mask is more than twice as wide as the starter model's pictures, so the region is made smaller.
        _, _, width, height = map(int, edit["recipe"]["computed"].split(","))
        check(SIDE < width <= 3 * SIDE and SIDE < height <= 3 * SIDE, edit["recipe"]["computed"])
        run_width, run_height = map(int, edit["recipe"]["computed_size"].split("x"))
        check(run_width * run_height <= 1.6 * 256 * 256, edit["recipe"]["computed_size"])
        memory = edit["peak_memory_bytes"] - small["peak_memory_bytes"]
        check(memory < 1.5 * GIB, f"{memory / GIB:.2f} GiB more than a picture of 640 x 640")
        print(f"# {edit['peak_memory_bytes'] / GIB:.2f} GiB at most, {small['peak_memory_bytes'] / GIB:.2f} GiB for a "
              f"picture of 640 x 640; computed {edit['recipe']['computed']} at {edit['recipe']['computed_size']}")
        equal((edit["recipe"]["width"], edit["recipe"]["height"]), (WIDTH, HEIGHT))


if __name__ == "__main__":
    main(Large)
