#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The library from the command line: what is stored is listed, found, made
again, and survives what may happen to it.
"""
import json
import pathlib
import re
import shutil

from cli_fixture import Case, check, equal, main, read_png, write_png

STARTER = pathlib.Path(__file__).resolve().parents[2] / "data" / "starter"


class LibraryCase(Case):
    def store(self, *args):
        """The files of small pictures that are stored in the library."""
        return json.loads(self.generate("--library", "--json", *args).out)["files"]

    def list(self, *args):
        return json.loads(self.run("history", "list", "--json", *args).out)

    def history(self, *args, **more):
        return self.run("history", *args, **more).out


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

    def test_model_moved(self):
        model = self.work / "models" / "mine"
        shutil.copytree(STARTER, model)
        (model / "scheduler" / "scheduler_config.json").write_text(
            (STARTER / "scheduler" / "scheduler_config.json").read_text() + "\n")
        files = self.store("--model", model)
        self.identical(files[0])
        model.rename(self.work / "models" / "renamed")
        self.identical(files[0])
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


if __name__ == "__main__":
    main(History, Rerun)
