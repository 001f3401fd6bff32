#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes prompts.json for test-prompt.c: how prompts come apart into weighted
runs, and how these fill chunks, by a model of A1111's rules that shares nothing
with the C code. Tokens are transformers' CLIPTokenizer's.

    make-prompt-goldens.py
"""
import json
import pathlib
import re
import tempfile

from transformers import CLIPTokenizer

HERE = pathlib.Path(__file__).resolve().parent
TABLE = HERE.parent.parent / "data" / "clip" / "merges.txt"
BREAK = None

PIECE = re.compile(r"\\(?P<escaped>[\]\[()\\]?)|(?P<open>[\[(])|:\s*(?P<weight>[-+]?[.0-9]+)\s*\)|(?P<close>[\])])"
                   r"|(?P<plain>[^\]\[()\\:]+|:)")
NETWORK = re.compile(r"<(?:lora|lyco|hypernet):[^>]+>", re.IGNORECASE)


def number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def pieces(text):
    """(kind, text, weight), where a colon that begins no weight is plain."""
    at = 0
    while at < len(text):
        match = PIECE.match(text, at)
        if match["weight"] is not None and number(match["weight"]) is None:
            yield "plain", ":", None
            at += 1
            continue
        yield match.lastgroup, match[0], number(match["weight"])
        at = match.end()


def parse(text):
    """[[text, weight], ...] with BREAK between, and what was taken out."""
    removed = NETWORK.findall(text)
    text = NETWORK.sub("", text)
    runs = []            # [text or BREAK, factors]
    opened = {"(": [], "[": []}

    def close(kind, factor):
        for run in runs[opened[kind].pop():]:
            run[1].append(factor)

    for kind, piece, weight in pieces(text):
        if kind == "escaped":
            runs.append([piece[1:], []])
        elif kind == "open":
            opened[piece].append(len(runs))
        elif kind == "weight" and opened["("]:
            close("(", weight)
        elif kind == "close" and opened["(" if piece == ")" else "["]:
            close(*(("(", 1.1) if piece == ")" else ("[", 1 / 1.1)))
        elif kind == "plain":
            for i, part in enumerate(re.split(r"\s*\bBREAK\b\s*", piece)):
                if i > 0:
                    runs.append([BREAK, []])
                runs.append([part, []])
        else:
            runs.append([piece, []])
    for kind, factor in (("(", 1.1), ("[", 1 / 1.1)):
        while opened[kind]:
            close(kind, factor)

    result = []
    for part, factors in runs or [["", []]]:
        weight = 1.0
        for factor in factors:
            weight *= factor
        weight = 1.0 if part is BREAK else max(-1000.0, min(1000.0, weight))
        if result and part is not BREAK and result[-1][0] is not BREAK and result[-1][1] == weight:
            result[-1][0] += part
        else:
            result.append([part, weight])
    return result, removed


def chunks(tokenizer, text, positions, pad):
    room, comma = positions - 2, tokenizer.convert_tokens_to_ids(",</w>")
    bos, eos = tokenizer.bos_token_id, tokenizer.eos_token_id
    done, current, last_comma = [], [], None
    for part, weight in parse(text)[0]:
        if part is BREAK:
            done.append(current)
            current, last_comma = [], None
            continue
        for token in tokenizer(part, add_special_tokens=False)["input_ids"]:
            if len(current) == room:
                keep = room
                if token != comma and last_comma is not None and room - last_comma <= 20:
                    keep = last_comma + 1
                done.append(current[:keep])
                current, last_comma = current[keep:], None
                is_first = True
            else:
                is_first = False
            if token == comma and not is_first:
                last_comma = len(current)
            current.append((token, weight))
    if current or not done:
        done.append(current)

    ids, weights = [], []
    for chunk in done:
        row = [bos] + [token for token, _ in chunk] + [eos] * (positions - 1 - len(chunk))
        if pad != eos:
            end = row.index(eos) + 1
            row[end:] = [pad] * (positions - end)
        ids += row
        weights += [1.0] + [weight for _, weight in chunk] + [1.0] * (positions - 1 - len(chunk))
    return ids, [[i, w] for i, w in enumerate(weights) if w != 1.0]


SYNTAX = [
    "", " ", "a cat", "(a cat)", "[a cat]", "((a cat))", "[[a cat]]", "(a cat:1.3)", "(a cat: 1.3 )", "(a cat:1.3) and (a dog:0.7)",
    "((a:1.3) b)", "(((x:1.3)))", "(a (b:1.5) c:1.2)", "([a])", "[(a)]", "(a [b) c]", "[a:1.3]", "(a:b:1.2)", "(a:-1)", "(a:+1.5)",
    "(a:.5)", "(a:1.)", "(a:1.2.3)", "(a:.)", "(a:1e1)", "(a:)", "(a: )", "(:1.3)", "(a:0)", "()", "[]", "(", ")", "[", "]", "a)", "a]",
    "a:1.2)", "(a", "((a", "[a", "(a [b", "(a (b:1.5", "\\(a\\)", "\\[a\\]", "(\\(a\\):1.2)", "a\\\\b", "a\\b", "\\", "a\\", "\\:", "(a\\)",
    "(a)(b)", "(a) (b)", "(cat)(dog)", "a(b)c", "anime style\\(artist\\), (best quality:1.2)", "a : b", "time 12:30", "(12:30)", "(12:30:1.1)",
    "BREAK", "a BREAK b", "a  BREAK\n b", "aBREAK b", "a BREAKb", "a,BREAK,b", "a break b", "BREAK a", "a BREAK", "BREAK BREAK", "BREAKBREAK",
    "(a BREAK b:1.2)", "(BREAK)", "[a BREAK] b", "a:BREAK", "(x)BREAK(y)", "_BREAK", "é BREAK é", "éBREAK", "a\u00a0BREAK\u3000b", "BREAK:1.2)",
    "<lora:foo:1>", "a <lora:foo:0.8> b", "<lora:a:1><lora:b:1>cat", "<lyco:x:1>", "<hypernet:y:0.5>", "<LoRA:z>", "<lora:>", "<lora:x", "<other:x:1>",
    "(<lora:x:1.2>cat:1.3)", "a < b > c", "<lora:(x):1>", "<<lora:x:1>", "猫 (犬:1.4) [鳥]", "(café:1.1)", "emoji (😀:1.2)",
    "(a:5000)", "(a:-5000)", "((a:100):100)", "a (b:1) c", "(a:1)(b:1)", "(((((((((((a", "]]]]a((((", "(a]b)[c)d]", "(a:1.1)(b)",
    "{a|b}", "a AND b", "(masterpiece, best quality:1.2), 1girl, [blurry], \\(solo\\)", "((a) (b:0.5)) [c [d]]",
]


def word_list(n, start=0, every=0):
    """n words of one token each, with a comma token after each @every words."""
    names = ["cat", "dog", "tree", "house", "river", "sky", "moon", "fish", "bird", "stone"]
    parts = []
    for i in range(n):
        parts.append(names[(i + start) % 10] + ("," if every and (i + 1) % every == 0 else ""))
    return " ".join(parts)


CHUNKS = [
    ("", 77, None), ("a cat", 77, None), ("(a cat:1.3) on a [mat]", 77, None), ("BREAK", 77, None), ("BREAK a cat", 77, None),
    ("a cat BREAK", 77, None), ("a BREAK b BREAK BREAK c", 77, None), ("(a BREAK b:1.2) c", 77, None),
    (word_list(74), 77, None), (word_list(75), 77, None), (word_list(76), 77, None), (word_list(75) + ",", 77, None),
    (word_list(75) + ", " + word_list(80, 3), 77, None), (word_list(74) + ", " + word_list(10), 77, None),
    (word_list(70) + ", " + word_list(20), 77, None), (word_list(55) + ", " + word_list(30), 77, None),
    (word_list(54) + ", " + word_list(30), 77, None), (word_list(56) + ", " + word_list(30), 77, None),
    (word_list(60) + ", " + word_list(10, 2) + ", " + word_list(20), 77, None), (word_list(200), 77, None),
    (word_list(200, 0, 7), 77, None), (word_list(200, 0, 13), 77, None), (word_list(200, 0, 40), 77, None),
    ("(" + word_list(90, 0, 9) + ":1.2) " + word_list(20), 77, None), (word_list(75) + " BREAK " + word_list(3), 77, None),
    ("supercalifragilisticexpialidocious " * 20, 77, None), (word_list(74) + " supercalifragilisticexpialidocious", 77, None),
    (word_list(60) + ", " + word_list(14) + ", " + word_list(5), 77, None),
    (word_list(10) + ", " + word_list(12), 12, None), ("," * 160, 77, None), (", " * 160, 77, None), ("a<|endoftext|>b (c:1.2)", 77, None), ("<lora:x:1>", 77, None),
    ("", 77, "!"), ("a cat", 77, "!"), (word_list(75), 77, "!"), (word_list(76), 77, "!"), ("a<|endoftext|>b BREAK (c!!:1.2)", 77, "!"),
    (word_list(20, 0, 3), 12, None), (word_list(9), 5, None), ("a b, c", 3, None), (word_list(50), 32, None), ("(a:1.3) b, c d", 7, "!"),
]


def byte_symbols():
    printing = [*range(33, 127), *range(161, 173), *range(174, 256)]
    return [*map(chr, printing), *(chr(256 + i) for i in range(256 - len(printing)))]


def clip_tokenizer(folder, pad):
    table = TABLE.read_text(encoding="utf-8")
    tokens = byte_symbols() + [s + "</w>" for s in byte_symbols()]
    tokens += [line.replace(" ", "") for line in table.split("\n")[1:-1]] + ["<|startoftext|>", "<|endoftext|>"]
    folder = pathlib.Path(folder)
    (folder / "vocab.json").write_text(json.dumps({t: i for i, t in enumerate(tokens)}), encoding="utf-8")
    (folder / "merges.txt").write_text(table, encoding="utf-8")
    if pad:
        (folder / "special_tokens_map.json").write_text(json.dumps({"pad_token": pad}), encoding="utf-8")
    return CLIPTokenizer.from_pretrained(str(folder))


def main():
    rows = []
    for text in SYNTAX:
        runs, removed = parse(text)
        rows.append(json.dumps({"text": text, "runs": runs, "removed": removed}))
    chunk_rows = []
    for pad in (None, "!"):
        with tempfile.TemporaryDirectory() as folder:
            tokenizer = clip_tokenizer(folder, pad)
            for text, positions, its_pad in CHUNKS:
                if its_pad != pad:
                    continue
                ids, weights = chunks(tokenizer, text, positions, tokenizer.pad_token_id)
                chunk_rows.append(json.dumps({"text": text, "positions": positions, "pad": pad, "ids": ids, "weights": weights}))
    (HERE / "prompts.json").write_text('{"syntax": [\n' + ",\n".join(rows) + '\n],\n"chunks": [\n' + ",\n".join(chunk_rows)
                                       + "\n]}\n", encoding="utf-8")


main()
