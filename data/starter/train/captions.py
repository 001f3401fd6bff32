# SPDX-License-Identifier: GPL-3.0-or-later
"""What a person might type for a scene: tag lists and sentences in several lengths, with synonyms.

A caption never says everything.  `describe` also returns which attributes it does say, so that the text encoder can be
taught to find exactly those.
"""

from dataclasses import dataclass, field

import world

TIME = {
    "dawn": (
        "at dawn",
        "at sunrise",
        "in the early morning",
        "dawn",
        "sunrise",
        "early morning",
        "morning light",
    ),
    "day": (
        "by day",
        "at noon",
        "in daylight",
        "at midday",
        "noon",
        "daytime",
        "day",
        "daylight",
        "sunny day",
    ),
    "dusk": (
        "at dusk",
        "at sunset",
        "in the evening",
        "dusk",
        "sunset",
        "evening",
        "evening light",
        "twilight",
        "sundown",
    ),
    "night": (
        "at night",
        "by night",
        "under the stars",
        "night",
        "midnight",
        "in the dark",
        "night sky",
        "starry night",
    ),
}
WEATHER = {
    "clear": ("clear sky", "clear", "cloudless sky", "fine weather", "under a clear sky", "clear weather"),
    "cloudy": (
        "cloudy",
        "clouds",
        "cloudy sky",
        "with clouds",
        "overcast",
        "under clouds",
        "clouds in the sky",
    ),
    "rain": ("rain", "rainy", "in the rain", "raining", "rainy weather", "heavy rain", "storm", "stormy"),
    "snow": (
        "snowing",
        "snowfall",
        "falling snow",
        "in the snow",
        "snow",
        "snowy",
        "snowflakes",
        "snowstorm",
    ),
}
TERRAIN = {
    "mountains": (
        "mountains",
        "snowy peaks",
        "a mountain range",
        "a mountain landscape",
        "the alps",
        "mountain peaks",
        "mountain",
    ),
    "hills": (
        "hills",
        "rolling hills",
        "green hills",
        "hilly countryside",
        "meadows",
        "fields",
        "the countryside",
        "a valley",
    ),
    "forest": ("a forest", "forest", "woods", "the woods", "a pine forest", "a deep forest", "woodland"),
    "desert": ("a desert", "desert", "sand dunes", "desert dunes", "dunes", "the sahara"),
    "lake": (
        "a lake",
        "lake",
        "a calm lake",
        "lakeside",
        "a mountain lake",
        "a lake with mountains",
        "a still lake",
    ),
    "sea": ("the sea", "sea", "a coast", "the ocean", "ocean", "the seaside", "a beach", "coast", "seashore"),
}
SEASON = {
    "spring": ("spring", "in spring", "springtime", "spring blossom", "blooming"),
    "summer": ("summer", "in summer", "summertime"),
    "autumn": ("autumn", "in autumn", "fall colours", "autumn colours", "autumn leaves", "in fall"),
    "winter": ("winter", "in winter", "wintry", "covered in snow", "wintertime"),
}
PALETTE = {
    "red": ("red", "crimson", "scarlet"),
    "green": ("green", "emerald"),
    "blue": ("blue", "deep blue"),
    "purple": ("purple", "violet"),
    "golden": ("golden", "gold", "amber"),
}
PALETTE_FORMS = (
    "all in {}",
    "{} colours",
    "{} tones",
    "{} palette",
    "in {}",
    "{} light",
    "{} monochrome",
    "everything {}",
)
STYLE = {
    "poster": ("flat poster", "poster", "flat illustration", "vector art", "illustration", "minimal poster"),
    "papercut": ("paper cut", "papercut", "paper art", "layered paper", "cut paper collage", "paper cutout"),
    "print": (
        "vintage print",
        "old print",
        "vintage postcard",
        "retro print",
        "vintage poster",
        "old postcard",
    ),
}
THING = {
    "cabin": ("cabin", "house", "cottage", "hut", "small house", "log cabin", "home"),
    "lighthouse": ("lighthouse", "red and white lighthouse", "light house", "striped lighthouse"),
    "sailboat": ("sailboat", "boat", "sailing boat", "ship", "yacht", "sail boat"),
    "balloon": ("hot air balloon", "balloon", "hot-air balloon", "air balloon"),
    "tent": ("tent", "camping tent", "camp"),
    "palm": ("palm tree", "palm", "coconut palm"),
    "pines": ("pine trees", "pines", "fir trees", "conifers", "three pines", "firs"),
}
PLURAL = ("pine trees", "pines", "fir trees", "conifers", "three pines", "firs")
COLOUR = {"red": ("red",), "blue": ("blue",), "yellow": ("yellow",), "white": ("white",)}
PLACE = {
    "left": ("on the left", "to the left", "left", "on the left side", "at left", "left side"),
    "right": ("on the right", "to the right", "right", "on the right side", "at right", "right side"),
    "centre": (
        "in the centre",
        "in the middle",
        "centre",
        "in the center",
        "center",
        "in the foreground centre",
    ),
}
LARGE, SMALL = ("big", "large", "huge"), ("small", "little", "tiny", "distant")
ORB = {
    "dawn": ("the rising sun", "the sun", "sun", "a pale sun"),
    "day": ("the sun", "sun", "a bright sun"),
    "dusk": ("the setting sun", "the sun", "sun", "a low sun"),
    "night": ("the moon", "moon", "a full moon", "moonlight", "a bright moon"),
}
LEADS = ("a picture of ", "a painting of ", "an image of ", "a landscape with ", "view of ", "a scene of ")


