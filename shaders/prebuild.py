#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compiles the shaders that older compilers cannot, for those who have no newer one.

  shaders/prebuild.py [GLSLC]     writes shaders/prebuilt/; GLSLC must know GL_KHR_cooperative_matrix
  shaders/prebuild.py --check     says whether they were made of these sources; exit status 1 if not
"""
import hashlib
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SHADERS = ("attention-cooperative", "matmul-cooperative")
RESULTS = {"f32": [], "f16": ["-DOUT_F16"]}
OPTIONS = ["--target-env=vulkan1.1", "-O", "-Werror", "-mfmt=c"]


def sources(path):
    """The file and what it includes, each once, in the order in which they are met."""
    found = [path]
    for name in re.findall(r'^#include "(.+)"', path.read_text(), re.MULTILINE):
        found += [source for source in sources(path.parent / name) if source not in found]
    return found


def first_line(shader):
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in sources(HERE / f"{shader}.comp")))
    return f"/* made by shaders/prebuild.py of sources with the SHA-256 {digest.hexdigest()} */\n"


def main(arguments):
    stale = 0
    for shader in SHADERS:
        for result, defines in RESULTS.items():
            path = HERE / "prebuilt" / f"{shader}-{result}.inc"
            if arguments == ["--check"]:
                if not path.exists() or not path.read_text().startswith(first_line(shader)):
                    print(f"{path}: its sources have changed: run shaders/prebuild.py", file=sys.stderr)
                    stale = 1
                continue
            words = subprocess.run([*(arguments or ["glslc"]), *OPTIONS, *defines, HERE / f"{shader}.comp", "-o", "-"],
                                   check=True, capture_output=True, text=True).stdout
            path.parent.mkdir(exist_ok=True)
            path.write_text(first_line(shader) + words)
    return stale


sys.exit(main(sys.argv[1:]))
