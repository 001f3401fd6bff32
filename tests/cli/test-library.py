#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The library from the command line: what is stored is listed, found, made
again, and survives what may happen to it.
"""
import json
import pathlib
import re
import shutil

from cli_fixture import LibraryCase, check, equal, main, read_png, write_png

STARTER = pathlib.Path(__file__).resolve().parents[2] / "data" / "starter"


class History(LibraryCase):
    def test_empty(self):
        equal(self.run("history", "list", "--json").out, "[]\n")
        equal(self.run("history", "list").out, "")
        check(not (self.folder / "data").exists())

    def test_stored(self):
        files = self.store("--count", 3)
        equal(len(files), 3)
        data = str(self.folder / "data")
        for number, file in enumerate(files, 1):
            check(re.fullmatch(re.escape(data) + rf"/pictures/\d{{4}}/\d\d/\d\d/00000{number}-{number + 6}\.png", file), file)
        listed = self.list()
        equal([picture["file"] for picture in listed], files[::-1])
        equal([picture["id"] for picture in listed], [3, 2, 1])
        equal([picture["seed"] for picture in listed], [9, 8, 7])
        equal(listed[0]["prompt"], "purple lake at night")
        check(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", listed[0]["created"]), listed[0]["created"])
        texts = read_png(files[1])[4]
        equal(json.loads(texts["pentimento"])["seed"], 8)
        equal(self.files(), set())

    def test_told_when_durable(self):
        process = self.generate("--library", "--progress", "json")
        told = [line["file"] for line in map(json.loads, process.err.splitlines()) if "file" in line]
        equal(told, [self.list()[0]["file"]])
        equal(process.out.splitlines(), told)

    def test_output_as_well(self):
        files = self.store("--output", "my \"own\".png")
        equal(files, [str(self.work / "my \"own\".png")])
        equal(self.list()[0]["file"], files[0])
        self.store("--output", "my \"own\".png")
        equal([picture["id"] for picture in self.list()], [2])

    def test_search_and_marks(self):
        self.generate("--library")
        self.run("generate", "--prompt", "Éclair \"quoted\", it's", "--steps", 1, "--seed", 1, "--library")
        equal([p["id"] for p in json.loads(self.history("search", "eclair", "--json"))], [2])
        equal([p["id"] for p in json.loads(self.history("search", "PURP", "nig", "--json"))], [1])
        equal(json.loads(self.history("search", "nothing", "--json")), [])
        self.history("favourite", 1)
        equal([p["id"] for p in self.list("--favourites")], [1])
        self.history("favourite", 1, "--off")
        equal(self.list("--favourites"), [])
        equal(json.loads(self.history("show", 2, "--json"))["prompt"], "Éclair \"quoted\", it's")
        self.fails(3, "history", "show", 77, says="no picture 77")
        self.fails(2, "history", "sho", says="did you mean show")
        self.fails(2, "history")

    def test_delete(self):
        files = self.store("--count", 2)
        self.history("delete", 1)
        equal([p["id"] for p in self.list()], [2])
        self.history("delete", 1, "--off")
        self.history("delete", files[0])
        equal(self.history("purge"), "1 removed\n")
        check(not pathlib.Path(files[0]).exists())
        check(pathlib.Path(files[1]).exists())

    def test_export_import(self):
        files = self.store("--count", 2)
        out = self.history("export", 1, 2, "--output", "out").splitlines()
        equal([pathlib.Path(name).read_bytes() for name in out], [pathlib.Path(name).read_bytes() for name in files])
        self.history("export", 1, "--output", "out")
        equal(len(list((self.work / "out").iterdir())), 3)
        shutil.rmtree(self.folder / "data")
        equal(json.loads(self.history("import", "out", "--json")), {"added": 3, "known": 0})
        equal(json.loads(self.history("import", "out", "--json")), {"added": 0, "known": 3})
        equal({p["seed"] for p in self.list()}, {7, 8})

    def test_rebuild(self):
        files = self.store("--count", 2)
        self.history("favourite", 2)
        before = self.list()
        database = self.folder / "data" / "library" / "library.db"
        database.write_bytes(b"\xa5" * 20000)
        self.fails(3, "history", "list", says="history rebuild")
        self.fails(3, "generate", "--prompt", "x", "--library", says="history rebuild")
        equal(database.read_bytes(), b"\xa5" * 20000)
        report = json.loads(self.history("rebuild", "--json"))
        equal((report["anew"], report["pictures"]), (True, 2))
        equal(pathlib.Path(report["kept"]).read_bytes(), b"\xa5" * 20000)
        equal([(p["id"], p["file"], p["seed"]) for p in self.list()], [(p["id"], p["file"], p["seed"]) for p in before])

        pathlib.Path(files[0]).rename(self.folder / "data" / "pictures" / "moved here.png")
        report = json.loads(self.history("rebuild", "--json"))
        equal((report["anew"], report["pictures"], report["moved"], report["missing"]), (False, 2, 1, 0))

    def test_missing(self):
        files = self.store()
        pathlib.Path(files[0]).unlink()
        equal(self.list()[0]["missing"], True)
        self.fails(3, "rerun", 1, says=files[0])

    def test_stats(self):
        self.store("--count", 3)
        figures = json.loads(self.history("stats", "--json"))
        equal([(f["model"], f["device"], f["width"], f["pictures"]) for f in figures], [("starter", "cpu", 128, 3)])
        check(0 < figures[0]["total"]["p50"] <= figures[0]["total"]["p99"])

    def test_family(self):
        parent = self.store()[0]
        child = self.store("--init", parent, "--strength", 0.5)[0]
        self.store("--init", parent, "--strength", 0.6)
        equal(json.loads(self.history("show", 1, "--json"))["children"], [3, 2])
        equal(json.loads(self.history("show", child, "--json"))["parent"], 1)
        equal([p["id"] for p in self.list("--parent", 1)], [3, 2])

    def test_no_place(self):
        (self.folder / "data").write_text("in the way")
        self.fails(3, "generate", "--prompt", "x", "--library", says=str(self.folder / "data"))


class Rerun(LibraryCase):
    def identical(self, *args):
        equal(self.run("rerun", *args).out.split()[0], "identical")

    def source(self, width, height):
        pixels = bytes((x * 5 + y * 3 + k * 40) % 256 for y in range(height) for x in range(width) for k in range(3))
        write_png(self.work / "source.png", width, height, 3, pixels)
        mask = bytes(255 if width // 4 <= x < width // 2 and y > height // 3 else 0 for y in range(height) for x in range(width))
        write_png(self.work / "mask.png", width, height, 1, mask)

    def test_text(self):
        files = self.store("--count", 3, "--sampler", "euler-a", "--negative", "blur", "--clip-skip", 2)
        self.identical(files[2])
        self.identical(2)
        self.generate("--output", "plain.jpg", "--schedule", "sgm-uniform", "--width", 64, "--height", 192)
        self.identical("plain.jpg")
        self.generate("--output", "plain.webp", "--sampler", "ddim", "--spacing", "leading", "--rng", "torch")
        self.identical("plain.webp")

    def test_edits(self):
        self.source(100, 76)
        edits = [["--init", "source.png", "--strength", 0.5],
                 ["--init", "source.png", "--strength", 0.5, "--width", 64, "--height", 64],
                 ["--init", "source.png", "--mask", "mask.png"],
                 ["--init", "source.png", "--mask", "mask.png", "--fill", "noise", "--region", "masked", "--grow", 3],
                 ["--init", "source.png", "--outpaint", "0,8,40,0"]]
        for number, edit in enumerate(edits):
            self.store(*edit)
            self.generate(*edit, "--output", f"edit-{number}.png")
        (self.work / "source.png").unlink()
        (self.work / "mask.png").unlink()
        for number in range(len(edits)):
            self.identical(number + 1)
            self.identical(f"edit-{number}.png")

    def test_shipped_models(self):
        """They are found though no library ever saw them used."""
        for model in "starter", "starter-inpaint":
            self.generate("--output", f"{model}.png", "--model", model)
            self.identical(f"{model}.png")

    def test_model_moved(self):
        """All kinds of pictures, each by a program of its own, before and after the model was moved."""
        model = self.work / "models" / "mine"
        shutil.copytree(STARTER, model)
        (model / "scheduler" / "scheduler_config.json").write_text(
            (STARTER / "scheduler" / "scheduler_config.json").read_text() + "\n")
        self.source(64, 64)
        small = ("--model", model, "--steps", 2, "--width", 64, "--height", 64)
        files = self.store(*small)
        files += self.store(*small, "--init", "source.png", "--strength", 0.6)
        files += self.store(*small, "--init", "source.png", "--mask", "mask.png")
        files += self.store("--model", model, "--steps", 2, "--init", "source.png", "--outpaint", "0,0,24,0")
        files += self.store(*small, "--count", 3)[2:]
        files += json.loads(self.generate(*small, "--json", "--output", "sheet.png", "--grid", "cfg=1,4").out)["files"][1:]
        files += self.store(*small, "--steps", 4, "--stop-after", 2)
        (self.work / "source.png").unlink()
        for file in files:
            self.identical(file)
        model.rename(self.work / "models" / "renamed")
        for file in files:
            self.identical(file)
        elsewhere = self.folder / "elsewhere"
        (self.work / "models" / "renamed").rename(elsewhere)
        self.fails(3, "rerun", files[0], says="--model")
        self.identical(files[0], "--model", elsewhere)

    def test_different(self):
        self.store()
        process = self.run("rerun", 1, "--model", self.other_model(), status=1)
        lines = process.out.splitlines()
        equal(lines[0], "different")
        check("pixels differ" in lines[1] and "PSNR" in lines[1], lines)
        check("another model" in lines[2], lines)
        told = json.loads(self.run("rerun", 1, "--model", self.work / "other", "--json", status=1).out)
        equal(told["result"], "different")
        check(told["different_pixels"] > 0 and told["psnr"] > 0)

    def other_model(self):
        """The starter model, with another prediction."""
        model = self.work / "other"
        shutil.copytree(STARTER, model)
        config = json.loads((model / "scheduler" / "scheduler_config.json").read_text())
        config["beta_end"] *= 1.1
        (model / "scheduler" / "scheduler_config.json").write_text(json.dumps(config))
        return model

    def test_no_recipe(self):
        self.source(16, 16)
        self.fails(3, "rerun", "source.png", says="no recipe")
        self.fails(3, "rerun", "absent.png", says="absent.png")
        self.fails(2, "rerun")


class Requests(LibraryCase):
    def requests(self, *lines, args=(), status=0):
        (self.work / "requests.jsonl").write_text("".join(line + "\n" if isinstance(line, str) else json.dumps(line) + "\n"
                                                          for line in lines))
        out = self.run("generate", "--requests", "requests.jsonl", "--steps", 1, "--width", 64, "--height", 64, *args,
                       status=status).out
        return [json.loads(line) for line in out.splitlines()]

    def test_results(self):
        lines = [{"prompt": "lake", "seed": 5, "count": 2}, {"prompt": "lake", "negative": "blur", "cfg": 3.5, "seed": 5},
                 "", {"prompt": "lake"}, {"prompt": "lake"}, {"prompt": "lake", "output": "named.jpg", "clip_skip": 2}]
        results = self.requests(*lines)
        equal([result["line"] for result in results], [1, 2, 4, 5, 6])
        equal({result["result"] for result in results}, {"painted"})
        equal([len(result["files"]) for result in results], [2, 1, 1, 1, 1])
        check(results[2]["seed"] != results[3]["seed"], "two lines without a seed have one")
        equal(results[4]["files"], [str(self.work / "named.jpg")])
        stored = {picture["file"] for picture in self.list()}
        equal(stored, {file for result in results for file in result["files"]})

        again = self.requests(*lines)
        equal({result["result"] for result in again}, {"known"})
        equal([result["files"] for result in again], [result["files"] for result in results])
        equal(len(self.list()), 6)
        equal({result["result"] for result in self.requests(lines[0], args=("--again",))}, {"painted"})

    def test_another_name(self):
        first = self.requests({"prompt": "lake", "seed": 1})[0]["files"][0]
        second = self.requests({"prompt": "lake", "seed": 1, "output": "copy.png"})[0]
        equal((second["result"], second["files"]), ("known", [str(self.work / "copy.png")]))
        equal((self.work / "copy.png").read_bytes(), pathlib.Path(first).read_bytes())
        pathlib.Path(first).unlink()
        (self.work / "copy.png").unlink()
        equal(self.requests({"prompt": "lake", "seed": 1})[0]["result"], "painted")

    def test_mistakes(self):
        results = self.requests({"prompt": "lake", "seed": 1}, "no json", "[1]", {"prompt": "x", "steps": [1]},
                                {"prompt": "x", "stepz": 1}, {"prompt": "x", "library": True}, {"negative": "x"},
                                {"prompt": "x", "init": "absent.png"}, {"prompt": "x", "latents": "a.safetensors"},
                                {"prompt": "lake", "seed": 2}, status=3)
        equal([result["result"] for result in results], ["painted"] + ["failed"] * 8 + ["painted"])
        for result, words in zip(results[1:9], ("JSON", "object", "steps", "--steps", "library", "--prompt", "absent.png",
                                                "--latents")):
            check(words in result["error"], result)
        self.fails(3, "generate", "--requests", "absent.jsonl", says="absent.jsonl")

    def test_resumed(self):
        lines = [{"prompt": f"lake {i}", "seed": i} for i in range(6)]
        (self.work / "requests.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        process = self.start("generate", "--requests", "requests.jsonl", "--steps", 1, "--width", 64, "--height", 64)
        first = json.loads(process.stdout.readline())
        process.kill()
        process.communicate()
        results = self.requests(*lines)
        equal(results[0]["result"], "known")
        equal(results[0]["files"], first["files"])
        equal(len(self.list()), 6)

    def test_template(self):
        self.fails(2, "generate", "--template", "sea", says="no template")
        self.run("template", "add", "sea", "a {colour} sea at {time}, {8k}")
        self.run("template", "add", "sea", "a {colour} sea at {time}")
        equal(json.loads(self.run("template", "list", "--json").out), [{"name": "sea", "version": 2,
                                                                        "text": "a {colour} sea at {time}"}])
        small = ("--steps", 1, "--width", 64, "--height", 64, "--seed", 1, "--library")
        self.run("generate", "--template", "sea", *small, "colour=red", "time=noon, clear")
        equal((self.list()[0]["prompt"], self.list()[0]["template"]), ("a red sea at noon, clear", "sea@2"))
        self.run("generate", "--template", "sea@1", *small, "colour=red", "time=noon", "8k=8k")
        equal((self.list()[0]["prompt"], self.list()[0]["template"]), ("a red sea at noon, 8k", "sea@1"))
        self.fails(2, "generate", "--template", "sea", "colour=red", says="time=")
        self.fails(2, "generate", "--template", "sea", "colour=red", "time=x", "place=y", says="place=y")
        self.fails(2, "generate", "--template", "sea", "--prompt", "x", says="--prompt")
        self.fails(2, "template", "add", "a@b", "text", says="@")
        self.fails(2, "template", "ad", says="--help")

    def test_grid(self):
        told = json.loads(self.run("generate", "--prompt", "lake", "--width", 64, "--height", 64, "--output", "sheet.png",
                                   "--json", "--grid", "steps=1,2,3", "cfg=1,4", "clip-skip=1").out)
        equal(told["sheet"], str(self.work / "sheet.png"))
        listed = self.list()[::-1]
        equal([picture["file"] for picture in listed], told["files"])
        equal([(p["steps"], p["cfg"]) for p in listed], [(1, 1), (1, 4), (2, 1), (2, 4), (3, 1), (3, 4)])
        equal(len({p["seed"] for p in listed}), 1)
        width, height, channels, samples, _ = read_png(self.work / "sheet.png")
        equal((width, height), (12 + 2 * 76, 12 + 3 * 98))
        # The first cell of the second row is where it belongs, under a label.
        cell = read_png(told["files"][2])[3]
        rows = [samples[((12 + 98 + 22 + y) * width + 12) * 3:][:64 * 3] for y in range(64)]
        equal(b"".join(rows), cell)
        label = [samples[((12 + 98 + y) * width + 12) * 3:][:64 * 3] for y in range(22)]
        check(any(min(row) < 128 for row in label), "there is no label")
        equal(self.run("rerun", 3).out, "identical\n")
        for wrong in ("steps", "stepz=1", "steps=", "output=a"):
            self.fails(2, "generate", "--prompt", "x", "--grid", wrong, says="--grid")
        self.fails(2, "generate", "--prompt", "x", "--grid", "steps=1,x", says="--steps")


if __name__ == "__main__":
    main(History, Requests, Rerun)