@dataclass
class Caption:
    """A caption and what it says: `said` maps a field of SPEC to its value ('' where the caption is silent)."""

    text: str
    said: dict = field(default_factory=dict)


def _spec():
    fields = {
        "time": world.TIMES,
        "weather": world.WEATHERS,
        "terrain": world.TERRAINS,
        "season": world.SEASONS,
        "palette": world.PALETTES[1:],
        "style": world.STYLES,
        "orb": ("anywhere",) + world.PLACES,
    }
    for kind in world.OBJECTS:
        fields[kind] = ("anywhere",) + world.PLACES
        fields[kind + " size"] = ("large", "small")
        if kind in world.COLOURED:
            fields[kind + " colour"] = world.COLOURS
    return {name: ("",) + values for name, values in fields.items()}


#: Every field a caption can speak of, with its possible values; the first, '', is silence.
SPEC = _spec()


class _Writer:
    """Writes one caption, keeping count of what it says."""

    def __init__(self, scene, random):
        self.scene, self.random, self.said = scene, random, {}

    def chance(self, share):
        return self.random.random() < share

    def pick(self, words):
        return words[int(self.random.integers(len(words)))]

    def say(self, name, value, words, share):
        """With probability `share` note that the caption says `value` of `name`, and return one of `words`."""
        if not self.chance(share):
            return ""
        self.said[name] = value
        return self.pick(words)

    def placed(self, name, place, words, share):
        """Return `words` with, at a chance of `share`, the place behind them."""
        self.said[name] = "anywhere"
        if not self.chance(share):
            return words
        self.said[name] = place
        return words + " " + self.pick(PLACE[place])

    def thing(self, thing):
        name = self.pick(THING[thing.kind])
        plural = name in PLURAL
        if thing.colour and self.chance(0.6):
            self.said[thing.kind + " colour"] = thing.colour
            name = self.pick(COLOUR[thing.colour]) + " " + name
        if self.chance(0.25):
            self.said[thing.kind + " size"] = "large" if thing.large else "small"
            name = self.pick(LARGE if thing.large else SMALL) + " " + name
        if not plural and self.chance(0.8):
            name = self.pick(("a ", "a ", "one ", "the ")) + name
        return self.placed(thing.kind, thing.place, name, 0.72)

    def orb(self):
        if not self.scene.orb or not self.chance(0.5):
            return ""
        return self.placed("orb", self.scene.orb, self.pick(ORB[self.scene.time]), 0.6)

    def terrain(self):
        scene = self.scene
        words = self.say("terrain", scene.terrain, TERRAIN[scene.terrain], 1.0)
        green = scene.season in ("spring", "summer") and scene.palette == "none"
        return words if green or words != "green hills" else "hills"

    def palette(self):
        scene = self.scene
        if scene.palette == "none":
            return ""
        words = self.say("palette", scene.palette, PALETTE[scene.palette], 0.95)
        return self.pick(PALETTE_FORMS).format(words) if words and self.chance(0.6) else words

    def parts(self):
        """Return the caption's parts by name."""
        scene = self.scene
        season = 0.25 if scene.season == "summer" else 0.8
        return {
            "terrain": self.terrain(),
            "time": self.say("time", scene.time, TIME[scene.time], 0.85),
            "weather": self.say(
                "weather", scene.weather, WEATHER[scene.weather], 0.35 if scene.weather == "clear" else 0.9
            ),
            "season": ""
            if scene.terrain == "desert"
            else self.say("season", scene.season, SEASON[scene.season], season),
            "palette": self.palette(),
            "style": self.say(
                "style", scene.style, STYLE[scene.style], 0.3 if scene.style == "poster" else 0.93
            ),
            "orb": self.orb(),
            "things": [self.thing(thing) for thing in scene.things if self.chance(0.95)],
        }

    def tags(self, parts):
        """A list of tags in any order; an object, where there is one, is often first."""
        things = parts.pop("things")
        words = [part for part in parts.values() if part]
        self.random.shuffle(words)
        for thing in things:
            words.insert(0 if self.chance(0.6) else int(self.random.integers(len(words) + 1)), thing)
        return self.pick((", ", ", ", ", ", " ")).join(words)

    def sentence(self, parts):
        """A sentence with the terrain at its head or behind the objects."""
        head = ""
        if parts["style"]:
            head = parts["style"] + (" of " if self.chance(0.8) else ", ")
        elif self.chance(0.3):
            head = self.pick(LEADS)
        body = parts["terrain"]
        if parts["things"]:
            objects = " and ".join(parts["things"])
            joint = self.pick((" in front of ", " and ", " with ", ", ", " by ", " near ", " at ", " in "))
            body = self.pick((objects + joint + body, body + " with " + objects, body + ", " + objects))
        if parts["palette"] and " " not in parts["palette"] and self.chance(0.6):
            body, parts["palette"] = parts["palette"] + " " + body, ""
        tail = [parts[name] for name in ("time", "weather", "season", "palette") if parts[name]]
        self.random.shuffle(tail)
        if parts["orb"]:
            tail.append(self.pick(("", "with ")) + parts["orb"])
        return head + body + "".join(self.pick((", ", ", ", " ")) + part for part in tail)


def describe(scene, random):
    """Return one of the many captions of `scene`, drawn with the generator `random`."""
    writer = _Writer(scene, random)
    parts = writer.parts()
    text = writer.tags(parts) if random.random() < 0.5 else writer.sentence(parts)
    return Caption(text, {name: writer.said.get(name, "") for name in SPEC})
