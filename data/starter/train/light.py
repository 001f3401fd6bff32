# SPDX-License-Identifier: GPL-3.0-or-later
"""The colours of a scene: sky, light, ground and leaves by time, weather and season, and the palettes."""

from dataclasses import dataclass

import numpy as np

from canvas import FLOAT, mix, rgb

#: Top, middle and horizon of the sky; what white looks like in that light.
SKY = {
    "dawn": (rgb(126, 160, 222), rgb(246, 186, 200), rgb(255, 230, 196)),
    "day": (rgb(48, 132, 222), rgb(108, 184, 242), rgb(208, 238, 252)),
    "dusk": (rgb(64, 38, 112), rgb(214, 76, 106), rgb(255, 176, 84)),
    "night": (rgb(8, 13, 44), rgb(24, 38, 92), rgb(68, 90, 152)),
}
LIGHT = {
    "dawn": rgb(244, 216, 216),
    "day": rgb(255, 255, 255),
    "dusk": rgb(200, 138, 150),
    "night": rgb(72, 86, 142),
}
CLOUD = {
    "dawn": rgb(255, 232, 226),
    "day": rgb(255, 255, 255),
    "dusk": rgb(252, 158, 138),
    "night": rgb(72, 86, 142),
}
ORB = {
    "dawn": rgb(255, 248, 220),
    "day": rgb(255, 244, 190),
    "dusk": rgb(255, 230, 150),
    "night": rgb(248, 242, 220),
}

#: How much of the sky turns to which grey.
OVERCAST = {
    "cloudy": (rgb(168, 178, 192), 0.3),
    "rain": (rgb(92, 106, 128), 0.65),
    "snow": (rgb(206, 214, 226), 0.5),
}

#: The near and the deep colour of the ground, and leaves.
GROUND = {
    "spring": (rgb(152, 208, 98), rgb(84, 166, 92)),
    "summer": (rgb(92, 166, 80), rgb(40, 112, 74)),
    "autumn": (rgb(224, 152, 60), rgb(166, 82, 44)),
    "winter": (rgb(242, 247, 253), rgb(184, 206, 230)),
}
LEAF = {
    "spring": rgb(250, 168, 198),
    "summer": rgb(62, 142, 72),
    "autumn": rgb(226, 104, 38),
    "winter": rgb(206, 222, 236),
}
FOREST = {
    "spring": rgb(110, 186, 98),
    "summer": rgb(34, 112, 82),
    "autumn": rgb(208, 104, 40),
    "winter": rgb(150, 180, 200),
}
SAND = (rgb(246, 196, 116), rgb(206, 128, 76))
WINDOW = rgb(255, 216, 112)

#: Dark, middle and light colour of a palette's pictures.
PALETTE = {
    "red": (rgb(58, 6, 14), rgb(214, 48, 42), rgb(255, 222, 200)),
    "green": (rgb(6, 40, 24), rgb(58, 160, 84), rgb(236, 250, 214)),
    "blue": (rgb(6, 16, 64), rgb(48, 108, 214), rgb(220, 238, 255)),
    "purple": (rgb(32, 10, 60), rgb(142, 70, 192), rgb(246, 222, 252)),
    "golden": (rgb(64, 34, 4), rgb(222, 160, 40), rgb(255, 246, 200)),
}


@dataclass(frozen=True)
class Light:
    """The colours that a scene's time, weather and season give to everything in it."""

    top: np.ndarray
    middle: np.ndarray
    horizon: np.ndarray
    white: np.ndarray
    night: bool
    lamps: bool
    season: str

    def on(self, colour):
        """Return `colour` as it looks in this light."""
        return (colour * self.white + self.horizon * FLOAT(0.06)).astype(FLOAT)

    def on_thing(self, colour):
        """Return `colour` as an object shows it: brighter than the land by dusk and by night, so that it can be named."""
        return (colour * mix(self.white, FLOAT(1), 0.3) + self.horizon * FLOAT(0.06)).astype(FLOAT)

    def far(self, colour, nearness):
        """Return `colour` in this light, faded to the horizon's the farther it is (`nearness` 0 to 1)."""
        return mix(self.horizon, self.on(colour), 0.3 + 0.7 * nearness)


def light_of(scene):
    """Return the light of `scene`."""
    top, middle, horizon = SKY[scene.time]
    white = LIGHT[scene.time]
    if scene.weather in OVERCAST:
        grey, share = OVERCAST[scene.weather]
        grey = grey * mix(white, rgb(255, 255, 255), 0.1)
        top, middle, horizon = (
            mix(top, grey, share),
            mix(middle, grey, share),
            mix(horizon, grey, share * 0.8),
        )
    if scene.weather == "rain":
        white = white * FLOAT(0.8)
    return Light(
        top,
        middle,
        horizon,
        white,
        night=scene.time == "night",
        lamps=scene.time in ("dusk", "night"),
        season=scene.season,
    )


def toned(pixels, palette):
    """Return the picture in the three colours of `palette` by its brightness."""
    if palette == "none":
        return pixels
    dark, middle, bright = PALETTE[palette]
    value = np.clip((pixels @ np.array((0.3, 0.59, 0.11), FLOAT))[..., None] * 1.05 - 0.04, 0, 1)
    tone = np.where(
        value < 0.5,
        mix(dark, middle, 0) + (middle - dark) * (value * 2),
        middle + (bright - middle) * (value * 2 - 1),
    )
    return mix(pixels, tone.astype(FLOAT), 0.86)
