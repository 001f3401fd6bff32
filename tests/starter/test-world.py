#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests what the starter model is taught from: the scenes, their pictures and their captions."""
import pathlib
import sys
import unittest

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "data" / "starter" / "train"))

import captions  # noqa: E402
import world  # noqa: E402
from render import render  # noqa: E402


def first_scene(**wanted):
    """The first scene with these attributes."""
    for key in range(20000):
        scene = world.draw_scene(key)
        if all(getattr(scene, name) == value for name, value in wanted.items()):
            return scene
    raise AssertionError(f"no scene with {wanted}")


class World(unittest.TestCase):
    def test_a_key_is_one_scene_and_one_picture(self):
        for key in (0, 7, world.HELD_OUT + 3):
            scene = world.draw_scene(key)
            self.assertEqual(scene, world.draw_scene(key))
            np.testing.assert_array_equal(render(scene, 64, 64), render(scene, 64, 64))

    def test_another_key_is_another_picture(self):
        pictures = {render(world.draw_scene(key), 32, 32).tobytes() for key in range(20)}
        self.assertEqual(len(pictures), 20)

    def test_objects_are_at_home_and_apart(self):
        for key in range(2000):
            scene = world.draw_scene(key)
            places = [thing.place for thing in scene.things]
            self.assertEqual(len(places), len(set(places)))
            for thing in scene.things:
                self.assertIn(thing.kind, world.AT_HOME[scene.terrain])
                self.assertEqual(thing.colour != "", thing.kind in world.COLOURED)

    def test_every_word_of_the_world_is_drawn(self):
        scenes = [world.draw_scene(key) for key in range(2000)]
        for name, values in (("time", world.TIMES), ("weather", world.WEATHERS), ("terrain", world.TERRAINS),
                             ("season", world.SEASONS), ("palette", world.PALETTES), ("style", world.STYLES)):
            self.assertEqual({getattr(scene, name) for scene in scenes}, set(values))
        self.assertEqual({thing.kind for scene in scenes for thing in scene.things}, set(world.OBJECTS))

    def test_a_mirrored_scene_mirrored_is_itself(self):
        for key in range(200):
            scene = world.draw_scene(key)
            self.assertEqual(world.mirrored(world.mirrored(scene)), scene)


class Pictures(unittest.TestCase):
    def test_every_terrain_in_every_light_and_shape(self):
        for terrain in world.TERRAINS:
            for time in world.TIMES:
                for width, height in ((48, 48), (72, 48), (48, 72)):
                    picture = render(first_scene(terrain=terrain, time=time), width, height)
                    self.assertEqual((picture.shape, picture.dtype), ((height, width, 3), np.uint8))
                    self.assertGreater(picture.std(), 3)

    def test_night_is_dark_and_day_is_bright(self):
        plain = {"palette": "none", "style": "poster", "weather": "clear"}
        night = render(first_scene(time="night", **plain), 64, 64).mean()
        day = render(first_scene(time="day", **plain), 64, 64).mean()
        self.assertLess(night + 60, day)

    def test_a_palette_is_its_colour(self):
        for palette, channel in (("red", 0), ("green", 1), ("blue", 2)):
            picture = render(first_scene(palette=palette, style="poster"), 64, 64).reshape(-1, 3).mean(0)
            self.assertEqual(int(picture.argmax()), channel, palette)


class Captions(unittest.TestCase):
    def test_a_caption_says_what_is_there(self):
        random = np.random.default_rng(1)
        for key in range(2000):
            scene = world.draw_scene(key)
            said = captions.describe(scene, random).said
            shown = {thing.kind: thing for thing in scene.things}
            for name in ("time", "weather", "terrain", "season", "style"):
                self.assertIn(said[name], ("", getattr(scene, name)))
            self.assertIn(said["palette"], ("", scene.palette))
            for kind in world.OBJECTS:
                self.assertTrue(said[kind] == "" or said[kind] in ("anywhere", shown[kind].place))
                if kind in world.COLOURED:
                    self.assertTrue(said[kind + " colour"] == "" or said[kind + " colour"] == shown[kind].colour)

    def test_what_is_said_can_be_read(self):
        random = np.random.default_rng(2)
        words = {"time": captions.TIME, "terrain": captions.TERRAIN, "style": captions.STYLE}
        for key in range(2000):
            caption = captions.describe(world.draw_scene(key), random)
            self.assertEqual(caption.text, caption.text.lower())
            for name, synonyms in words.items():
                if caption.said[name]:
                    self.assertTrue(any(word in caption.text for word in synonyms[caption.said[name]] + ("hills",)))
            for kind in world.OBJECTS:
                if caption.said[kind]:
                    self.assertTrue(any(word in caption.text for word in captions.THING[kind]))

    def test_the_same_generator_writes_the_same(self):
        for key in range(20):
            first, second = (captions.describe(world.draw_scene(key), np.random.default_rng(key)) for _ in range(2))
            self.assertEqual(first, second)

    def test_they_are_many_and_short(self):
        random = np.random.default_rng(3)
        texts = [captions.describe(world.draw_scene(key), random).text for key in range(3000)]
        self.assertGreater(len(set(texts)), 2800)
        self.assertLess(max(len(text.split()) for text in texts), 60)
        self.assertGreater(min(len(text) for text in texts), 2)


if __name__ == "__main__":
    unittest.main()
