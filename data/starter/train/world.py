# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be in a picture: the attributes of a scene and how scenes are drawn by lot.

A scene is fully described by its attributes and one number (`Scene.key`) from which the renderer takes its small
accidents (the shape of a ridge, where a cloud hangs).  The same key always gives the same scene and the same picture.
"""

from dataclasses import dataclass, replace

import numpy as np

TIMES = ("dawn", "day", "dusk", "night")
WEATHERS = ("clear", "cloudy", "rain", "snow")
TERRAINS = ("mountains", "hills", "forest", "desert", "lake", "sea")
SEASONS = ("spring", "summer", "autumn", "winter")
PALETTES = ("none", "red", "green", "blue", "purple", "golden")
STYLES = ("poster", "papercut", "print")
PLACES = ("left", "centre", "right")
OBJECTS = ("cabin", "lighthouse", "sailboat", "balloon", "tent", "palm", "pines")
COLOURS = ("red", "blue", "yellow", "white")

#: Objects that come in a colour of their own; the others look the same everywhere.
COLOURED = ("cabin", "sailboat", "balloon", "tent")

#: Which objects may stand in which terrain.
AT_HOME = {
    "mountains": ("cabin", "pines", "tent", "balloon"),
    "hills": ("cabin", "pines", "tent", "balloon"),
    "forest": ("cabin", "tent", "balloon"),
    "desert": ("palm", "tent", "balloon"),
    "lake": ("sailboat", "cabin", "pines", "tent", "balloon"),
    "sea": ("lighthouse", "sailboat", "palm", "cabin", "balloon"),
}

#: Training pictures use keys below this number, held-out ones use keys from it on.
HELD_OUT = 1 << 30

_MIRRORED = {"left": "right", "right": "left", "centre": "centre", "": ""}


@dataclass(frozen=True)
class Thing:
    """One object of a scene: its kind, its place from the left, whether it is large, and its colour or ''."""

    kind: str
    place: str
    large: bool
    colour: str


@dataclass(frozen=True)
class Scene:
    """All attributes of one picture.  `orb` is the place of the sun or the moon, '' where there is none."""

    key: int
    time: str
    weather: str
    terrain: str
    season: str
    palette: str
    style: str
    orb: str
    things: tuple[Thing, ...]


def _choose(random, values, weights=None):
    return values[int(random.choice(len(values), p=weights))]


def _things(random, terrain):
    """Draw zero to two objects, each in a place of its own."""
    kinds = list(AT_HOME[terrain])
    random.shuffle(kinds)
    places = list(PLACES)
    random.shuffle(places)
    count = _choose(random, (0, 1, 2), (0.14, 0.62, 0.24))
    return tuple(
        Thing(
            kind=kind,
            place=place,
            large=bool(random.random() < 0.75),
            colour=_choose(random, COLOURS) if kind in COLOURED else "",
        )
        for kind, place in zip(kinds[:count], places)
    )


def draw_scene(key):
    """Return the scene of number `key`."""
    random = np.random.default_rng([int(key), 1])
    time = _choose(random, TIMES, (0.16, 0.34, 0.25, 0.25))
    weather = _choose(random, WEATHERS, (0.52, 0.2, 0.14, 0.14))
    terrain = _choose(random, TERRAINS)
    season = _choose(random, SEASONS, (0.18, 0.42, 0.2, 0.2))
    if weather == "snow":
        season = "winter"
    if terrain == "desert":
        season = "summer"
        weather = "clear" if weather in ("rain", "snow") else weather
    orb = ""
    if random.random() < {"clear": 0.8, "cloudy": 0.35}.get(weather, 0):
        orb = _choose(random, PLACES)
    palette = _choose(random, PALETTES[1:]) if random.random() < 0.25 else "none"
    style = _choose(random, STYLES, (0.66, 0.18, 0.16))
    return Scene(int(key), time, weather, terrain, season, palette, style, orb, _things(random, terrain))


def mirrored(scene):
    """Return the scene whose picture is `scene`'s with left and right exchanged."""
    things = tuple(replace(thing, place=_MIRRORED[thing.place]) for thing in scene.things)
    return replace(scene, things=things, orb=_MIRRORED[scene.orb])
