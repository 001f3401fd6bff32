#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the golden tokens of test-tokenizer.c: what transformers' CLIPTokenizer
makes of several hundred texts, with CLIP's own table (tokens-clip.json), with
the starter model's tokenizer (tokens-starter.json), and of a few texts with the
kinds of tokenizer folders there are (tokens-folders.json).

Needs transformers and nothing else. Run it again when the starter model gets
another tokenizer:

    make-token-goldens.py
"""
import json
import pathlib
import random
import tempfile
import unicodedata

from transformers import CLIPTokenizer

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent.parent / "data"
BOS, EOS = "<|startoftext|>", "<|endoftext|>"

PLAIN = """
a photo of a cat|A PHOTO OF A CAT|masterpiece, best quality, 1girl, solo|the cat's whiskers|don't won't can't
they're we've I'm you'll he'd|THEY'RE WE'VE I'M YOU'LL HE'D|rock'n'roll|'s|'t|'re|'ve|'m|'ll|'d|''s|'S|'sss
o'clock o'neill d'artagnan|it’s a curly apostrophe|5's and 10's|a 4k, 8k uhd photo|f/1.4 50mm iso-100|1234567890
3.14159|1,000,000|2024-05-17T10:20:30Z|v1.5.2-rc1|#hashtag @mention|user@example.org|https://example.org/a?b=c&d=e
a_b_c|snake_case_name|kebab-case-name|CamelCaseName|((nested)) [brackets] {braces}|a, b, c,, d,|,|,,|,,,|.|...|!|!!|?!
a!b|a!!b|hello!hello|"quoted text"|'single quoted'|`code`|~tilde~|^caret^|a*b*c|a+b=c|50% off|$9.99|&amp;|&lt;b&gt;
&quot;hi&quot; &#39;s &eacute; &#x1F600; &nbsp;|&amp;amp;|<b>bold</b>|<lora:name:1>|<|<|||>|<||>|</w>|cat</w>|the</w>
a|b|I|x y|x  y|trailing |back\\slash|C:\\path\\file|per-pixel|well-being|e.g. i.e. etc.|No. 1|wi-fi
supercalifragilisticexpialidocious|pneumonoultramicroscopicsilicovolcanoconiosis|antidisestablishmentarianism|qqqqqqqq
zzzzzzzzzzzzzzzz|asdfghjkl|aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa|abababababababab|thethethethe|ininininin
unreal engine, octane render, trending on artstation|oil painting by vincent van gogh|a castle in the clouds, sunset
portrait of a woman, 85mm, bokeh|isometric voxel art|cyberpunk city at night, neon lights, rain|low poly fox
""".strip().replace("\n", "|").split("|")

SPECIAL = [BOS, EOS, BOS + EOS, f"a {EOS} b", f"a{EOS}b", f"{BOS}cat{EOS}", "<|STARTOFTEXT|>", "<|EndOfText|>",
           "a<|ENDOFTEXT|>b", "<|endoftext", "endoftext|>", "< |endoftext|>", "<|end oftext|>", "<<|endoftext|>>",
           "<|endoftext|><|endoftext|>", "!<|endoftext|>!", "!<|ENDOFTEXT|>!", "<|endoftext|>'s", "<|pad|>", "[MASK] [PAD]"]

SPACES = ["", " ", "   ", "\t", "\n", "\r\n", " \t\n ", "a\tb", "a\nb", "a\r\nb", "a\vb", "a\fb", "a\u00a0b",
          "a\u1680b", "a\u2000b\u2001c\u2002d\u2003e", "a\u2004b\u2005c\u2006d\u2007e", "a\u2008b\u2009c\u200ad",
          "a\u2028b\u2029c", "a\u202fb\u205fc", "a\u3000b", "a\u0085b", "  lead", "a\u180eb", "a\u200bb",
          "a\ufeffb", "\ufeffbom", "a\u2060b", "a\u00adb", "it 's", "it\u00a0's", "1 2", "1\u30002"]

CONTROLS = ["a\x01b", "\x02\x03\x04", "a\x07", "a\x08b", "\x0e\x0f", "a\x1bb[0m", "\x1c\x1d\x1e\x1f", "a\x1cb", "a\x7fb",
            "\x80\x81\x82", "a\x9fb", "\u200e\u200f", "\u202aleft\u202c", "\u2066x\u2069", "\ufff9\ufffb", "\ufffd",
            "a\ufffdb", "\ufffe\uffff", "\ue000\uf8ff", "\U000f0000", "\U0010ffff"]

LATIN = ["café", "cafe\u0301", "naïve", "nai\u0308ve", "Ångström", "A\u030angstro\u0308m", "\u212bngstr\u00f6m", "é",
         "e\u0301", "É", "E\u0301", "ñandú", "n\u0303andu\u0301", "Straße", "STRASSE", "STRAẞE", "ß", "ẞ", "œuvre ŒUVRE",
         "æther ÆTHER", "Łódź", "Dvořák", "Tiếng Việt", "Tie\u0302\u0301ng Vie\u0323\u0302t", "q\u0323\u0307", "q\u0307\u0323",
         "s\u0323\u0307", "\u1e69", "\u1e9b\u0323", "ı", "İ", "Iı İi", "Diyarbakır", "İSTANBUL", "ISPARTA", "i\u0307",
         "ǆ ǅ Ǆ", "ǳ ǲ Ǳ", "ſ", "'ſ", "ſtep", "ﬁ ﬂ ﬀ ﬃ ﬅ", "ª º", "Ⅷ ⅷ", "½ ¼ ¾", "x² y³", "H₂O", "Ω Ω", "K K", "µ μ",
         "ⓐ Ⓐ", "ＦＵＬＬ ｗｉｄｔｈ", "ɐɥʇ", "Ꞔ", "Ȿ", "à̖", "a\u0300\u0316", "a\u0316\u0300",
         "a\u0315\u0300\u05ae\u0062", "o\u0328\u0304", "\u01ed", "Z̴a̵l̶g̷o̸", "e" + "\u0301" * 12, "fiancé’s",
         "HEIẞ", "Ǻ", "A\u030a\u0301", "Ḱ", "1̲2̲", "d\u0307\u0323", "\u0344", "\u0340\u0341", "\u0301", "\u0301a"]

GREEK_CYRILLIC = ["ΣΑΣ", "ΟΔΥΣΣΕΥΣ", "Οδυσσεύς", "ςσΣ", "Σ", "ΑΣ ΒΣ", "ΌΣΟΣ, ΣΤΟΣ", "ἀρχή", "α\u0313ρχη\u0301", "ᾼ ᾳ", "Ὀδυσσεύς",
                  "\u0387 \u00b7", "\u037e ;", "\u1fef `", "привет мир", "ПРИВЕТ", "Ёлка ёлка", "й", "и\u0306", "Ї ї",
                  "Чайковский", "Ђ Љ Њ", "ѣ Ѣ", "Ӂ", "Ж\u0306", "Ծափ ՀԱՅԵՐԵՆ", "ქართული", "ᲥᲐᲠᲗᲣᲚᲘ", "Ⴀ ⴀ", "Ꭰ ꭰ", "𐐀 𐐨"]

ASIAN = ["日本語のテスト", "猫の写真", "ひらがなカタカナ", "が か\u3099", "ガ カ\u3099", "ﾊﾝｶｸ ｶﾞ", "東京タワー、夜景", "「引用」。", "你好,世界", "中国山水画",
         "简体 繁體", "\uf900 \u8c48", "\ufa0e", "𠮷野家", "\U0002f800", "한국어 텍스트", "가각 \u1100\u1161\u11a8", "\uac00\u11a8",
         "한국\u1112\u1161\u11ab", "ㄱㄴㄷ", "〇一二三", "㊀ ㈱ ㍿", "㋿", "々〆〤", "ｗｗｗ", "ภาษาไทย", "กำ", "น้ำ", "ພາສາລາວ", "မြန်မာ", "ភាសាខ្មែរ",
         "བོད་ཡིག", "\u0f73\u0f75\u0f81", "हिन्दी", "नमस्ते दुनिया", "क़ ख़", "\u0958 \u0915\u093c", "বাংলা", "কো \u0995\u09c7\u09be", "தமிழ்", "கொ",
         "తెలుగు", "ಕನ್ನಡ", "മലയാളം", "ගුජ", "ગુજરાતી", "ਪੰਜਾਬੀ", "ଓଡ଼ିଆ", "\u0d15\u0d3b\u0345", "\u09fe\u0323"]

RIGHT_TO_LEFT = ["مرحبا بالعالم", "السَّلَامُ عَلَيْكُمْ", "آ \u0627\u0653", "لا ﻻ", "فارسی می\u200cخواهم", "اردو", "۱۲۳ ١٢٣", "שלום עולם", "שָׁלוֹם",
                 "\ufb2a \u05e9\u05c1", "\u05d0\u05b7\u05bc", "ܐܪܡܝܐ", "ދިވެހި", "ߒߞߏ", "a שלום b", "ﷺ ﷲ"]

NUMBERS = ["0123456789", "०१२३४५६७८९", "০১২৩", "๐๑๒๓", "໐໑໒", "၀၁၂", "០១២", "௧௨௩", "０１２３", "𝟎𝟏𝟐", "①②③", "⑴⑵", "ⅠⅡⅢ", "ⅰⅱⅲ", "Ⅻ", "²³¹", "½⅓⅔",
           "一二三", "〡〢〣", "𐄇𐄈", "𒐀", "🄀🄁", "1st 2nd 3rd", "1a2b3c", "a1b2", "x1.5", "10x10", "1e-5", "0xff", "½cup", "㉈"]

SYMBOLS = ["😀", "😀😃😄", "a😀b", "a 😀 b", "👩‍👩‍👧‍👦", "👨🏽‍🚀", "🏳️‍🌈", "🇫🇷🇩🇪", "❤️", "❤", "☺️ ☺︎", "1️⃣ #️⃣", "👍🏻👍🏿", "🧑‍🎨 painting 🎨", "🫠🫡",
           "🦄'sparkle", "©®™", "€£¥₿", "→←↑↓", "∀x∈ℝ", "∑∏∫√", "≠≤≥", "♔♕♖", "♪♫", "★☆✨", "─│┌┐", "▀▄█", "⠓⠑⠇⠇⠕", "⌘⌥⇧", "𝓗𝓮𝓵𝓵𝓸", "𝕳𝖊𝖑𝖑𝖔",
           "𝔸𝔹ℂ", "ℵ ℶ", "№ ℡", "‽⁇⁈", "– — ―", "“double” ‘single’", "«guillemets»", "…", "・", "¿Qué? ¡Sí!", "§ ¶ † ‡", "°C ℃ K",
           "¯\\_(ツ)_/¯", "(╯°□°)╯︵ ┻━┻", "ʕ•ᴥ•ʔ", "\u0e3f\u20bd", "🀄🃏", "𓀀𓂀", "𐎠𐎡", "\u1f1e6", "🧿‍", "\u200d", "x\u200dy", "\ufe0f", "a\ufe0f",
           "\U0001fae8\U0001fa77", "\U0001e900\U0001e922", "\U00010d50\U00010d70", "\ua7cb \u0264", "\u1c89", "\u1c80"]

FOLDER_TEXTS = ["a photo of a cat", "Hello <cat-toy> world", "<Cat-Toy><cat-toy>", "a<CAT-TOY>b", "hello!", "a!!b ! c", "HELLO",
                "xHELLOx HELLO_ hello, _hello", "  foo  bar", "a foo", "foofoo", "naïve NAÏVE nai\u0308ve", BOS, EOS, f"a{EOS}b",
                "<|STARTOFTEXT|>x<|EndOfText|>", "<dog> <cat", "<cat-toy", "ünknown Ω 猫", "3.14", "", "wow read WOW READ WoW ReaD"]


def long_texts():
    random.seed(400)
    words = ("a an the of in on at with by and misty golden ancient forest castle river mountain dragon portrait "
             "landscape watercolour photograph detailed sharp soft light shadow dawn dusk neon rain snow, sky, sea, "
             "masterpiece, 8k, don't artist's café Straße naïve 35mm f/1.8 (very) [less] — 猫 😀").split()
    yield " ".join(random.choice(words) for _ in range(400))
    yield ", ".join(random.choice(words) for _ in range(400))
    yield "".join(random.choice(words) for _ in range(100))
    yield "antidisestablishmentarianism" * 40
    yield "a" * 1000
    yield "ab" * 500
    yield "猫" * 300
    yield "!?" * 400
    yield "1" * 200
    yield "e\u0301" * 200
    yield " " * 500 + "x" + "\n" * 500


def random_texts(n):
    """Bits of everything, side by side."""
    random.seed(20240517)
    blocks = [(0x21, 0x7F), (0xA0, 0x250), (0x300, 0x370), (0x370, 0x530), (0x590, 0x700), (0x900, 0xE00), (0xE00, 0x1000),
              (0x1100, 0x1200), (0x1E00, 0x2070), (0x2150, 0x2200), (0x3000, 0x3100), (0x4E00, 0x4E40), (0xAC00, 0xAC40),
              (0xFB00, 0xFB50), (0xFF00, 0xFFEF), (0x1D400, 0x1D800), (0x1F300, 0x1F700)]
    joints = [" ", "", "", ", ", "'s ", "\u00a0", "\n", EOS, "<|ENDOFTEXT|>"]
    for _ in range(n):
        parts = []
        for _ in range(random.randrange(2, 7)):
            block = random.choice(blocks)
            parts.append("".join(chr(random.randrange(*block)) for _ in range(random.randrange(1, 5))))
            parts.append(random.choice(joints))
        yield "".join(parts)


def all_texts():
    texts = [*PLAIN, *SPECIAL, *SPACES, *CONTROLS, *LATIN, *GREEK_CYRILLIC, *ASIAN, *RIGHT_TO_LEFT, *NUMBERS, *SYMBOLS]
    texts += [unicodedata.normalize(form, t) for form in ("NFC", "NFD") for t in LATIN + GREEK_CYRILLIC]
    return list(dict.fromkeys([*texts, *long_texts(), *random_texts(80)]))


def byte_symbols():
    printing = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in printing]
    return [*map(chr, printing), *(chr(256 + i) for i in range(len(others)))]


def vocabulary_of(merges):
    symbols = byte_symbols()
    tokens = [*symbols, *(s + "</w>" for s in symbols), *(m.replace(" ", "") for m in merges), BOS, EOS]
    return {token: i for i, token in enumerate(tokens)}


def write_folder(folder, files):
    for name, content in files.items():
        (pathlib.Path(folder) / name).write_text(content, encoding="utf-8")


def tables(merges):
    return {"vocab.json": json.dumps(vocabulary_of(merges), ensure_ascii=False),
            "merges.txt": "#version: 0.2\n" + "\n".join(merges) + "\n"}


def encode(folder, texts):
    tokenizer = CLIPTokenizer.from_pretrained(str(folder))
    ids = tokenizer(texts, add_special_tokens=False)["input_ids"]
    pad = tokenizer.pad_token_id
    return {"bos": tokenizer.bos_token_id, "eos": tokenizer.eos_token_id,
            "pad": tokenizer.eos_token_id if pad is None else pad, "cases": [list(pair) for pair in zip(texts, ids)]}


def dump(name, value):
    text = json.dumps(value, separators=(",", ":")).replace('],["', '],\n["').replace('},{"name"', '},\n{"name"')
    (HERE / name).write_text(text + "\n", encoding="utf-8")


def token(content, normalized=True, **more):
    return {"content": content, "lstrip": False, "normalized": normalized, "rstrip": False, "single_word": False, **more}


def typed(content):
    return {"__type": "AddedToken", **token(content)}


def folders():
    merges = ["h e", "l l", "he ll", "hell o</w>", "c a", "ca t</w>", "p h", "o f</w>", "a t</w>", "Ã ¯", "Î ©</w>", "f o", "fo o</w>"]
    base = tables(merges)
    vocabulary = vocabulary_of(merges)
    bos, eos = vocabulary[BOS], vocabulary[EOS]
    special_map = {"bos_token": token(BOS), "eos_token": token(EOS), "unk_token": token(EOS)}
    old_config = {"bos_token": typed(BOS), "eos_token": typed(EOS), "unk_token": typed(EOS), "pad_token": EOS}
    decoder = {str(bos): token(BOS, False, special=True), str(eos): token(EOS, False, special=True),
               "527": token("<cat-toy>"), "528": token("<Dog>", False), "529": token("HELLO", single_word=True),
               "530": token("foo", False, lstrip=True, rstrip=True), "531": token("naïve"), "540": token("<cat", special=True),
               "541": {"content": "WoW"}, "542": {"content": "ReaD", "special": True}}
    added = [{"id": bos, **token(BOS, False, special=True)}, {"id": eos, **token(EOS, special=True)}]

    def whole(form, first, more=()):
        model = {"type": "BPE", "dropout": None, "unk_token": EOS, "end_of_word_suffix": "</w>"}
        parts = {"vocab": vocabulary, "merges": [form(m) for m in merges]}
        model.update({key: parts[key] for key in ([first] + [k for k in parts if k != first])})
        return json.dumps({"version": "1.0", "truncation": None, "added_tokens": added + list(more), "normalizer": None,
                           "model": model}, ensure_ascii=False)

    yield "no config", base
    yield "SD 1", {**base, "tokenizer_config.json": json.dumps(old_config),
                   "special_tokens_map.json": json.dumps({**special_map, "pad_token": EOS})}
    yield "SD 2", {**base, "tokenizer_config.json": json.dumps(old_config),
                   "special_tokens_map.json": json.dumps({**special_map, "pad_token": "!"})}
    yield "SDXL 2", {**base, "tokenizer_config.json": json.dumps(
        {"added_tokens_decoder": {"0": token("!", False, special=True), str(bos): token(BOS, special=True),
                                  str(eos): token(EOS, special=True)}, "pad_token": "!"}),
        "special_tokens_map.json": json.dumps({"pad_token": "x"})}
    yield "pad in config", {**base, "tokenizer_config.json": json.dumps({"pad_token": "!"})}
    yield "pad null", {**base, "tokenizer_config.json": json.dumps({"pad_token": None, "model_max_length": 1e30})}
    yield "added_tokens.json", {**base, "added_tokens.json": json.dumps({"<cat-toy>": 527, "<dog>": 528}),
                                "special_tokens_map.json": json.dumps({"additional_special_tokens": ["<dog>"]})}
    yield "decoder", {**base, "tokenizer_config.json": json.dumps({"added_tokens_decoder": decoder})}
    yield "extra", {**base, "tokenizer_config.json": json.dumps(
        {"additional_special_tokens": ["<cat-toy>", "<Cat-Toy>"], "mask_token": "foo", "sep_token": "3.14"})}
    yield "merges as text", {"tokenizer.json": whole(lambda m: m, "vocab")}
    yield "merges as pairs", {"tokenizer.json": whole(str.split, "merges", [{"id": 527, **token("<cat-toy>", special=False)}]),
                              "tokenizer_config.json": json.dumps({"pad_token": "!"})}
    yield "tokenizer.json and decoder", {"tokenizer.json": whole(lambda m: m, "vocab", [{"id": 527, **token("<dog>")}]),
                                         "tokenizer_config.json": json.dumps({"added_tokens_decoder": decoder})}
    few = {t: i for i, t in enumerate(t for t in vocabulary if t not in ("b", "z", "z</w>", "Ã", "¯"))}
    yield "bytes missing", {"vocab.json": json.dumps(few), "merges.txt": "#version: 0.2\nh e\nl l\nhe ll\nl l\n"}


def main():
    with tempfile.TemporaryDirectory() as folder:
        merges = (DATA / "clip" / "merges.txt").read_text(encoding="utf-8").split("\n")[1:-1]
        write_folder(folder, tables(merges))
        dump("tokens-clip.json", encode(folder, all_texts()))
    dump("tokens-starter.json", encode(DATA / "starter" / "tokenizer", all_texts()[::4]))

    results = []
    for name, files in folders():
        with tempfile.TemporaryDirectory() as folder:
            write_folder(folder, files)
            results.append({"name": name, "files": files, **encode(folder, FOLDER_TEXTS)})
    dump("tokens-folders.json", results)


main()
