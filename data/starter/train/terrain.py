# SPDX-License-Identifier: GPL-3.0-or-later
"""The land and the water of the six terrains, from the horizon to the viewer's feet, and where objects stand in them."""

import math

import numpy as np

import things
from canvas import FLOAT, ellipse, mix, polygon, rgb
from light import FOREST, GROUND, LEAF, SAND

PLACE = {"left": 0.24, "centre": 0.5, "right": 0.76}
ROCKS = (rgb(98, 108, 146), rgb(124, 100, 118))
WATER = rgb(36, 108, 160)
WHITE = rgb(255, 255, 255)


class Land:
    """Paints one scene's terrain; `horizon` is the row where the sky ends, `orb` what is mirrored in water or None."""

    def __init__(self, canvas, random, scene, light, horizon, orb):
        self.canvas, self.random, self.scene = canvas, random, scene
        self.light, self.horizon, self.orb = light, horizon, orb
        self.near, self.deep = SAND if scene.terrain == "desert" else GROUND[scene.season]
        self.white = scene.season == "winter"

    def paint(self):
        """Draw the terrain with the scene's objects in it."""
        getattr(self, "_" + self.scene.terrain)()

    # ------------------------------------------------------------------ pieces

    def _wave(self, base, swing, waves):
        """A smooth line of hills around height `base` (a share of the picture's height)."""
        canvas, random = self.canvas, self.random
        x = np.arange(canvas.width, dtype=FLOAT) / FLOAT(canvas.unit)
        line = np.zeros(canvas.width, FLOAT)
        for share, factor in ((1.0, 1.0), (0.4, 2.3)):
            turn = random.random() * 2 * math.pi
            rate = waves * factor * (0.85 + 0.3 * random.random())
            line += FLOAT(share) * np.sin(x * FLOAT(2 * math.pi * rate) + FLOAT(turn))
        return FLOAT(base * canvas.height) - FLOAT(swing * canvas.unit) * line

    def _ground(self, base, swing, waves, nearness, near=None, deep=None):
        """Fill a hill and return its line."""
        line = self._wave(base, swing, waves)
        near = self.near if near is None else near
        deep = self.deep if deep is None else deep
        self.canvas.fill_below(
            line, self.light.far(near, nearness), self.light.far(deep, nearness), self.canvas.height * 0.3
        )
        return line

    def _peak(self, x, base, height, colour, nearness, snow):
        """One mountain: a lit left face, a shaded right face, and a jagged cap of snow."""
        canvas, light, random = self.canvas, self.light, self.random
        half = height * (0.75 + 0.15 * random.random())
        top = (x, base - height)
        fold = [
            (x + half * s * 0.16, base - height * (1 - d))
            for d, s in ((0.22, -0.3), (0.42, 0.6), (0.62, -0.5), (1.0, 0.9))
        ]
        lit, shade = light.far(colour, nearness), light.far(mix(colour, rgb(30, 30, 64), 0.4), nearness)
        canvas.fill([polygon(top, (x + half, base), (x - half, base))], lit, mix(lit, light.horizon, 0.35))
        canvas.fill(
            [polygon(top, (x + half, base), *fold[::-1])],
            shade,
            mix(shade, light.horizon, 0.35),
            shadow=False,
        )
        if not snow:
            return
        cap, bright = 0.34, mix(light.horizon, light.on(rgb(252, 252, 255)), 0.8)
        left, right = (x - half * cap, base - height * (1 - cap)), (x + half * cap, base - height * (1 - cap))
        teeth = [
            (right[0] + (left[0] - right[0]) * i / 6, right[1] + height * (0.09 if i % 2 else -0.05))
            for i in range(1, 6)
        ]
        canvas.fill([polygon(top, right, *teeth, left)], bright, shadow=False)
        shaded = [point for point in teeth if point[0] > x]
        canvas.fill(
            [polygon(top, right, *shaded, (x, base - height * (1 - cap)))],
            mix(bright, shade, 0.35),
            shadow=False,
        )

    def _range(self, base, height, nearness, snow, count=3):
        """A row of mountains with their feet on `base`, the highest one not at the edge."""
        canvas, random = self.canvas, self.random
        colour = ROCKS[int(random.integers(2))]
        count = max(2, round(count * canvas.width / canvas.unit))
        peaks = []
        for i in range(count):
            x = canvas.width * (i + 0.5 + 0.36 * (random.random() - 0.5)) / count
            peaks.append((x, height * canvas.unit * (0.68 + 0.32 * random.random())))
        for x, tall in sorted(peaks, key=lambda peak: -peak[1]):
            self._peak(x, base * canvas.height + 2, tall, colour, nearness, snow)

    def _firs(self, line, size, colour, spacing):
        """A row of small firs along a line."""
        canvas, random = self.canvas, self.random
        shapes, x = [], -0.5 * spacing * canvas.unit
        while x < canvas.width + spacing * canvas.unit:
            tall = size * canvas.unit * (0.75 + 0.5 * random.random())
            y = line[int(np.clip(x, 0, canvas.width - 1))] + tall * 0.15
            shapes.append(polygon((x - tall * 0.27, y), (x, y - tall), (x + tall * 0.27, y)))
            x += spacing * canvas.unit * (0.7 + 0.6 * random.random())
        canvas.fill(shapes, colour)

    def _water(self, top, mirror):
        """Water from row `top` down, mirroring the picture above it by the share `mirror`."""
        canvas, light, random = self.canvas, self.light, self.random
        top = int(top)
        rows = canvas.height - top
        above = canvas.pixels[np.clip(2 * top - np.arange(top, canvas.height) - 1, 0, top - 1)]
        colour = light.on(WATER)
        far, near = mix(light.horizon, colour, 0.5), mix(colour, rgb(8, 20, 50), 0.25)
        share = np.linspace(0, 1, rows, dtype=FLOAT)[:, None, None]
        canvas.pixels[top:] = above * FLOAT(mirror) + (far + (near - far) * share) * FLOAT(1 - mirror)
        if self.orb is not None:
            for i in range(7):
                y = top + rows * ((i + 0.6) / 7) ** 1.2
                half = self.orb.radius * (1.1 - 0.09 * i) * (0.7 + 0.5 * random.random())
                canvas.fill(
                    [ellipse(self.orb.x, y, half, canvas.unit * 0.007)],
                    mix(self.orb.colour, light.horizon, 0.25),
                    alpha=0.8,
                )
        for _ in range(8):
            x, y = random.random() * canvas.width, top + rows * (0.06 + 0.9 * random.random())
            half = canvas.unit * (0.04 + 0.06 * random.random())
            canvas.fill(
                [ellipse(x, y, half, canvas.unit * 0.0045)], mix(light.horizon, WHITE, 0.4), alpha=0.45
            )

    # ----------------------------------------------------------------- objects

    def _stand(self, kinds, foot):
        """Draw the scene's objects of `kinds`, small ones first; `foot(thing, x)` is the row each stands on."""
        canvas, random = self.canvas, self.random
        chosen = [thing for thing in self.scene.things if thing.kind in kinds]
        for thing in sorted(chosen, key=lambda thing: thing.large):
            x = canvas.width * (PLACE[thing.place] + 0.05 * (random.random() - 0.5))
            size = (
                canvas.unit
                * things.SIZE[thing.kind][0 if thing.large else 1]
                * (0.95 + 0.1 * random.random())
            )
            things.paint(canvas, self.light, thing, x, foot(thing, x), size)

    def _stand_on(self, line):
        """Draw the objects that stand on the ground."""
        canvas = self.canvas
        kinds = ("cabin", "lighthouse", "tent", "palm", "pines")
        self._stand(kinds, lambda thing, x: line[int(np.clip(x, 0, canvas.width - 1))] + canvas.unit * 0.04)

    def _float_in_air(self):
        canvas = self.canvas
        self._stand(
            ("balloon",), lambda thing, x: canvas.height * 0.5 + canvas.unit * (0.08 if thing.large else 0.0)
        )

    def _float_on_water(self, row):
        self._stand(("sailboat",), lambda thing, x: row + self.canvas.unit * (0.05 if thing.large else 0.0))

    # ---------------------------------------------------------------- terrains

    def _mountains(self):
        light = self.light
        self._range(0.7, 0.44, 0.35, True)
        self._float_in_air()
        line = self._ground(0.7, 0.018, 1.0, 0.7)
        self._firs(line, 0.075, light.far(mix(FOREST[self.scene.season], self.deep, 0.3), 0.75), 0.045)
        self._stand_on(self._ground(0.84, 0.014, 0.6, 1.0))

    def _hills(self):
        light, canvas, random = self.light, self.canvas, self.random
        self._ground(0.56, 0.035, 1.1, 0.25)
        self._ground(0.64, 0.035, 0.9, 0.5)
        self._float_in_air()
        line = self._ground(0.73, 0.03, 0.7, 0.75)
        leaf = light.far(LEAF[self.scene.season], 0.8)
        for i in range(max(3, round(6 * canvas.width / canvas.unit))):
            x = canvas.unit * (i + 0.2 + 0.6 * random.random()) / 6
            y, radius = (
                line[int(np.clip(x, 0, canvas.width - 1))],
                canvas.unit * (0.026 + 0.012 * random.random()),
            )
            canvas.fill(
                [ellipse(x, y - radius * 0.6, radius, radius * 1.15)],
                leaf,
                mix(leaf, light.on(self.deep), 0.4),
            )
        self._stand_on(self._ground(0.85, 0.018, 0.5, 1.0))

    def _forest(self):
        light = self.light
        green = FOREST[self.scene.season]
        for base, size, nearness, spacing in (
            (0.56, 0.15, 0.2, 0.055),
            (0.66, 0.2, 0.5, 0.08),
            (0.78, 0.27, 0.85, 0.115),
        ):
            if nearness > 0.8:
                self._float_in_air()
            line = self._wave(base, 0.012, 0.8)
            colour = light.far(mix(green, rgb(20, 50, 60), 0.3 * nearness), nearness)
            self._firs(line, size, colour, spacing)
            self.canvas.fill_below(
                line, colour, mix(colour, light.horizon, 0.4 * (1 - nearness) + 0.1), self.canvas.height * 0.2
            )
        self._stand_on(self._ground(0.86, 0.014, 0.6, 1.0))

    def _desert(self):
        light, canvas = self.light, self.canvas
        self._ground(0.58, 0.02, 0.7, 0.3)
        self._ground(0.66, 0.028, 0.6, 0.55)
        self._float_in_air()
        for base, nearness in ((0.75, 0.8), (0.86, 1.0)):
            crest = self._wave(base, 0.03, 0.5)
            canvas.fill_below(
                crest,
                light.far(SAND[0], nearness),
                light.far(mix(*SAND, 0.45), nearness),
                canvas.height * 0.2,
            )
            shade = crest + np.maximum(0, self._wave(0.02, 0.06, 0.5) + FLOAT(0.02 * canvas.unit))
            canvas.fill_below(
                shade,
                light.far(SAND[1], nearness),
                light.far(mix(SAND[1], rgb(150, 84, 60), 0.6), nearness),
                canvas.height * 0.25,
            )
        self._stand_on(crest)

    def _lake(self):
        light, canvas = self.light, self.canvas
        self._range(0.6, 0.32, 0.3, True)
        line = self._ground(0.585, 0.006, 1.2, 0.55)
        self._firs(line, 0.06, light.far(mix(FOREST[self.scene.season], self.deep, 0.3), 0.65), 0.036)
        self._float_in_air()
        self._water(canvas.height * 0.62, 0.6)
        self._float_on_water(canvas.height * 0.77)
        self._stand_on(self._ground(0.9, 0.012, 0.5, 1.0))

    def _sea(self):
        light, canvas = self.light, self.canvas
        self._float_in_air()
        self._water(self.horizon, 0.35)
        self._float_on_water(self.horizon + canvas.unit * 0.16)
        line = self._wave(0.91, 0.012, 0.5)
        for thing in self.scene.things:
            if thing.kind in ("lighthouse", "palm", "cabin"):
                away = (np.arange(canvas.width) / canvas.width - PLACE[thing.place]) ** 2
                line = line - FLOAT(canvas.unit * 0.07) * np.exp(-away / 0.05).astype(FLOAT)
        sand = rgb(242, 214, 158) if not self.white else rgb(238, 243, 249)
        foam = mix(light.horizon, WHITE, 0.55)
        canvas.fill_below(line - canvas.unit * 0.014, foam, foam, canvas.height)
        canvas.fill_below(line, light.on(sand), light.on(sand * FLOAT(0.8)), canvas.height * 0.2)
        self._stand_on(line)
