# SPDX-License-Identifier: GPL-3.0-or-later
"""The model's own words: a byte-pair vocabulary in CLIP's format, learned from captions."""

import collections
import itertools
import re
from pathlib import Path

import numpy as np

import captions
from storage import save_json, write_whole
from world import draw_scene

START, END = "<|startoftext|>", "<|endoftext|>"
MERGES = 1500
CAPTIONS = 30000
SEED = 12
_WORD = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[a-z]+|[0-9]|[^\sa-z0-9]+")

#: Words that people try and captions lack: they should not fall apart into letters.
MORE_WORDS = [
    "beautiful",
    "cozy",
    "old",
    "tiny",
    "great",
    "green",
    "forest",
    "river",
    "cloud",
    "clouds",
    "bright",
    "dark",
    "pastel",
    "warm",
    "cold",
    "calm",
    "quiet",
    "peaceful",
    "minimalist",
    "landscape",
    "scenery",
    "nature",
    "sky",
    "sunlight",
    "moonlit",
    "snowy",
    "sandy",
    "island",
    "shore",
    "waves",
    "water",
    "wave",
    "hill",
    "valley",
    "road",
    "bridge",
    "city",
    "flower",
    "flowers",
    "field",
    "tree",
    "trees",
    "bird",
    "birds",
    "horizon",
    "gradient",
    "colorful",
    "orange",
    "pink",
    "teal",
    "turquoise",
    "black",
    "grey",
    "silver",
    "misty",
    "foggy",
    "fog",
    "mist",
    "rainbow",
    "castle",
    "tower",
    "ship",
    "barn",
    "farm",
    "village",
    "church",
    "windmill",
]


def _byte_letters():
    """GPT-2's printable stand-in for each of the 256 bytes."""
    printable = list(range(33, 127)) + list(range(161, 173)) + list(range(174, 256))
    letters = {byte: chr(byte) for byte in printable}
    for byte in range(256):
        if byte not in letters:
            letters[byte] = chr(256 + len(letters) - len(printable))
    return letters


def _joined(symbols, pair):
    """Return `symbols` with every neighbouring `pair` made one symbol."""
    result, i = [], 0
    while i < len(symbols):
        if symbols[i : i + 2] == pair:
            result.append(pair[0] + pair[1])
            i += 2
        else:
            result.append(symbols[i])
            i += 1
    return tuple(result)


def learn(texts, merges):
    """Return the vocabulary (token to number) and the list of pairs merged, in order."""
    letters = _byte_letters()
    words = collections.Counter()
    for word, count in collections.Counter(
        word for text in texts for word in _WORD.findall(text.lower())
    ).items():
        symbols = [letters[byte] for byte in word.encode()]
        words[(*symbols[:-1], symbols[-1] + "</w>")] += count
    learned = []
    while len(learned) < merges:
        pairs = collections.Counter()
        for symbols, count in words.items():
            for pair in itertools.pairwise(symbols):
                pairs[pair] += count
        if not pairs:
            break
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        learned.append(best)
        merged = collections.Counter()
        for symbols, count in words.items():
            merged[_joined(symbols, best)] += count
        words = merged
    base = list(letters.values())
    tokens = base + [letter + "</w>" for letter in base] + [a + b for a, b in learned] + [START, END]
    return {token: number for number, token in enumerate(tokens)}, learned


def sample_captions(count):
    """Return captions of the first training scenes, one each."""
    random = np.random.default_rng(SEED)
    return [captions.describe(draw_scene(key), random).text for key in range(count)]


def make(folder):
    """Write the tokenizer's files into `folder` unless they are there."""
    folder = Path(folder)
    if (folder / "tokenizer_config.json").exists():
        return
    vocabulary, pairs = learn(sample_captions(CAPTIONS) + [" ".join(MORE_WORDS)], MERGES)
    special = {"bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END}
    lines = "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in pairs)
    save_json(folder / "vocab.json", vocabulary)
    write_whole(folder / "merges.txt", lambda temporary: temporary.write_text(lines))
    save_json(folder / "special_tokens_map.json", special)
    config = {
        "tokenizer_class": "CLIPTokenizer",
        "model_max_length": 77,
        "do_lower_case": True,
        "errors": "replace",
    }
    save_json(folder / "tokenizer_config.json", config | {"add_prefix_space": False} | special)


def load(folder):
    from transformers import CLIPTokenizer

    return CLIPTokenizer.from_pretrained(folder)


def encode(tokenizer, texts):
    """Return token numbers (n, 77), padded with the end token."""
    return tokenizer(
        texts, padding="max_length", max_length=77, truncation=True, return_tensors="pt"
    ).input_ids
